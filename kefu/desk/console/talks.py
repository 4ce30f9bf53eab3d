"""The page of a live conversation, and what an agent does there."""

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import Response

from kefu.brands import brand_or_default
from kefu.desk.attachments import HEADERS
from kefu.desk.bound import conversations_of
from kefu.desk.console.access import AGENTS, Visitor, allow
from kefu.desk.console.queue import may_read
from kefu.desk.console.render import error_page, is_fragment, page, redirect
from kefu.desk.console.services import services
from kefu.desk.customer_pictures import Sent
from kefu.desk.handoffs import HandoffError, State
from kefu.desk.models import Handoff, HandoffLine
from kefu.desk.talks import Agent, push_key
from kefu.sealing import unseal

router = APIRouter(prefix="/talks/{talk_id:int}")

_LARGEST_ID = 2**31 - 1
_LARGEST_KEY = 64
_FOLLOWED = 100  # latest lines whose way to the customer is shown
_BEFORE = timedelta(days=1)  # how old a picture may be that was sent before the customer asked for a person
_PICTURE = re.compile(r"[0-9a-f]{32}")

Agents = Annotated[Visitor, Depends(allow(*AGENTS))]


@router.get("")
async def talk_page(request: Request, talk_id: int, visitor: Agents) -> Response:
    """Both sides' lines, what is known, and where to write."""
    talk = await readable(request, talk_id, visitor)
    desk = services(request)
    conversation = unseal(talk.conversation_sealed)
    tickets = await desk.tickets.of_customer(talk.brand, conversation, 10) if conversation else []
    brand = brand_or_default(talk.brand)
    values = {
        "customer": "客户",
        "ticket": talk.ticket_id or "",
        "brand": brand.name,
        "hotline": brand.hotline,
        "agent": visitor.user.display_name,
    }
    return page(
        request,
        "talk.html",
        canned=desk.canned.for_talk(values),
        others=[ticket for ticket in tickets if ticket.id != talk.ticket_id],
        key=new_key(),
        **await _lines(request, talk, visitor),
    )


@router.get("/lines")
async def new_lines(
    request: Request, talk_id: int, visitor: Agents, after: Annotated[int, Query(ge=0, le=_LARGEST_ID)] = 0
) -> Response:
    """The lines since one that the page has, and how the talk stands."""
    talk = await readable(request, talk_id, visitor)
    return page(request, "_talk_news.html", **await _lines(request, talk, visitor, after))


@router.get("/pictures/{picture_id}")
async def talk_picture(request: Request, talk_id: int, picture_id: str, visitor: Agents) -> Response:
    """A picture that the talk's customer has sent."""
    talk = await readable(request, talk_id, visitor)
    return await picture_of(request, unseal(talk.conversation_sealed), picture_id)


@router.post("/take")
async def take(request: Request, talk_id: int, visitor: Agents) -> Response:
    """Take a waiting customer over; of two agents one gets the talk."""
    await readable(request, talk_id, visitor, waiting_for_anybody=True)
    try:
        await services(request).talks.take(talk_id, _agent(visitor))
    except HandoffError as error:
        return error_page(request, 409, str(error), back="/")
    services(request).changes.hurry()
    return redirect(f"/talks/{talk_id}")


@router.post("/reply")
async def reply(
    request: Request,
    talk_id: int,
    visitor: Agents,
    text: Annotated[str, Form()] = "",
    key: Annotated[str, Form(max_length=_LARGEST_KEY)] = "",
) -> Response:
    """Say something to the customer; the page fetches the line as it does everybody's."""
    await readable(request, talk_id, visitor)
    try:
        await services(request).talks.reply(talk_id, _agent(visitor), text, key or new_key())
    except HandoffError as error:
        return error_page(request, 409, str(error), back=f"/talks/{talk_id}")
    services(request).changes.hurry()
    if is_fragment(request):
        return Response(status_code=204, headers={"HX-Trigger": "said"})
    return redirect(f"/talks/{talk_id}")


