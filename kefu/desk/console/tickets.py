"""The page of a ticket, and what is done there."""

import re
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import Response

from kefu.brands import brand_or_default
from kefu.desk.attachments import HEADERS, LARGEST
from kefu.desk.bound import conversations_of
from kefu.desk.console.access import AGENTS, Visitor, allow
from kefu.desk.console.queue import may_read
from kefu.desk.console.render import error_page, is_fragment, page, redirect
from kefu.desk.console.services import services
from kefu.desk.console.talks import new_key, picture_of
from kefu.desk.console.words import PRIORITIES, actor_name, change_text
from kefu.desk.errors import StaleTicket, TicketError, Unacceptable
from kefu.desk.lifecycle import TRANSITIONS, Priority, Status
from kefu.desk.merge import merge
from kefu.desk.models import Ticket
from kefu.desk.outbox.customers import push_id
from kefu.desk.phone import LOOKED, phone_for
from kefu.desk.receipt import parse_receipt
from kefu.desk.work import Changes
from kefu.sealing import unseal

router = APIRouter(prefix="/tickets/{number}")
pictures = APIRouter()

_PICTURE = re.compile(r"[0-9a-f]{32}")
_BEFORE = timedelta(days=1)  # how long before a ticket a picture may have been sent that is about it

Agents = Annotated[Visitor, Depends(allow(*AGENTS))]
Text = Annotated[str, Form()]
Version = Annotated[int, Form(ge=0, le=2**31 - 1)]


@router.get("")
async def ticket_page(request: Request, number: str, visitor: Agents) -> Response:
    """Everything that is known of a ticket."""
    ticket = await ticket_of(request, number)
    desk = services(request)
    users = await desk.users.all()
    request.state.people = {user.name: user.display_name for user in users}
    deliveries = await desk.outbox.of_ticket([ticket.id])
    messages = await desk.messages.of(ticket.id)
    replies = {push_id(f"message:{said.id}"): said.id for said in messages}
    return page(
        request,
        "ticket.html",
        ticket=ticket,
        messages=messages,
        history=(await desk.tickets.history(ticket.id))[::-1],
        deliveries={replies[one.key]: one for one in deliveries if one.key in replies},
        notices=[one for one in deliveries if one.key not in replies and not one.key.startswith("desk:talk:")],
        others=await desk.search.others_of(ticket),
        talks=[
            talk for talk in await desk.handoffs.of_ticket(ticket.id, ticket.customer_key) if may_read(talk, visitor)
        ],
        pictures=await desk.attachments.of(ticket.id),
        sent=await desk.customer_pictures.of(await _conversations(request, ticket), ticket.created_at - _BEFORE),
        slots={name: getattr(ticket, name) for name in ("amount", "time", "order_id")},
        moves=_moves(ticket),
        is_active=Status(ticket.status).is_active,
        agents=[user for user in users if user.disabled_at is None and {"agent", "admin"} & set(user.roles)],
        priorities=list(PRIORITIES.items()),
        canned=desk.canned.for_talk(_variables(ticket, visitor)),
        key=new_key(),
    )


@router.get("/news")
async def news(
    request: Request, number: str, _: Agents, version: Annotated[int, Query(ge=0, le=2**31 - 1)]
) -> Response:
    """Who has done what since the page was made, for a page that is open; nothing where nobody has."""
    ticket = await ticket_of(request, number)
    if ticket.version == version:
        return Response(status_code=204)
    return page(request, "_ticket_news.html", ticket=ticket, details=await _since(request, ticket, version))


@router.get("/pictures/{picture_id}")
async def sent_picture(request: Request, number: str, picture_id: str, _: Agents) -> Response:
    """A picture that the ticket's customer has sent in a conversation."""
    ticket = await ticket_of(request, number)
    return await picture_of(request, unseal(ticket.customer_sealed), picture_id)


@router.post("/phone")
async def whole_phone(request: Request, number: str, visitor: Agents) -> Response:
    """The customer's whole number, for who calls; that it was looked at is in the history."""
    ticket = await ticket_of(request, number)
    phone = await phone_for(services(request).database, ticket.id, visitor.actor)
    if phone is None:
        return error_page(request, 404, "这张工单没有可以打开的手机号", back=f"/tickets/{ticket.id}")
    return page(request, "_phone.html" if is_fragment(request) else "phone.html", ticket=ticket, phone=phone)


@router.post("/messages")
async def say(
    request: Request, number: str, visitor: Agents, text: Text = "", kind: Text = "reply", key: Text = ""
) -> Response:
    """Answer the customer, or note something for the staff."""
    ticket = await ticket_of(request, number)
    messages, unique = services(request).messages, key[:64] or new_key()
    try:
        if kind == "note":
            await messages.note(ticket.id, text, visitor.actor, unique)
        else:
            then = Status.WAITING_CUSTOMER if kind == "reply_wait" else None
            await messages.reply(ticket.id, text, visitor.actor, visitor.user.display_name, unique, then)
    except (TicketError, Unacceptable) as error:
        return _refused(request, ticket, error)
    return _done(request, ticket, "noted" if kind == "note" else "sent", "messages")


@router.post("/status")
async def change_status(
    request: Request, number: str, visitor: Agents, version: Version, status: Text = ""
) -> Response:
    """Move the ticket on."""
    if status not in set(Status):
        raise HTTPException(422, "没有这个状态")
    return await _change(request, number, visitor, version, Changes(status=Status(status)))


