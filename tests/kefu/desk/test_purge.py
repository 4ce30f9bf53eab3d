"""Purging by age: what ended long ago goes, what is still open stays."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from kefu.database import Database
from kefu.desk.lifecycle import Status
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
