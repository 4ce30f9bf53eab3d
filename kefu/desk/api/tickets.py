"""Tickets: list, create, read, change, merge, and the conversation behind one."""

from datetime import datetime, timezone
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from kefu.brands import brands
from kefu.desk.api.deps import Db, Key, Reader, TicketId, Version, Writer
from kefu.desk.api.schemas import LineOut, MergeIn, TicketIn, TicketOut, TicketPage, TicketPatch, TicketWithHistory
from kefu.desk.conversations import Conversations
from kefu.desk.errors import Unacceptable, UnknownTicket
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.merge import merge
from kefu.desk.models import Ticket
from kefu.desk.outbox.customers import unsealed_customer
from kefu.desk.search import ACTIVE, LONGEST_WORDS, TicketSearch, Wanted
from kefu.desk.ticket_messages import checked_text
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import Changes, TicketWork
from kefu.sealing import seal
from kefu.text import mask
from kefu.topics import is_topic

router = APIRouter(prefix="/tickets", tags=["工单"])


def wanted_of(
    q: str = Query("", max_length=LONGEST_WORDS, description="单号、手机号、订单号，或说过的话"),
    status: Annotated[list[Status] | None, Query(description="不写就是还没结束的")] = None,
    priority: Annotated[list[Priority] | None, Query()] = None,
    brand: str | None = Query(None, max_length=16),
    intent: str | None = Query(None, max_length=64),
    assignee: str | None = Query(None, max_length=32, description="用户名；空字符串是没人接的"),
    customer_of: str | None = Query(None, max_length=64, description="这张工单的客户的全部工单"),
    overdue: bool = Query(False, description="只要客户等得超过时限的"),
    created_from: Annotated[datetime | None, Query()] = None,
    created_to: Annotated[datetime | None, Query()] = None,
    newest_first: bool = Query(False, description="按登记时间倒序；不然按优先级和时限"),
) -> Wanted:
    """The filters of the list."""
    for moment in (created_from, created_to):
        if moment is not None and moment.tzinfo is None:
            raise Unacceptable("时间要带时区，例如 2026-11-23T10:30:00+08:00")
    return Wanted(
        words=q,
        statuses=status or ACTIVE,
        priorities=priority or (),
        brand=brand,
        intent=intent,
        assignee=assignee,
        customer_of=customer_of,
        overdue_at=datetime.now(timezone.utc) if overdue else None,
        created_from=created_from,
        created_to=created_to,
        newest_first=newest_first,
    )


@router.get("", response_model=TicketPage, summary="工单列表")
async def list_tickets(
    _: Reader,
    db: Db,
    wanted: Annotated[Wanted, Depends(wanted_of)],
    cursor: str | None = Query(None, max_length=300, description="上一页给出的 next"),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Tickets by priority and due time, or newest first."""
    page = await TicketSearch(db).find(wanted, cursor, limit)
    return {"items": page.tickets, "next": page.next}


_THERE: dict[int | str, dict[str, Any]] = {
    200: {"model": TicketOut, "description": "同一件事或同一个键已经登记过，给出那张工单"}
}


@router.post("", response_model=TicketOut, status_code=201, summary="登记工单", responses=_THERE)
async def create_ticket(body: TicketIn, caller: Writer, db: Db, key: Key, response: Response) -> Any:
    """Open a ticket (201), or give the one that holds the same matter or key already (200)."""
    if body.brand not in brands():
        raise Unacceptable(f"没有品牌 {body.brand}，应是 {'、'.join(brands())} 之一")
    if not is_topic(body.intent):
        raise Unacceptable(f"没有意图 {body.intent}，名字见 docs/intent-borders.md")
    opened = await TicketService(db).open(_new(body, caller.actor, key), actor=caller.actor)
    response.status_code = 201 if opened.created else 200
    response.headers["Location"] = f"/api/v1/tickets/{opened.ticket.id}"
    return _tagged(response, opened.ticket)


@router.get("/{ticket_id}", response_model=TicketWithHistory, summary="读工单")
async def read_ticket(ticket_id: TicketId, _: Reader, db: Db, response: Response) -> Any:
    """One ticket with its history; the ETag is what a change has to bring back."""
    ticket = await _found(db, ticket_id)
    history = await TicketService(db).history(ticket.id)
    _tagged(response, ticket)
    return {**TicketOut.from_orm(ticket).dict(), "transcript": ticket.transcript, "history": history}


@router.patch("/{ticket_id}", response_model=TicketOut, summary="改状态、客服、优先级")
async def patch_ticket(
    ticket_id: TicketId, body: TicketPatch, caller: Writer, db: Db, version: Version, response: Response
) -> Any:
    """Change a ticket; 409 where the life cycle does not allow it, 412 where somebody else was faster."""
    changes = Changes(body.status, body.assignee, body.priority)
    return _tagged(response, await TicketWork(db).change(ticket_id, changes, caller.actor, version))


@router.post("/{ticket_id}/merge", response_model=TicketOut, summary="并入另一张工单")
async def merge_ticket(ticket_id: TicketId, body: MergeIn, caller: Writer, db: Db, response: Response) -> Any:
    """Merge a ticket into another of the same customer's; gives the survivor."""
    return _tagged(response, await merge(db, ticket_id, body.into, caller.actor))


@router.get("/{ticket_id}/conversation", response_model=list[LineOut], summary="工单背后的对话")
async def read_conversation(ticket_id: TicketId, _: Reader, db: Db, request: Request) -> Any:
    """The whole masked conversation as Rasa keeps it; 502 where Rasa does not answer."""
    ticket = await _found(db, ticket_id)
    return await Conversations(request.app.state.settings).lines(unsealed_customer(ticket))


async def _found(db: Db, ticket_id: str) -> Ticket:
    ticket = await TicketService(db).get(ticket_id)
    if ticket is None:
        raise UnknownTicket(ticket_id)
    return ticket


def _tagged(response: Response, ticket: Ticket) -> Ticket:
    response.headers["ETag"] = f'"{ticket.version}"'
    return ticket


def _new(body: TicketIn, actor: str, key: str) -> NewTicket:
    return NewTicket(
        brand=body.brand,
        channel=body.channel,
        customer=body.customer,
        intent=body.intent,
        description=mask(checked_text(body.description)),
        idempotency_key=f"api:{actor}:{key}",
        priority=body.priority,
        amount=body.amount,
        time=body.time,
        order_id=body.order_id,
        phone=f"{body.phone[:3]}****{body.phone[-4:]}" if body.phone else None,
        phone_sealed=seal(body.phone) if body.phone else None,
    )
