"""The way back: what the desk tells customers, in the channel that they used last (through Rasa's HTTP API)."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kefu.desk.errors import TicketError
from kefu.desk.models import Ticket, TicketEvent
from kefu.desk.outbox.store import Kind, put
from kefu.desk.status_text import status_text
from kefu.sealing import fingerprint, seal, unseal


async def tell_change(session: AsyncSession, ticket: Ticket, event: TicketEvent, now: datetime) -> None:
    """Tell the customer that the status of a ticket has changed."""
    told = status_text(ticket, event.data["to"])
    metadata = {"notice": True, "ticket_id": ticket.id}
    await _push_to_holder(session, ticket, f"change:{event.id}", told.text, told.buttons, metadata, now)


async def tell_reply(
    session: AsyncSession, ticket: Ticket, message_id: int, text: str, agent: str, now: datetime
) -> None:
    """Tell the customer what an agent has written about a ticket."""
    metadata = {"agent": agent, "ticket_id": ticket.id}
    await _push_to_holder(session, ticket, f"message:{message_id}", text, [], metadata, now)


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
) -> None:
    """Put a message to a conversation into the outbox, within the caller's transaction.

    Args:
        conversation: its id in clear; messages to one conversation keep their order.
        key: unique; the customer sees what bears it once, however often it is sent.
        metadata: `agent` (display name) or `notice` (true) says who speaks.
        slots: what the bot has to know from then on, e.g. that the person has gone.
    """
    event: dict[str, Any] = {"event": "bot", "text": text, "metadata": {**metadata, "push_id": push_id(key)}}
    if buttons:
        event["data"] = {"buttons": buttons}
    events = [{"event": "slot", "name": name, "value": value} for name, value in (slots or {}).items()]
    lane = f"customer:{fingerprint(conversation)}"
    await put(
        session,
        Kind.CUSTOMER,
        push_id(key),
        sealed or seal(conversation),
        [*events, event] if events else event,
        now,
        lane,
        ticket_id,
    )


def push_id(key: str) -> str:
    """The outbox's key of a message to a customer; the channel shows what bears it once."""
    return f"desk:{key}"


async def _push_to_holder(
    session: AsyncSession,
    ticket: Ticket,
    key: str,
    text: str,
    buttons: list[dict[str, str]],
    metadata: dict[str, Any],
    now: datetime,
) -> None:
    conversation = unsealed_customer(ticket)
    await push(session, conversation, key, text, metadata, now, ticket.id, buttons, ticket.customer_sealed)


def unsealed_customer(ticket: Ticket) -> str:
    """The conversation of a ticket's customer.

    Raises:
        TicketError: it was sealed with a key that is not known any more.
    """
    conversation = unseal(ticket.customer_sealed)
    if conversation is None:
        raise TicketError(f"工单 {ticket.id} 的客户信息打不开：当时的密钥已经不在 KEFU_SECRET 和 KEFU_OLD_SECRETS 里")
    return conversation
