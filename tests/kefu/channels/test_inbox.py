"""Stored before work, answered once."""

import asyncio
import itertools
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import update

from kefu.channels import inbox as inbox_module
from kefu.channels.inbox import Inbox, Stored
from kefu.channels.log import MessageLog
from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage
from kefu.channels.prepare import Prepared, prepare
from kefu.channels.quick_replies import seal_buttons
from kefu.database import Database

FIRST = Inbound("rest", "web-1", "你好", "post", "m1")


async def store(inbox: Inbox, message: Inbound) -> Stored:
    return await inbox.store(message, Prepared(message.text, message.text))


async def age(database: Database) -> None:
    """Let all leases have ended."""
    async with database.transaction() as transaction:
        long_ago = datetime.now(timezone.utc) - timedelta(seconds=1)
        await transaction.execute(update(InboundMessage.__table__).values(lease_until=long_ago))


async def until_renewed(inbox: Inbox) -> None:
    """Until our messages have a lease that lasts."""
    for _ in itertools.count():
        if all(line.lease_until > datetime.now(timezone.utc) for line in await inbox.waiting("web-1")):
            return
        await asyncio.sleep(0.02)


async def test_a_message_is_new_until_it_is_answered(database: Database) -> None:
    inbox = Inbox(database)
    first = await store(inbox, FIRST)
    assert first.is_new
    assert (await store(inbox, FIRST)).replies is None
    await inbox.answer([first], [{"text": "您好"}])
    again = await store(inbox, FIRST)
    assert (again.is_new, again.replies) == (False, [{"text": "您好"}])


async def test_only_the_first_answer_counts(database: Database) -> None:
    inbox, other = Inbox(database, is_logged=True), Inbox(database, is_logged=True)
    first = await store(inbox, FIRST)
    assert await inbox.answer([first], [{"text": "您好"}])
    assert await other.answer([first], [{"text": "又一次"}]) is None
    assert (await store(other, FIRST)).replies == [{"text": "您好"}]
    assert [line.body["text"] for line in await MessageLog(database).after("web-1", 0)] == ["你好", "您好"]


async def test_the_same_id_of_somebody_else_is_another_message(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.answer([await store(inbox, FIRST)], [{"text": "您好"}])
    assert (await store(inbox, Inbound("rest", "web-2", "你好", "post", "m1"))).replies is None


async def test_offers_the_buttons_of_the_latest_answer(database: Database) -> None:
    inbox = Inbox(database)
    assert await inbox.offered("web-1") == []
    for number, title in enumerate(["甲", "乙"]):
        stored = await store(inbox, Inbound("rest", "web-1", "?", "post", f"m{number}"))
        await inbox.answer([stored], [{"text": "选"}, {"text": "选", "buttons": [{"title": title, "payload": "x"}]}])
    assert [button["title"] for button in await inbox.offered("web-1")] == ["乙"]


async def test_all_that_a_turn_needs_is_stored(database: Database) -> None:
    inbox = Inbox(database, is_logged=True)
    message = Inbound("website", "web-1", "我的号138****5678", "my", "m1")
    prepared = Prepared("我的号138****5678", "我的号:138****5678", {"phone": "sealed"}, was_cut=True)
    stored = await inbox.store(message, prepared)
    [found] = await Inbox(database).waiting("web-1")
    assert (found.prepared, found.seq, found.received_at) == (prepared, 1, stored.received_at)
    assert (found.message.channel, found.message.brand, found.message.message_id) == ("website", "my", "m1")


async def test_a_button_is_stored_as_what_it_stands_for(database: Database) -> None:
    inbox = Inbox(database)
    [button] = seal_buttons("web-1", [{"title": "没解决", "payload": "/deny"}])
    for number, text in enumerate([button["payload"], "没解决", "1"]):
        asked = await store(inbox, Inbound("rest", "web-1", "?", message_id=f"a{number}"))
        await inbox.answer([asked], [{"text": "解决了吗", "buttons": [button]}])
        pressed = await store(inbox, Inbound("rest", "web-1", text, message_id=f"b{number}"))
        assert pressed.prepared == Prepared("/deny", "没解决", pressed=True)


async def test_asking_to_register_is_heard_through_slips_of_the_pen(database: Database) -> None:
    message = Inbound("rest", "web-1", "登计一下吧", message_id="m1")
    stored = await Inbox(database).store(message, prepare(message.text, 100))
    assert stored.prepared == Prepared("/open_ticket", "登计一下吧", pressed=True)


async def test_only_messages_of_the_dead_are_taken_over_and_by_one(database: Database) -> None:
    inbox, other, third = (Inbox(database, is_logged=True) for _ in range(3))
    await store(inbox, FIRST)
    assert await other.abandoned("rest") == []
    await age(database)
    assert await other.abandoned("website") == [], "another channel's"
    assert await other.abandoned("rest") == ["web-1"]
    assert await third.abandoned("rest") == []
    [line] = await other.waiting("web-1")
    assert (line.leased_by, line.tries) == (other.owner, 1)


async def test_what_is_held_is_not_taken_over(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "_RENEWAL", 0.05)
    inbox, other = Inbox(database, is_logged=True), Inbox(database)
    for name in ("web-1", "web-2"):
        await store(inbox, Inbound("website", name, "你好", message_id="m1"))
    async with inbox.held("web-1"), inbox.held("web-1"):
        async with inbox.held("web-1"):
            pass
        await age(database)
        await asyncio.wait_for(until_renewed(inbox), 20)
        assert await other.abandoned("website") == ["web-2"]
    await age(database)
    assert set(await other.abandoned("website")) == {"web-1", "web-2"}
