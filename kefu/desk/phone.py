"""The whole phone number of a ticket's customer: opened for who calls, and never without a line in the history."""

from datetime import datetime, timezone

from kefu.database import Database
from kefu.desk.models import Ticket, TicketEvent
from kefu.sealing import unseal

LOOKED = "phone_seen"  # an event's kind


async def phone_for(database: Database, ticket_id: str, actor: str, now: datetime | None = None) -> str | None:
    """The number in clear; None where there is no such ticket, or it has none, or its key is lost.

    Args:
        actor: who looks; that is written down. The ticket keeps its version: nobody's open page is out of date.
    """
    async with database.write() as session:
        ticket = await session.get(Ticket, ticket_id)
        phone = unseal(ticket.phone_sealed) if ticket is not None and ticket.phone_sealed else None
        if phone is not None:
            moment = now or datetime.now(timezone.utc)
            session.add(TicketEvent(ticket_id=ticket_id, at=moment, actor=actor, kind=LOOKED, data={}))
        return phone
