"""Purging by age: what ended long ago goes, what is still open stays."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from sqlalchemy import func, inspect, select

from kefu.database import Database
from kefu.desk import purge as purging
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.lifecycle import Status
from kefu.desk.merge import merge
from kefu.desk.models import Handoff, HandoffLine
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


async def test_talks_with_persons_go_with_what_was_written(database: Database) -> None:
    handoffs, old = HandoffService(database), NOW - timedelta(days=400)
    for conversation, said_at in (("web-old", old), ("web-open", old), ("web-new", NOW)):
        await handoffs.ask(NewHandoff("post", "website", conversation, "asked", "refund"), said_at)
        await handoffs.say(conversation, "我的私事", f"m-{conversation}", said_at)
    await handoffs.leave("web-old", old)
    await handoffs.leave("web-new", NOW)
    report = await purge(database, NOW - timedelta(days=365))
    assert report["转人工记录"] == 1
    async with database.read() as session:
        for table in (Handoff, HandoffLine):
            assert (await session.execute(select(func.count()).select_from(table))).scalar() == 2


async def test_what_a_living_ticket_still_shows_stays(database: Database) -> None:
    tickets, old = TicketService(database), NOW - timedelta(days=400)
    merged = (await tickets.open(NEW, old)).ticket.id
    survivor = (await tickets.open(replace(NEW, intent="bill", idempotency_key="m2"), old)).ticket.id
    await merge(database, merged, survivor, "user:li", old)
    assert (await purge(database, NOW - timedelta(days=365)))["工单"] == 0
    await TicketWork(database).move(survivor, Status.CLOSED, "user:li", old)
    assert (await purge(database, NOW - timedelta(days=365)))["工单"] == 2


# Tables that no age limit is for, and why.
KEPT = {
    "alembic_version": "no data",
    "notices": "written by us, for everybody",
    "users": "accounts, ended by hand",
    "api_tokens": "ended by hand",
    "webhooks": "settings",
    "bindings": "as long as the customer wants; forget deletes them",
    "binding_codes": "kefu.channels.binding deletes them when they end",
    "binding_tries": "kefu.channels.binding deletes them after their period",
    "wechat_replies": "kefu.channels.wechat.delivery deletes them",
    "wechat_tokens": "one an account",
    "wechat_media": "kefu.channels.wechat.pictures deletes them when they end",
    "wechat_nonces": "kefu.channels.wechat.guard deletes them",
    "conversation_events": "kefu.conversations.retention",
    "conversation_states": "kefu.conversations.retention",
    "conversation_snapshots": "kefu.conversations.retention",
}
WITH_THEIR_OWNER = {"ticket_events", "ticket_messages", "attachments", "handoff_lines"}
DELETED = {"tickets", "feedback", "deliveries", "handoffs", "user_sessions", "sign_in_attempts"}


async def test_of_every_table_it_is_known_how_long_it_is_kept(database: Database) -> None:
    async with database.read() as session:
        tables = set(await session.run_sync(lambda sync: inspect(sync.connection()).get_table_names()))
    assert tables == {*KEPT, *WITH_THEIR_OWNER, *DELETED, *purging._BY_AGE}
