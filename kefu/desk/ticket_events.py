"""The history of a ticket: every change is recorded in the transaction that makes it, and webhooks hear of it."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kefu.desk.models import Ticket, TicketEvent
from kefu.desk.outbox.webhooks import announce

_PRIVATE = frozenset({"note"})  # kinds that other systems do not hear of


async def record(
    session: AsyncSession,
    ticket: Ticket,
    actor: str,
    kind: str,
    data: dict[str, Any],
    now: datetime,
    key: str | None = None,
) -> TicketEvent:
    """Write down who has changed what; the ticket's version goes up with it.

    Args:
        actor: customer, system, user:<name> or token:<name>.
        key: fingerprint of an idempotency key, where the change came with one.
    """
    ticket.updated_at = now
    event = TicketEvent(ticket_id=ticket.id, at=now, actor=actor, kind=kind, data=data, idempotency_key=key)
    session.add(event)
    await session.flush()
    if kind not in _PRIVATE:
        await announce(session, ticket, event)
    return event
