"""What customers think."""

from typing import Any

from fastapi import APIRouter, Query

from kefu.desk.api.deps import Db, Reader
from kefu.desk.api.schemas import FeedbackPage
from kefu.desk.feedback import FeedbackService

router = APIRouter(prefix="/feedback", tags=["评价"])


@router.get("", response_model=FeedbackPage, summary="评价、表扬和建议")
async def list_feedback(
    _: Reader,
    db: Db,
    cursor: int | None = Query(None, ge=1, le=2**31 - 1, description="上一页给出的 next"),
    limit: int = Query(50, ge=1, le=200),
) -> Any:
    """Feedback, newest first."""
    found = await FeedbackService(db).latest(limit + 1, before=cursor)
    return {"items": found[:limit], "next": found[limit - 1].id if len(found) > limit else None}
