"""Merging two tickets about one matter: what was said stays readable, what comes later reaches the survivor."""

from datetime import datetime, timezone

from sqlalchemy import update

from kefu.database import Database
from kefu.desk.errors import TicketError
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.ticket_events import record
from kefu.desk.ticket_rows import lock


async def merge(database: Database, ticket_id: str, into: str, actor: str, now: datetime | None = None) -> Ticket:
    """Merge a ticket into another of the same customer's; returns the survivor. Doing it again changes nothing.

    Nothing is moved: messages, history and attachments of both are read together under the survivor's
    number (`ticket_rows.family`), and the old number leads there for ever.

    Raises:
        KeyError: there is no such ticket.
        TicketError: they are one and the same, of different customers, merged already, or the survivor is over.
    """
    moment = now or datetime.now(timezone.utc)
    async with database.write("merge") as session:  # two merges at once could lock each other's tickets
        found = {one: await lock(session, one) for one in sorted({ticket_id, into})}
        ticket, survivor = found[ticket_id], found[into]
        if ticket.merged_into == survivor.id:
            return survivor  # the answer to the first time was lost
        _check(ticket, survivor)
        before = ticket.status
        _hand_over(ticket, survivor)
        ticket.status, ticket.merged_into, ticket.waiting_since = Status.CLOSED.value, survivor.id, None
        ticket.resolved_at = ticket.resolved_at or moment
        await record(session, ticket, actor, "merged", {"into": survivor.id, "from": before}, moment)
        await record(session, survivor, actor, "absorbed", {"ticket": ticket.id}, moment)
        await session.execute(
            update(Ticket)
            .where(Ticket.merged_into == ticket.id)
            .values(merged_into=survivor.id)
            .execution_options(synchronize_session=False)
        )
        return survivor


def _check(ticket: Ticket, survivor: Ticket) -> None:
    if ticket.id == survivor.id:
        raise TicketError("工单不能并入自己")
    for one in (ticket, survivor):
        if one.merged_into:
            raise TicketError(f"工单 {one.id} 已并入 {one.merged_into}")
    if not Status(survivor.status).is_active:
        raise TicketError(f"工单 {survivor.id} 已经结束，不能并入")
    same_person = ticket.phone_key and ticket.phone_key == survivor.phone_key
    if ticket.brand != survivor.brand or not (ticket.customer_key == survivor.customer_key or same_person):
        raise TicketError("两张工单不是同一个客户的，不能合并")


def _hand_over(ticket: Ticket, survivor: Ticket) -> None:
    """The survivor gets what it lacks, the higher priority, and the earlier due time of a customer who waits."""
    for name in ("amount", "time", "order_id", "phone", "phone_sealed", "phone_key"):
        if not getattr(survivor, name):
            setattr(survivor, name, getattr(ticket, name))
    survivor.faq_ids = list(dict.fromkeys([*survivor.faq_ids, *ticket.faq_ids]))
    survivor.priority = min(survivor.priority, ticket.priority)
    if ticket.waiting_since is not None:
        waits = survivor.waiting_since
        survivor.sla_due = min(survivor.sla_due, ticket.sla_due) if waits else ticket.sla_due
        survivor.waiting_since = min(waits or ticket.waiting_since, ticket.waiting_since)
