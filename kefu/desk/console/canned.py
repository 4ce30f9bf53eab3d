"""The canned replies as they stand; trainers edit them in data/canned_replies.yml."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from kefu.desk.canned import VARIABLES
from kefu.desk.console.access import Visitor, allow
from kefu.desk.console.render import page
from kefu.desk.console.services import services
from kefu.desk.people.roles import Role

router = APIRouter()


@router.get("/canned")
async def canned(request: Request, _: Annotated[Visitor, Depends(allow(Role.AGENT, Role.TRAINER))]) -> Response:
    """All of them, and what is wrong with the file."""
    replies = services(request).canned
    return page(request, "canned.html", replies=replies.all(), error=replies.error, variables=VARIABLES)
