"""The watch: warns before a due time, marks what was missed, closes what is over; again and again, once each."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from kefu.database import Database
from kefu.desk.lifecycle import Status
from kefu.desk.outbox import staff
from kefu.desk.outbox.models import Delivery
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.watch import Watch
from kefu.desk.work import TicketWork
from kefu.settings import settings

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "account_theft", "钱没了", "m1")


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    changed = settings().copy(update={"notify_urls": SecretStr("json://127.0.0.1:9/staff")})
    monkeypatch.setattr(staff, "settings", lambda: changed)
    yield


@pytest.fixture
def watch(database: Database) -> Watch:
    return Watch(database, settings().copy(update={"queue_alarm": 3}))


async def titles(database: Database) -> list[str]:
    async with database.read() as session:
        query = select(Delivery.body).where(Delivery.kind == "staff").order_by(Delivery.id)
        return [body["title"] for body in (await session.execute(query)).scalars()]


async def test_a_due_time_is_warned_of_half_an_hour_before_and_once(database: Database, watch: Watch) -> None:
    await TicketService(database).open(NEW, NOW)
    await watch.once(NOW + timedelta(minutes=29))
    assert len(await titles(database)) == 1  # the P1 itself
    for minutes in (31, 32, 50):
        await watch.once(NOW + timedelta(minutes=minutes))
    [_, warning] = await titles(database)
    assert "快到时限" in warning


async def test_who_has_an_answer_is_not_warned_of(database: Database, watch: Watch) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    await TicketMessages(database).reply(ticket.id, "在查了", "user:li", "小李", "r1", now=NOW)
    await watch.once(NOW + timedelta(minutes=45))
    await watch.once(NOW + timedelta(hours=9))
    assert len(await titles(database)) == 1
    assert not (await TicketService(database).get(ticket.id)).sla_missed


async def test_a_missed_due_time_is_in_the_history_once(database: Database, watch: Watch) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    for _ in range(2):
        await watch.once(NOW + timedelta(minutes=61))
    assert (await TicketService(database).get(ticket.id)).sla_missed
    history = await TicketService(database).history(ticket.id)
    assert [(event.actor, event.kind) for event in history] == [("customer", "created"), ("system", "sla_missed")]


async def test_a_long_queue_is_told_once_an_hour(database: Database, watch: Watch) -> None:
    for number in range(3):
        new = replace(NEW, intent="fee", customer=f"web-{number}", idempotency_key=str(number))
        await TicketService(database).open(new, NOW)
        await watch.once(NOW)
    await watch.once(NOW + timedelta(minutes=20))
    assert [title for title in await titles(database) if "3 张" in title] == ["【排队】3 张工单没人接"]
    await watch.once(NOW + timedelta(hours=1))
    assert len(await titles(database)) == 2


async def test_a_resolved_ticket_is_closed_after_a_week_without_a_word(database: Database, watch: Watch) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    await TicketWork(database).move(ticket.id, Status.RESOLVED, "user:li", NOW)
    await watch.once(NOW + timedelta(days=6))
    assert (await TicketService(database).get(ticket.id)).status == "resolved"
    await watch.once(NOW + timedelta(days=7))
    closed = await TicketService(database).get(ticket.id)
    assert (closed.status, closed.resolved_at) == ("closed", NOW)
    async with database.read() as session:
        pushed = (await session.execute(select(Delivery).where(Delivery.kind == "customer"))).scalars().all()
    assert len(pushed) == 1  # that it was resolved
