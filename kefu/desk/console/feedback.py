"""What customers think: ratings, comments, praise and suggestions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from kefu.brands import brands
from kefu.desk.console.access import EVERYBODY, Visitor, allow
from kefu.desk.console.render import page
from kefu.desk.console.services import services

router = APIRouter()

_BAD = 2  # stars and fewer


@router.get("/feedback")
async def feedback(
    request: Request,
    _: Annotated[Visitor, Depends(allow(*EVERYBODY))],
    brand: Annotated[str, Query(max_length=16)] = "",
    only: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """The newest pieces; `only=bad` leaves the bad ratings."""
    chosen = brand if brand in brands() else ""
    found = await services(request).feedback.latest(200, None, chosen, _BAD if only == "bad" else None)
    return page(request, "feedback.html", found=found, brand=chosen, only=only, brands=list(brands()))
