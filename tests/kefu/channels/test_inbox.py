"""Stored before work, answered once."""

from kefu.channels.inbox import Inbox
from kefu.channels.message import Inbound
from kefu.database import Database

FIRST = Inbound("rest", "web-1", "你好", "post", "m1")


async def test_a_message_is_new_until_it_is_answered(database: Database) -> None:
    inbox = Inbox(database)
    assert await inbox.store(FIRST, "你好") is None
    assert await inbox.store(FIRST, "你好") is None
    await inbox.answer(FIRST, [{"text": "您好"}])
    assert await inbox.store(FIRST, "你好") == [{"text": "您好"}]


async def test_the_same_id_of_somebody_else_is_another_message(database: Database) -> None:
    inbox = Inbox(database)
    await inbox.store(FIRST, "你好")
    await inbox.answer(FIRST, [{"text": "您好"}])
    assert await inbox.store(Inbound("rest", "web-2", "你好", "post", "m1"), "你好") is None


async def test_offers_the_buttons_of_the_latest_answer(database: Database) -> None:
    inbox = Inbox(database)
    assert await inbox.offered("web-1") == []
    for number, title in enumerate(["甲", "乙"]):
        message = Inbound("rest", "web-1", "?", "post", f"m{number}")
        await inbox.store(message, "?")
        await inbox.answer(message, [{"text": "选"}, {"text": "选", "buttons": [{"title": title, "payload": "x"}]}])
    assert [button["title"] for button in await inbox.offered("web-1")] == ["乙"]
