"""Finding tickets: by what was said and what they are, page by page, nothing twice and nothing left out."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.merge import merge
from kefu.desk.search import LONGEST_WORDS, TicketSearch, Wanted
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import NOBODY, TicketWork
from kefu.sealing import seal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款 100% 没到_账", "m1", order_id="A1234567")
PHONE = {"phone": "138****8000", "phone_sealed": seal("13800138000")}


@pytest.fixture
async def ids(database: Database) -> list[str]:
    """Three tickets: a refund of web-1, a theft of web-2 with a phone, a fee of web-1 with the other brand."""
    asked = [
        NEW,
        replace(NEW, customer="web-2", intent="account_theft", description="钱没了", idempotency_key="m2", **PHONE),
        replace(NEW, brand="my", intent="fee", description="Fee 太高", idempotency_key="m3", order_id=None),
    ]
    opened = [await TicketService(database).open(new, NOW + timedelta(minutes=n)) for n, new in enumerate(asked)]
    await TicketMessages(database).note(opened[2].ticket.id, "客户提到 ETC 扣款", "user:li", "n1", NOW)
    return [one.ticket.id for one in opened]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [1, 0, 2]),
        ("退款", [0]),
        ("没了", [1]),
        ("fee", [2]),
        ("etc", [2]),
        ("a1234", [1, 0]),
        ("13800138000", [1]),
        ("1380013800", []),
        ("100% 没", [0]),
        ("%", [0]),
        ("_账", [0]),
        ("没_到", []),
        ("'; DROP TABLE tickets; --", []),
        ("\x00", [1, 0, 2]),
        ("好" * LONGEST_WORDS, []),
    ],
)
async def test_by_words(database: Database, ids: list[str], words: str, found: list[int]) -> None:
    page = await TicketSearch(database).find(Wanted(words))
    assert [ids.index(ticket.id) for ticket in page.tickets] == found


async def test_by_number_in_any_spelling_and_status(database: Database, ids: list[str]) -> None:
    await TicketWork(database).move(ids[0], Status.CLOSED, "user:li", NOW)
    search = TicketSearch(database)
    assert (await search.find(Wanted(f" {ids[0].lower()[:5]}-{ids[0].lower()[5:]} "))).tickets == []
    page = await search.find(Wanted(ids[0].lower(), statuses=[Status.CLOSED]))
    assert [ticket.id for ticket in page.tickets] == [ids[0]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(brand="my"), [2]),
        (Wanted(intent="refund"), [0]),
        (Wanted(priorities=[Priority.P1]), [1]),
        (Wanted(assignee=NOBODY), [1, 0, 2]),
        (Wanted(assignee="li"), []),
        (Wanted(statuses=[Status.CLOSED]), []),
        (Wanted(created_from=NOW + timedelta(minutes=1)), [1, 2]),
        (Wanted(created_to=NOW + timedelta(minutes=1)), [0]),
        (Wanted(overdue_at=NOW + timedelta(hours=2)), [1]),
        (Wanted(newest_first=True), [2, 1, 0]),
    ],
)
async def test_by_what_they_are(database: Database, ids: list[str], wanted: Wanted, found: list[int]) -> None:
    page = await TicketSearch(database).find(wanted)
    assert [ids.index(ticket.id) for ticket in page.tickets] == found


async def test_a_customers_other_tickets_are_of_one_brand(database: Database, ids: list[str]) -> None:
    other = await TicketService(database).open(replace(NEW, intent="bill", idempotency_key="m9"), NOW)
    ticket = await TicketService(database).get(ids[0])
    assert [found.id for found in await TicketSearch(database).others_of(ticket)] == [other.ticket.id]


async def test_a_merged_number_leads_to_both(database: Database, ids: list[str]) -> None:
    other = await TicketService(database).open(replace(NEW, intent="bill", idempotency_key="m9"), NOW)
    await merge(database, ids[0], other.ticket.id, "user:li", NOW)
    page = await TicketSearch(database).find(Wanted(other.ticket.id, statuses=()))
    assert {ticket.id for ticket in page.tickets} == {ids[0], other.ticket.id}


@pytest.mark.parametrize("newest_first", [False, True])
async def test_pages_hold_every_ticket_once_also_where_they_are_alike(database: Database, newest_first: bool) -> None:
    opened = [
        await TicketService(database).open(replace(NEW, customer=f"web-{n}", idempotency_key=str(n)), NOW)
        for n in range(11)
    ]
    search, wanted = TicketSearch(database), Wanted(newest_first=newest_first)
    seen, cursor, pages = [], None, 0
    while True:
        page = await search.find(wanted, cursor, limit=4)
        seen += [ticket.id for ticket in page.tickets]
        cursor, pages = page.next, pages + 1
        if cursor is None:
            break
    assert pages == 3
    assert len(seen) == len(set(seen)) == 11
    assert set(seen) == {one.ticket.id for one in opened}
    with pytest.raises(Unacceptable):
        await search.find(Wanted(newest_first=not newest_first), (await search.find(wanted, limit=4)).next)


@pytest.mark.parametrize("cursor", ["x", "WyJxdWV1ZSJd", "bm9uc2Vuc2U", "é", "WyJxdWV1ZSIsIDEsIDIsIDNd", "=" * 9])
async def test_a_forged_cursor_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(Unacceptable):
        await TicketSearch(database).find(Wanted(), cursor)


async def test_too_many_words_are_refused(database: Database) -> None:
    with pytest.raises(Unacceptable):
        await TicketSearch(database).find(Wanted("好" * (LONGEST_WORDS + 1)))


async def test_of_the_same_urgency_those_who_wait_come_first(database: Database, ids: list[str]) -> None:
    tickets, search = TicketService(database), TicketSearch(database)
    early = await tickets.open(replace(NEW, customer="web-7", idempotency_key="m7"), NOW - timedelta(hours=9))
    late = await tickets.open(replace(NEW, customer="web-8", idempotency_key="m8"), NOW)
    await TicketMessages(database).reply(early.ticket.id, "在办了", "user:li", "小李", "r1", now=NOW)
    order = [ticket.id for ticket in (await search.find(Wanted())).tickets]
    assert order.index(late.ticket.id) < order.index(early.ticket.id)
    seen, cursor = [], None
    while True:
        page = await search.find(Wanted(), cursor, limit=1)
        seen += [ticket.id for ticket in page.tickets]
        cursor = page.next
        if cursor is None:
            break
    assert seen == order
    assert [ticket.id for ticket in await tickets.queue()] == order