@router.post("/assignee")
async def change_assignee(
    request: Request, number: str, visitor: Agents, version: Version, assignee: Text = ""
) -> Response:
    """Give the ticket to somebody, or back to the queue."""
    if not assignee.isprintable():
        raise HTTPException(422, "没有这个人")
    return await _change(request, number, visitor, version, Changes(assignee=assignee))


@router.post("/priority")
async def change_priority(
    request: Request, number: str, visitor: Agents, version: Version, priority: Text = ""
) -> Response:
    """Say how urgent the ticket is."""
    if priority not in set(Priority):
        raise HTTPException(422, "没有这个优先级")
    return await _change(request, number, visitor, version, Changes(priority=Priority(priority)))


@router.post("/merge")
async def merge_into(request: Request, number: str, visitor: Agents, version: Version, into: Text = "") -> Response:
    """Merge this ticket into another of the same customer's."""
    ticket, survivor = await ticket_of(request, number), await ticket_of(request, into)
    if ticket.version != version:
        return await _stale(request, ticket, version)
    try:
        await merge(services(request).database, ticket.id, survivor.id, visitor.actor)
    except TicketError as error:
        return _refused(request, ticket, error)
    return _done(request, survivor, "merged")


@router.post("/attachments")
async def add_picture(
    request: Request, number: str, visitor: Agents, picture: UploadFile | None = None, show: Text = ""
) -> Response:
    """Keep a picture with the ticket; its content decides what it is. With `show` the customer gets it too."""
    ticket = await ticket_of(request, number)
    data = await picture.read(LARGEST + 1) if picture else b""
    name, shown_by = (picture and picture.filename) or "", visitor.user.display_name if show else None
    try:
        await services(request).attachments.add(ticket.id, name, data, visitor.actor, shown_by=shown_by)
    except (TicketError, Unacceptable) as error:
        return _refused(request, ticket, error)
    return _done(request, ticket, "uploaded")


@pictures.get("/attachments/{picture_id}")
async def picture(request: Request, picture_id: str, _: Agents) -> Response:
    """A picture's data; whatever a browser makes of it, nothing in it runs."""
    found = await services(request).attachments.read(picture_id) if _PICTURE.fullmatch(picture_id) else None
    if found is None:
        raise HTTPException(404, "没有这张图片")
    return Response(found.data, media_type=found.content_type, headers=HEADERS)


async def ticket_of(request: Request, number: str) -> Ticket:
    """The ticket of a number as somebody may have typed it.

    Raises:
        HTTPException: 404.
    """
    receipt = parse_receipt(number[:40])
    ticket = await services(request).tickets.get(receipt) if receipt else None
    if ticket is None:
        raise HTTPException(404, "没有这张工单")
    return ticket


async def _change(request: Request, number: str, visitor: Visitor, version: int, changes: Changes) -> Response:
    ticket = await ticket_of(request, number)
    try:
        await services(request).work.change(ticket.id, changes, visitor.actor, version)
    except StaleTicket:
        return await _stale(request, ticket, version)
    except TicketError as error:
        return _refused(request, ticket, error)
    return _done(request, ticket, "changed")


async def _stale(request: Request, ticket: Ticket, version: int) -> Response:
    """Somebody else was first: say who did what since the page was made."""
    details = await _since(request, ticket, version)
    text = "您打开页面以后，这张工单被改过，您刚才的操作没有生效："
    return error_page(request, 409, text, details, f"/tickets/{ticket.id}")


async def _since(request: Request, ticket: Ticket, version: int) -> tuple[str, ...]:
    """Who did what since a version of a ticket."""
    desk = services(request)
    people = {user.name: user.display_name for user in await desk.users.all()}
    changes = [event for event in await desk.tickets.history(ticket.id) if event.kind != LOOKED]
    since = changes[min(version - ticket.version, -1) :]
    return tuple(f"{actor_name(event.actor, people)} {change_text(event, people)}" for event in since)


def _refused(request: Request, ticket: Ticket, error: Exception) -> Response:
    status = 422 if isinstance(error, Unacceptable) else 409
    return error_page(request, status, str(error), back=f"/tickets/{ticket.id}")


def _done(request: Request, ticket: Ticket, done: str, part: str = "") -> Response:
    services(request).changes.hurry()
    return redirect(f"/tickets/{ticket.id}", done, part)


def _moves(ticket: Ticket) -> list[str]:
    """The statuses that a button leads to; taking and giving back are done by assigning."""
    now, allowed = Status(ticket.status), TRANSITIONS[Status(ticket.status)]
    hidden = {Status.OPEN} if now is Status.WAITING_CUSTOMER else {Status.OPEN, Status.ASSIGNED}
    return [status.value for status in Status if status in allowed and status not in hidden]


async def _conversations(request: Request, ticket: Ticket) -> list[str]:
    conversation = unseal(ticket.customer_sealed)
    return await conversations_of(services(request).database, conversation) if conversation else []


def _variables(ticket: Ticket, visitor: Visitor) -> dict[str, str]:
    brand = brand_or_default(ticket.brand)
    customer = f"尾号 {ticket.phone[-4:]} 的客户" if ticket.phone else "客户"
    return {
        "customer": customer,
        "ticket": str(ticket.id),
        "brand": brand.name,
        "hotline": brand.hotline,
        "agent": str(visitor.user.display_name),
    }
