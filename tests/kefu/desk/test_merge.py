"""Merging: the survivor knows everything, the old number leads to it, and only one customer's tickets are merged."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from kefu.database import Database
from kefu.desk.errors import TicketError
from kefu.desk.lifecycle import Status
from kefu.desk.merge import merge
from kefu.desk.models import Ticket
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from kefu.sealing import seal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket(
    "post", "rest", "web-1", "refund", "退款一直没到", "m0", amount=Decimal("350"), faq_ids=["refund.apply"]
)


@pytest.fixture
def tickets(database: Database) -> TicketService:
    return TicketService(database)


async def three(tickets: TicketService) -> list[Ticket]:
    """Three tickets of one customer about different topics; the second is the most urgent."""
    intents = ("refund", "account_theft", "fee")
    opened = [
        await tickets.open(replace(NEW, intent=intent, idempotency_key=intent), NOW + timedelta(minutes=n))
        for n, intent in enumerate(intents)
    ]
    return [found.ticket for found in opened]


async def test_the_survivor_takes_over(tickets: TicketService, database: Database) -> None:
    refund, theft, fee = await three(tickets)
    survivor = await merge(database, theft.id, fee.id, "user:li", NOW + timedelta(minutes=5))
    assert (survivor.priority, survivor.sla_due, survivor.waiting_since) == ("P1", theft.sla_due, theft.waiting_since)
    merged = await tickets.get(theft.id)
    assert (merged.status, merged.merged_into, merged.waiting_since) == ("closed", fee.id, None)
    kinds = [(event.ticket_id, event.kind) for event in await tickets.history(fee.id)]
    assert kinds == [(theft.id, "created"), (fee.id, "created"), (theft.id, "merged"), (fee.id, "absorbed")]
    assert refund.id not in dict(kinds)


async def test_a_chain_of_merges_leads_to_the_last(tickets: TicketService, database: Database) -> None:
    refund, theft, fee = await three(tickets)
    await merge(database, refund.id, theft.id, "user:li", NOW)
    await merge(database, theft.id, fee.id, "user:li", NOW)
    assert {(await tickets.get(one.id)).merged_into for one in (refund, theft)} == {fee.id}
    assert len(await tickets.history(fee.id)) == 7


async def test_what_cannot_be_merged(tickets: TicketService, database: Database) -> None:
    refund, theft, fee = await three(tickets)
    stranger = (await tickets.open(replace(NEW, customer="web-2", idempotency_key="m9"), NOW)).ticket
    foreign = (await tickets.open(replace(NEW, brand="my", idempotency_key="m8"), NOW)).ticket
    await merge(database, refund.id, theft.id, "user:li", NOW)
    await TicketWork(database).move(fee.id, Status.RESOLVED, "user:li", NOW)
    for one, other in (
        (theft.id, theft.id),
        (theft.id, refund.id),
        (theft.id, fee.id),
        (theft.id, stranger.id),
        (theft.id, foreign.id),
    ):
        with pytest.raises(TicketError):
            await merge(database, one, other, "user:li", NOW)
    with pytest.raises(KeyError):
        await merge(database, theft.id, "KF0000000000", "user:li", NOW)
    with pytest.raises(TicketError, match=theft.id):
        await TicketWork(database).move(refund.id, Status.REOPENED, "user:li", NOW)


async def test_the_same_phone_is_the_same_customer(tickets: TicketService, database: Database) -> None:
    phone = {"phone": "138****8000", "phone_sealed": seal("13800138000")}
    one = (await tickets.open(replace(NEW, **phone), NOW)).ticket
    other = (await tickets.open(replace(NEW, customer="wx-7", idempotency_key="m2", **phone), NOW)).ticket
    assert (await merge(database, one.id, other.id, "user:li", NOW)).id == other.id


async def test_merging_both_ways_at_once_merges_one_way(tickets: TicketService, database: Database) -> None:
    refund, theft, _ = await three(tickets)
    both = (merge(database, refund.id, theft.id, "user:li"), merge(database, theft.id, refund.id, "user:wang"))
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Ticket", "TicketError"]


async def test_merging_while_the_customer_writes_loses_nothing(tickets: TicketService, database: Database) -> None:
    refund, theft, _ = await three(tickets)
    more = [tickets.open(replace(NEW, idempotency_key=f"more{n}"), NOW + timedelta(hours=1)) for n in range(6)]
    results = await asyncio.gather(merge(database, refund.id, theft.id, "user:li"), *more, return_exceptions=True)
    assert [result for result in results if isinstance(result, Exception)] == []
    kinds = [event.kind for event in await tickets.history(theft.id)]
    assert kinds.count("appended") == 6


async def test_a_merge_whose_answer_was_lost_is_said_again(tickets: TicketService, database: Database) -> None:
    refund, theft, _ = await three(tickets)
    first = await merge(database, theft.id, refund.id, "user:li", NOW)
    again = await merge(database, theft.id, refund.id, "user:li", NOW)
    assert (again.id, again.version) == (first.id, first.version)
