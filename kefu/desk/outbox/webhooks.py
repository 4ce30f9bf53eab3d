"""Which webhooks hear of a change, and what they are told: states and numbers, never a customer's words."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.desk.models import Ticket, TicketEvent
from kefu.desk.outbox.models import Webhook
from kefu.desk.outbox.store import Kind, put

CREATED, UPDATED, RESOLVED = "ticket.created", "ticket.updated", "ticket.resolved"
EVENTS = (CREATED, UPDATED, RESOLVED)


async def announce(session: AsyncSession, ticket: Ticket, event: TicketEvent) -> None:
    """Put the change into the outbox of every webhook that wants it, within the transaction of the change."""
    name = event_name(event)
    hooks = (await session.execute(select(Webhook).where(Webhook.disabled_at.is_(None)))).scalars()
    for hook in hooks:
        if name in hook.events:
            key = f"webhook:{hook.id}:{event.id}"
            lane = f"webhook:{hook.id}:{ticket.id}"  # who hears that a ticket is resolved has heard that it was there
            await put(session, Kind.WEBHOOK, key, str(hook.id), _told(name, ticket, event), event.at, lane, ticket.id)


def event_name(event: TicketEvent) -> str:
    """What a change is called outside."""
    if event.kind == "created":
        return CREATED
    return RESOLVED if event.kind == "status" and event.data.get("to") == "resolved" else UPDATED


def _told(name: str, ticket: Ticket, event: TicketEvent) -> dict[str, object]:
    return {
        "id": event.id,
        "event": name,
        "change": event.kind,
        "at": event.at.isoformat(),
        "ticket": {
            "id": ticket.id,
            "brand": ticket.brand,
            "channel": ticket.channel,
            "intent": ticket.intent,
            "status": ticket.status,
            "priority": ticket.priority,
            "assignee": ticket.assignee,
            "merged_into": ticket.merged_into,
            "sla_due": ticket.sla_due.isoformat(),
        },
    }
