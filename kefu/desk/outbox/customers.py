"""The way back: what the desk tells customers, in the channel that they used last (through Rasa's HTTP API)."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kefu.desk.errors import TicketError
from kefu.desk.follow_up import Change, FollowUp, follow_up
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket, TicketEvent
from kefu.desk.outbox.store import Kind, put, revive
from kefu.sealing import fingerprint, seal, unseal

PICTURE = "这张图和您的工单 {ticket} 有关，请看一下。"


async def tell_change(session: AsyncSession, ticket: Ticket, event: TicketEvent, now: datetime) -> None:
    """Tell the customer that the status of a ticket has changed, where that is worth a message."""
    change = Change(to=Status(event.data["to"]), before=Status(event.data["from"]))
    await _tell(session, ticket, f"change:{event.id}", follow_up(ticket, change, now), {"notice": True}, now)


async def tell_reply(
    session: AsyncSession, ticket: Ticket, message_id: int, text: str, agent: str, now: datetime
) -> None:
    """Tell the customer what an agent has written about a ticket."""
    told = follow_up(ticket, Change(reply=text), now)
    await _tell(session, ticket, f"message:{message_id}", told, {"agent": agent}, now)


async def tell_picture(session: AsyncSession, ticket: Ticket, picture: str, agent: str, now: datetime) -> bool:
    """Show the customer a picture that an agent has added to a ticket; False where that was done before."""
    conversation, metadata = unsealed_customer(ticket), {"agent": agent, "ticket_id": ticket.id}
    text, image = PICTURE.format(ticket=ticket.id), f"attachments/{picture}"
    return await push(
        session,
        conversation,
        f"picture:{picture}",
        text,
        metadata,
        now,
        ticket.id,
        sealed=ticket.customer_sealed,
        image=image,
    )


async def push(
    session: AsyncSession,
    conversation: str,
    key: str,
    text: str,
    metadata: dict[str, Any],
    now: datetime,
    ticket_id: str | None = None,
    buttons: list[dict[str, str]] | None = None,
    sealed: str | None = None,
    slots: dict[str, Any] | None = None,
    image: str | None = None,
) -> bool:
    """Put a message to a conversation into the outbox, within the caller's transaction; False where it is there.

    Args:
        conversation: its id in clear; messages to one conversation keep their order.
        key: unique; the customer sees what bears it once, however often it is sent.
        metadata: `agent` (display name) or `notice` (true) says who speaks.
        slots: what the bot has to know from then on, e.g. that the person has gone.
        image: `attachments/<id>`; the channel fetches it from the ticket.
    """
    event: dict[str, Any] = {"event": "bot", "text": text, "metadata": {**metadata, "push_id": push_id(key)}}
    data = {name: value for name, value in (("buttons", buttons), ("image", image)) if value}
    if data:
        event["data"] = data
    events = [{"event": "slot", "name": name, "value": value} for name, value in (slots or {}).items()]
    body = [*events, event] if events else event
    return await put(
        session, Kind.CUSTOMER, push_id(key), sealed or seal(conversation), body, now, _lane(conversation), ticket_id
    )


def push_id(key: str) -> str:
    """The outbox's key of a message to a customer; the channel shows what bears it once."""
    return f"desk:{key}"


async def customer_is_there(session: AsyncSession, ticket: Ticket) -> None:
    """The customer writes: what could not be delivered is tried again now."""
    await revive(session, _lane(unsealed_customer(ticket)))


def _lane(conversation: str) -> str:
    return f"customer:{fingerprint(conversation)}"


async def _tell(
    session: AsyncSession, ticket: Ticket, key: str, told: FollowUp | None, who: dict[str, Any], now: datetime
) -> None:
    if told is None:
        return
    conversation, metadata = unsealed_customer(ticket), {**who, "ticket_id": ticket.id}
    await push(session, conversation, key, told.text, metadata, now, ticket.id, told.buttons, ticket.customer_sealed)


def unsealed_customer(ticket: Ticket) -> str:
    """The conversation of a ticket's customer.

    Raises:
        TicketError: it was sealed with a key that is not known any more.
    """
    conversation = unseal(ticket.customer_sealed)
    if conversation is None:
        raise TicketError(f"工单 {ticket.id} 的客户信息打不开：当时的密钥已经不在 KEFU_SECRET 和 KEFU_OLD_SECRETS 里")
    return conversation
