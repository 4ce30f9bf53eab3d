"""A customer who writes again after a ticket was resolved: the same ticket for a week, a new one for another matter."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from kefu.database import Database
from kefu.desk.lifecycle import Status
from kefu.desk.tickets import NewTicket, Opened, TicketService
from kefu.desk.work import TicketWork

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1", amount=Decimal("350"), order_id="A1")
AGAIN = replace(NEW, idempotency_key="m2", description="还是没到")


async def after(database: Database, days: float, new: NewTicket, status: Status, old: NewTicket = NEW) -> Opened:
    """What becomes of a request some days after the first ticket got a status."""
    service, work = TicketService(database), TicketWork(database)
    first = (await service.open(old, NOW)).ticket
    await work.move(first.id, status, "user:li", NOW)
    opened = await service.open(new, NOW + timedelta(days=days))
    assert (opened.ticket.id == first.id) is not opened.created
    return opened


async def test_within_a_week_the_ticket_is_reopened_and_due_again(database: Database) -> None:
    opened = await after(database, 6.9, AGAIN, Status.RESOLVED)
    assert (opened.created, opened.reopened) == (False, True)
    ticket = opened.ticket
    assert (ticket.status, ticket.resolved_at) == ("reopened", None)
    assert ticket.waiting_since == NOW + timedelta(days=6.9)
    assert ticket.sla_due > ticket.waiting_since
    history = await TicketService(database).history(ticket.id)
    assert [event.kind for event in history] == ["created", "status", "status", "appended"]


@pytest.mark.parametrize(
    ("days", "change", "status"),
    [
        (7.1, {}, Status.RESOLVED),
        (1.1, {}, Status.CLOSED),
        (1.1, {"order_id": "B2"}, Status.RESOLVED),
        (1.1, {"amount": Decimal("99"), "order_id": None}, Status.RESOLVED),
        (1.1, {"intent": "fee"}, Status.RESOLVED),
    ],
)
async def test_else_it_is_a_new_ticket(database: Database, days: float, change: dict, status: Status) -> None:
    assert (await after(database, days, replace(AGAIN, **change), status)).created


@pytest.mark.parametrize(("order_id", "created"), [(None, True), ("A1", False)])
async def test_a_vague_topic_needs_the_same_order(database: Database, order_id: str | None, created: bool) -> None:
    old = replace(NEW, intent="complaint")
    new = replace(AGAIN, intent="complaint", order_id=order_id)
    assert (await after(database, 1.1, new, Status.RESOLVED, old)).created is created
