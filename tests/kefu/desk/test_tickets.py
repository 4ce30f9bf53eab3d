"""Tickets: opened once, extended within a day, never lost between parallel writers."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from kefu.database import Database
from kefu.desk.lifecycle import Priority
from kefu.desk.tickets import NewTicket, TicketService
from kefu.sealing import unseal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket(
    brand="post",
    channel="rest",
    customer="web-1",
    intent="refund",
    description="退款一直没到",
    idempotency_key="form:web-1:m1",
    amount=Decimal("350.50"),
    time="2026-11-22T15:00",
)


@pytest.fixture
def tickets(database: Database) -> TicketService:
    return TicketService(database)


async def test_stores_what_the_customer_said(tickets: TicketService) -> None:
    opened = await tickets.open(NEW, NOW)
    stored = await tickets.get(opened.ticket.id)
    assert opened.created
    assert (stored.brand, stored.intent, stored.amount, stored.time) == (
        "post",
        "refund",
        Decimal("350.50"),
        "2026-11-22T15:00",
    )
    assert (stored.status, stored.priority, stored.created_at) == ("open", "P3", NOW)
    assert [event.kind for event in await tickets.history(stored.id)] == ["created"]


async def test_seals_who_the_customer_is(tickets: TicketService) -> None:
    stored = (await tickets.open(NEW, NOW)).ticket
    assert "web-1" not in stored.customer_sealed + stored.customer_key
    assert unseal(stored.customer_sealed) == "web-1"


async def test_same_key_does_nothing_twice(tickets: TicketService) -> None:
    first = await tickets.open(NEW, NOW)
    again = await tickets.open(replace(NEW, description="别的话"), NOW + timedelta(days=3))
    assert (again.ticket.id, again.created) == (first.ticket.id, False)
    assert len(await tickets.history(first.ticket.id)) == 1


async def test_same_matter_within_a_day_is_appended_and_keeps_its_number(tickets: TicketService) -> None:
    first = await tickets.open(NEW, NOW)
    more = replace(NEW, description="还是没到", idempotency_key="m2", order_id="A1234567", faq_ids=["refund.apply"])
    second = await tickets.open(more, NOW + timedelta(hours=23))
    repeated = await tickets.open(more, NOW + timedelta(hours=23))
    assert (second.ticket.id, second.created) == (first.ticket.id, False)
    assert repeated.ticket.id == first.ticket.id
    assert (second.ticket.order_id, second.ticket.faq_ids) == ("A1234567", ["refund.apply"])
    history = await tickets.history(first.ticket.id)
    assert [event.kind for event in history] == ["created", "appended"]
    assert history[1].data["description"] == "还是没到"


async def test_what_was_said_before_stays_and_what_is_newer_is_added(tickets: TicketService) -> None:
    """A talk's ticket holds more lines than are read again: an agent's promises must not go."""
    talk = [{"who": "agent" if at % 2 else "customer", "text": f"第{at}句", "at": float(at)} for at in range(140)]
    first = await tickets.open(replace(NEW, transcript=talk), NOW)
    new = [*talk[-59:], {"who": "customer", "text": "还在吗", "at": 140.0}]
    await tickets.open(replace(NEW, idempotency_key="failure", transcript=new), NOW)
    await tickets.open(replace(NEW, idempotency_key="nothing"), NOW)
    stored = await tickets.get(first.ticket.id)
    assert stored.transcript == [*talk, new[-1]]


@pytest.mark.parametrize(
    "change",
    [
        {"intent": "fee"},
        {"brand": "my"},
        {"customer": "web-2"},
        {"order_id": "B7654321"},
    ],
)
async def test_another_matter_is_another_ticket(tickets: TicketService, change: dict[str, str]) -> None:
    first = await tickets.open(replace(NEW, order_id="A1234567"), NOW)
    other = await tickets.open(replace(NEW, idempotency_key="m2", **change), NOW)
    assert other.created
    assert other.ticket.id != first.ticket.id


async def test_a_day_later_it_is_a_new_ticket(tickets: TicketService) -> None:
    first = await tickets.open(NEW, NOW)
    later = await tickets.open(replace(NEW, idempotency_key="m2"), NOW + timedelta(hours=25))
    assert later.created
    assert later.ticket.id != first.ticket.id


async def test_parallel_writers_make_one_ticket(tickets: TicketService) -> None:
    asked = [replace(NEW, idempotency_key=f"m{i % 4}") for i in range(12)]
    opened = await asyncio.gather(*(tickets.open(new, NOW) for new in asked))
    assert len({found.ticket.id for found in opened}) == 1
    assert sum(found.created for found in opened) == 1
    assert len(await tickets.history(opened[0].ticket.id)) == 4


async def test_theft_comes_first_in_the_queue(tickets: TicketService) -> None:
    await tickets.open(NEW, NOW)
    await tickets.open(replace(NEW, intent="feedback", idempotency_key="m2"), NOW - timedelta(days=2))
    theft = await tickets.open(replace(NEW, intent="account_theft", idempotency_key="m3"), NOW)
    assert [ticket.priority for ticket in await tickets.queue()] == ["P1", "P3", "P4"]
    assert theft.ticket.sla_due == NOW + timedelta(hours=1)
    assert Priority(theft.ticket.priority) is Priority.P1


async def test_a_customer_sees_only_his_own_of_one_brand(tickets: TicketService) -> None:
    mine = await tickets.open(NEW, NOW)
    await tickets.open(replace(NEW, customer="web-2", idempotency_key="m2"), NOW)
    await tickets.open(replace(NEW, brand="my", idempotency_key="m3"), NOW)
    assert [ticket.id for ticket in await tickets.of_customer("post", "web-1")] == [mine.ticket.id]


async def test_what_becomes_urgent_is_urgent_on_the_ticket_that_is_there(tickets: TicketService) -> None:
    first = await tickets.open(NEW, NOW)
    more = replace(NEW, idempotency_key="m2", priority=Priority.P1)
    second = await tickets.open(more, NOW + timedelta(minutes=5))
    assert (second.ticket.id, second.ticket.priority) == (first.ticket.id, "P1")
    assert second.ticket.sla_due == NOW + timedelta(hours=1)
    calmer = await tickets.open(replace(NEW, idempotency_key="m3", priority=Priority.P4), NOW + timedelta(minutes=6))
    assert calmer.ticket.priority == "P1"


async def test_facts_that_come_later_fill_only_what_is_missing(tickets: TicketService) -> None:
    opened = await tickets.open(replace(NEW, time=None), NOW)
    later = {"amount": Decimal(1), "time": "2026-11-22", "phone": "138****5678", "phone_sealed": None, "bank": "建行"}
    await tickets.complete(opened.ticket.id, later)
    stored = await tickets.get(opened.ticket.id)
    assert (stored.amount, stored.time, stored.phone) == (Decimal("350.50"), "2026-11-22", "138****5678")


async def test_facts_of_no_ticket_are_an_error(tickets: TicketService) -> None:
    with pytest.raises(KeyError):
        await tickets.complete("KF0000000000", {"amount": Decimal(1)})


async def test_a_ticket_that_becomes_urgent_says_so_in_its_history(database: Database) -> None:
    tickets = TicketService(database)
    first = await tickets.open(NEW, NOW)
    await tickets.open(replace(NEW, idempotency_key="urgent", priority=Priority.P1), NOW)
    kinds = {event.kind: event.data for event in await tickets.history(first.ticket.id)}
    assert (kinds["priority"]["from"], kinds["priority"]["to"]) == (first.ticket.priority, "P1")