@router.post("/close")
async def close(
    request: Request,
    talk_id: int,
    visitor: Agents,
    summary: Annotated[str, Form(max_length=4000)] = "",
    ticket: Annotated[str, Form()] = "",
) -> Response:
    """End the talk: the bot is back."""
    await readable(request, talk_id, visitor)
    try:
        left = await services(request).talks.close(talk_id, _agent(visitor), summary, bool(ticket))
    except HandoffError as error:
        return error_page(request, 409, str(error), back=f"/talks/{talk_id}")
    services(request).changes.hurry()
    return redirect(f"/tickets/{left}", "ticketed") if left else redirect("/", "closed")


async def readable(request: Request, talk_id: int, visitor: Visitor, waiting_for_anybody: bool = False) -> Handoff:
    """The talk, where the visitor may read it; another agent's is as absent as one that does not exist.

    Args:
        waiting_for_anybody: another's running talk is let through: who presses 接起 too late is told so.

    Raises:
        HTTPException: 404.
    """
    talk = await services(request).handoffs.get(talk_id) if talk_id <= _LARGEST_ID else None
    is_there = talk is not None and (may_read(talk, visitor) or (waiting_for_anybody and is_running(talk)))
    if talk is None or not is_there:
        raise HTTPException(404, "没有这个对话")
    return talk


async def picture_of(request: Request, conversation: str | None, picture: str) -> Response:
    """A customer's picture, so served that nothing in it runs; another customer's is as absent as none.

    Raises:
        HTTPException: 404.
    """
    desk, found = services(request), None
    if conversation and _PICTURE.fullmatch(picture):
        found = await desk.customer_pictures.read(await conversations_of(desk.database, conversation), picture)
    if found is None:
        raise HTTPException(404, "没有这张图片")
    return Response(found[0], media_type=found[1], headers=HEADERS)


def is_running(talk: Handoff) -> bool:
    """Whether an agent talks there now."""
    return bool(talk.state == State.ACTIVE.value)


def new_key() -> str:
    """What makes a form do its work once, however often it is sent."""
    return secrets.token_hex(16)


async def _lines(request: Request, talk: Handoff, visitor: Visitor, after: int = 0) -> dict[str, Any]:
    desk = services(request)
    lines = await desk.handoffs.lines(talk.id)
    said = {push_key(talk, line.message_id): line.id for line in lines[-_FOLLOWED:] if line.who == "agent"}
    found = await desk.outbox.by_keys(list(said))
    request.state.people = {user.name: user.display_name for user in await desk.users.all()}
    conversation = unseal(talk.conversation_sealed)
    own = await conversations_of(desk.database, conversation) if conversation else []
    pictures = await desk.customer_pictures.of(own, talk.asked_at - _BEFORE)
    return {
        "talk": talk,
        "pictures": beside(lines, [one for one in pictures if one.at >= talk.asked_at]),
        "earlier": [one for one in pictures if one.at < talk.asked_at],
        "shown": f"/talks/{talk.id}",
        "lines": [line for line in lines if line.id > after],
        "after": lines[-1].id if lines else 0,
        "deliveries": {said[key]: delivery for key, delivery in found.items()},
        "is_mine": talk.agent == visitor.user.name and is_running(talk),
        "was_mine": talk.agent == visitor.user.name and talk.state == State.CLOSED.value,
    }


def beside(lines: Sequence[HandoffLine], pictures: Sequence[Sent]) -> dict[int, list[Sent]]:
    """Pictures by the customer's line that they came with: the first that arrived after them."""
    theirs = [line for line in lines if line.who == "customer"]
    found: dict[int, list[Sent]] = {}
    for picture in pictures:
        line = next((line for line in theirs if line.at >= picture.at), None)
        if line is not None:
            found.setdefault(line.id, []).append(picture)
    return found


def _agent(visitor: Visitor) -> Agent:
    return Agent(visitor.user.name, visitor.user.display_name, visitor.user.capacity)
