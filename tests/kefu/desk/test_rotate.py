"""A new key: everything stays readable, everybody is found again, nothing is done twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from importlib import import_module

import pytest
from sqlalchemy import select

from kefu import sealing
from kefu.database import Base, Database
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.outbox.models import Delivery
from kefu.desk.people.roles import Role
from kefu.desk.people.users import Users
from kefu.desk.rotate import LOST, SEALED, reseal
from kefu.desk.search import TicketSearch, Wanted
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.sealing import is_sealed_now, seal, unseal
from kefu.settings import ROOT, Settings

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1", phone="138****8000")


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def use(secret: str, *old: str) -> None:
        monkeypatch.setattr(sealing, "settings", lambda: Settings(secret=secret, old_secrets=",".join(old)))

    return use


async def test_after_the_change_everything_goes_on(database: Database, key: Callable[..., None]) -> None:
    key("first")
    tickets, users = TicketService(database), Users(database)
    new = replace(NEW, phone_sealed=seal("13800138000"))
    ticket = (await tickets.open(new, NOW)).ticket
    await TicketMessages(database).reply(ticket.id, "您好", "user:li", "小李", "r1", now=NOW)
    await HandoffService(database).ask(NewHandoff("post", "rest", "web-1", "asked", "refund"), NOW)
    await users.add("li", "小李", "correct-horse-9", [Role.AGENT])
    secret = (await users.enrol_totp("li")).secret

    key("second", "first")
    report = await reseal(database)
    assert report == {
        **report,
        "工单的客户": 1,
        "工单的手机号": 1,
        "动态码密钥": 1,
        "发件箱": 1,
        "转人工的会话": 1,
        LOST: 0,
    }
    assert not any((await reseal(database)).values())

    assert (await tickets.open(new, NOW + timedelta(days=30))).ticket.id == ticket.id  # the key of the message
    more = replace(new, idempotency_key="m2")
    assert (await tickets.open(more, NOW + timedelta(hours=1))).ticket.id == ticket.id  # the same matter
    again = await TicketMessages(database).reply(ticket.id, "您好", "user:li", "小李", "r1", now=NOW)
    assert not again.created

    key("second")  # nothing sealed needs the first any more
    kept = await tickets.get(ticket.id)
    assert (unseal(kept.customer_sealed), unseal(kept.phone_sealed)) == ("web-1", "13800138000")
    assert unseal((await users.get("li")).totp_sealed) == secret
    assert [found.id for found in (await TicketSearch(database).find(Wanted("13800138000"))).tickets] == [ticket.id]
    assert [found.id for found in await tickets.of_customer("post", "web-1")] == [ticket.id]
    async with database.read() as session:
        delivery = (await session.execute(select(Delivery))).scalar_one()
    assert await HandoffService(database).place("web-1")
    assert is_sealed_now(delivery.target)
    assert unseal(delivery.target) == "web-1"


async def test_what_a_lost_key_sealed_is_reported_and_left(database: Database, key: Callable[..., None]) -> None:
    key("lost")
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    key("second", "first")
    assert (await reseal(database))[LOST] == 1
    assert (await TicketService(database).get(ticket.id)).customer_sealed == ticket.customer_sealed


def test_no_sealed_column_is_forgotten() -> None:
    for path in (ROOT / "kefu").rglob("models.py"):  # tables register on import
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    there = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert there <= {(name, column) for name, _, column, _ in SEALED}
    assert {("tickets", "customer_sealed"), ("users", "totp_sealed")} <= there
