"""What could not be delivered to customers: try again, or give up."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from kefu.desk.console.access import Visitor, allow
from kefu.desk.console.render import own_address, page, redirect
from kefu.desk.console.services import services
from kefu.desk.people.roles import Role

router = APIRouter(prefix="/deliveries")

_LARGEST_ID = 2**31 - 1

Allowed = Annotated[Visitor, Depends(allow(Role.AGENT, Role.OPERATOR))]


@router.get("")
async def deliveries(request: Request, _: Allowed) -> Response:
    """Everything that has failed, newest first."""
    return page(request, "deliveries.html", deliveries=await services(request).outbox.failed())


@router.post("/{number:int}/retry")
async def retry(request: Request, number: int, _: Allowed, back: Annotated[str, Form()] = "/deliveries") -> Response:
    """Try again from the beginning; who asks in a ticket or a talk stays there."""
    if number > _LARGEST_ID or not await services(request).outbox.retry(number):
        raise HTTPException(404, "没有这条消息，或者已经在送")
    services(request).changes.hurry()
    return redirect(own_address(back), "retried")


@router.post("/{number:int}/give-up")
async def give_up(request: Request, number: int, _: Allowed) -> Response:
    """Take it off the list."""
    if number > _LARGEST_ID or not await services(request).outbox.give_up(number):
        raise HTTPException(404, "没有这条消息，或者已经在送")
    return redirect("/deliveries", "changed")
