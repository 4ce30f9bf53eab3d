"""Purging by age: what ended long ago goes, what is still open stays."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from kefu.database import Database
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.lifecycle import Status
from kefu.desk.merge import merge
from kefu.desk.purge import purge
from kefu.desk.search import TicketSearch, Wanted
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1")


async def test_only_what_ended_before_the_day_goes(database: Database) -> None:
    tickets, work, ids = TicketService(database), TicketWork(database), {}
    old = NOW - timedelta(days=400)
    for name, ended in {"open": None, "old": old, "new": NOW}.items():
        new = replace(NEW, customer=name, idempotency_key=name)
        ids[name] = (await tickets.open(new, old)).ticket.id
        if ended:
            await work.move(ids[name], Status.CLOSED, "user:li", ended)
    report = await purge(database, NOW - timedelta(days=365))
    assert report["工单"] == 1
    page = await TicketSearch(database).find(Wanted(statuses=()))
    assert {ticket.id for ticket in page.tickets} == {ids["open"], ids["new"]}
    assert await tickets.history(ids["old"]) == []
    assert not any((await purge(database, NOW - timedelta(days=365))).values())


async def test_old_talks_go_and_running_ones_stay(database: Database) -> None:
    handoffs, old = HandoffService(database), NOW - timedelta(days=400)
    for conversation in ("web-1", "web-2"):
        await handoffs.ask(NewHandoff("post", "website", conversation, "asked", "refund"), old)
        await handoffs.say(conversation, "有人吗", "m1", old)
    await handoffs.leave("web-1", old)
    assert (await purge(database, NOW - timedelta(days=365)))["转人工记录"] == 1
    assert await handoffs.lines(1) == [] and await handoffs.place("web-2") is not None


async def test_what_a_living_ticket_still_shows_stays(database: Database) -> None:
    tickets, old = TicketService(database), NOW - timedelta(days=400)
    merged = (await tickets.open(NEW, old)).ticket.id
    survivor = (await tickets.open(replace(NEW, intent="bill", idempotency_key="m2"), old)).ticket.id
    await merge(database, merged, survivor, "user:li", old)
    assert (await purge(database, NOW - timedelta(days=365)))["工单"] == 0
    await TicketWork(database).move(survivor, Status.CLOSED, "user:li", old)
    assert (await purge(database, NOW - timedelta(days=365)))["工单"] == 2
