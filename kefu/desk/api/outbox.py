"""What could not be delivered, and the webhooks of other systems."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query

from kefu.desk.api.deps import Admin, Db, Reader, Writer
from kefu.desk.api.schemas import DeliveryOut, WebhookIn, WebhookMade, WebhookOut
from kefu.desk.outbox.store import Outbox
from kefu.desk.webhooks import Webhooks

router = APIRouter()

DeliveryId = Annotated[int, Path(ge=1, le=2**31 - 1)]
WebhookId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/deliveries", response_model=list[DeliveryOut], tags=["发件箱"], summary="没发出去的")
async def list_failed(
    _: Reader,
    db: Db,
    before: int | None = Query(None, ge=1, le=2**31 - 1, description="上一页最后一条的 id；不写就从最新的开始"),
    limit: int = Query(100, ge=1, le=500),
) -> Any:
    """What could not be delivered, newest first."""
    return await Outbox(db).failed(limit, before)


@router.post("/deliveries/{delivery_id}/retry", status_code=204, tags=["发件箱"], summary="再发一次")
async def retry(_: Writer, db: Db, delivery_id: DeliveryId) -> None:
    """Try a failed delivery again."""
    if not await Outbox(db).retry(delivery_id):
        raise HTTPException(404, "没有这条发送失败的记录")


@router.post("/deliveries/{delivery_id}/give-up", status_code=204, tags=["发件箱"], summary="不再发")
async def give_up(_: Writer, db: Db, delivery_id: DeliveryId) -> None:
    """Take a failed delivery off the list."""
    if not await Outbox(db).give_up(delivery_id):
        raise HTTPException(404, "没有这条发送失败的记录")


@router.get("/webhooks", response_model=list[WebhookOut], tags=["webhook"], summary="已登记的 webhook")
async def list_webhooks(_: Admin, db: Db) -> Any:
    """All webhooks; their secrets are not shown again."""
    return await Webhooks(db).all()


@router.post("/webhooks", response_model=WebhookMade, status_code=201, tags=["webhook"], summary="登记 webhook")
async def add_webhook(body: WebhookIn, _: Admin, db: Db) -> Any:
    """Register a webhook; keep the secret, it signs every delivery and is shown this once."""
    hook, secret = await Webhooks(db).add(body.url, body.events)
    return {**WebhookOut.from_orm(hook).dict(), "secret": secret}


@router.post("/webhooks/{webhook_id}/enable", status_code=204, tags=["webhook"], summary="重新启用")
async def enable_webhook(_: Admin, db: Db, webhook_id: WebhookId) -> None:
    """Switch a webhook on again; what was not delivered meanwhile can be tried again from the outbox."""
    if not await Webhooks(db).switch(webhook_id, on=True):
        raise HTTPException(404, "没有这个 webhook")


@router.delete("/webhooks/{webhook_id}", status_code=204, tags=["webhook"], summary="停用")
async def disable_webhook(_: Admin, db: Db, webhook_id: WebhookId) -> None:
    """Switch a webhook off."""
    if not await Webhooks(db).switch(webhook_id, on=False):
        raise HTTPException(404, "没有这个 webhook")
