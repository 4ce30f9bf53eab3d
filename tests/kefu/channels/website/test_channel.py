"""The website's HTTP API, over real sockets: sessions, messages, events, history, what is refused."""

import asyncio
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from kefu.channels import door as door_module
from kefu.channels.joining import MOST_LINES
from kefu.channels.limits import Rate
from kefu.channels.website import channel as channel_module
from kefu.channels.website import session as session_module
from kefu.database import Database
from kefu.settings import settings
from tests.website_server import Bot, Server, Visitor, website_server


async def test_a_message_is_acknowledged_and_answered_on_the_stream(server: Server) -> None:
    visitor = await server.visitor("my")
    async with visitor.events() as events:
        status, answer, _ = await visitor.say("我的号13812345678", "m1")
        assert (status, answer) == (202, {"id": "m1", "seq": 1})
        own, bot = await events.line(), await events.line()
    assert (own["who"], own["id"], own["text"], own["seq"]) == ("customer", "m1", "我的号138****5678", 1)
    assert (bot["who"], bot["text"], bot["seq"]) == ("bot", "听到:我的号138****5678", 2)
    assert "id" not in bot
    assert all(typing["who"] == "bot" for typing in events.typing)  # a hint: of a quick answer none may be seen


async def test_a_repeated_message_gets_the_same_answer_and_no_second_turn(server: Server) -> None:
    visitor = await server.visitor()
    answers = await asyncio.gather(*(visitor.say("你好", "m1") for _ in range(4)))
    await visitor.sees("你好", "听到:你好")
    answers.append(await visitor.say("你好", "m1"))
    assert [(status, answer) for status, answer, _ in answers] == [(202, {"id": "m1", "seq": 1})] * 5
    assert server.bot.heard == ["你好"]


async def test_streams_resume_behind_the_last_event(server: Server) -> None:
    visitor = await server.visitor()
    await visitor.say("一")
    await visitor.sees("一", "听到:一")
    await visitor.say("二")
    lines = await visitor.sees("二", "听到:二", after=2)
    assert [line["seq"] for line in lines] == [3, 4]


async def test_two_tabs_see_the_same(server: Server) -> None:
    visitor = await server.visitor()
    async with visitor.events() as one, visitor.events() as other:
        await visitor.say("你好")
        assert [await one.line(), await one.line()] == [await other.line(), await other.line()]


async def test_a_new_stream_starts_with_the_newest_page_and_history_has_the_rest(
    server: Server, own_database: Database
) -> None:
    from kefu.channels.log import Line

    visitor = await server.visitor()
    await visitor.say("你好")
    await visitor.sees("你好", "听到:你好")
    [conversation] = server.bot.trackers
    await server.channel._log.append(conversation, [Line("bot", {"text": str(number)}) for number in range(68)])
    async with visitor.events() as events:
        first = await events.line()
    assert first["seq"] == 21
    status, page, _ = await visitor.ask("GET", f"/history?before={first['seq']}&limit=15")
    assert status == 200
    assert [line["seq"] for line in page["lines"]] == list(range(6, 21))
    assert page["more"]
    _, page, _ = await visitor.ask("GET", "/history?before=6")
    assert ([line["seq"] for line in page["lines"]], page["more"]) == ([1, 2, 3, 4, 5], False)
    for query in ("before=x", "before=0", "before=-1", "limit=²", "before=99999999999"):
        assert (await visitor.ask("GET", f"/history?{query}"))[0] == 400, query


async def test_buttons_are_sealed_and_come_back(server: Server) -> None:
    async def asks(message: UserMessage) -> list[dict[str, Any]]:
        return [{"text": "解决了吗", "buttons": [{"title": "没解决", "payload": "/deny"}]}]

    server.bot.answer = asks
    visitor = await server.visitor()
    await visitor.say("你好")
    _, bot = await visitor.sees("你好", "解决了吗")
    assert bot["buttons"][0]["title"] == "没解决"
    await visitor.say(bot["buttons"][0]["payload"])
    await visitor.sees("没解决", "解决了吗", after=2)
    assert server.bot.heard == ["你好", "/deny"]


async def test_receipts_ratings_and_relayed_lines_are_marked(server: Server) -> None:
    async def says(message: UserMessage) -> list[dict[str, Any]]:
        return [{"text": "单号 KF7K3M9QXT2B。", "custom": {"rating": True}}, {"custom": {"relayed": True}}]

    server.bot.answer = says
    visitor = await server.visitor()
    await visitor.say("单号 KF7K3M9QXT2B")
    async with visitor.events() as events:
        lines = [await events.line() for _ in range(4)]
    own, text, rating, relayed = lines
    assert "receipt" not in own
    assert text["receipt"] == "KF7K3M9QXT2B"
    assert (rating["rating"], relayed["relayed"]) == (True, True)


async def test_a_failed_turn_is_an_apology_with_a_reference(server: Server) -> None:
    async def breaks(message: UserMessage) -> list[dict[str, Any]]:
        raise RuntimeError("no model")

    server.bot.answer = breaks
    visitor = await server.visitor()
    await visitor.say("我的钱呢")
    async with visitor.events(1) as events:
        line = await events.line()
    assert line["receipt"] in line["text"]
    assert "抱歉" in line["text"]


async def test_agents_push_to_the_stream_once(server: Server) -> None:
    visitor = await server.visitor()
    await visitor.say("你好")
    await visitor.sees("你好", "听到:你好")
    [conversation] = server.bot.trackers
    async with visitor.events(2) as events:
        output = server.channel.get_output_channel()
        for _ in range(2):
            await output.send_response(conversation, {"text": "我来处理", "agent": "小王", "push_id": "p1"})
        await output.send_response(conversation, {"text": "客服已离开", "notice": True})
        agent, notice = await events.line(), await events.line()
    assert (agent["who"], agent["agent"], agent["text"]) == ("agent", "小王", "我来处理")
    assert (notice["who"], notice["text"]) == ("notice", "客服已离开")


async def test_without_the_database_nothing_is_acknowledged(server: Server, own_database: Database) -> None:
    visitor = await server.visitor()
    working, own_database.quick = own_database.quick, None  # type: ignore[assignment,method-assign]
    status, answer, headers = await visitor.say("你好", "m1")
    assert (status, "error" in answer, headers["Retry-After"]) == (503, True, "2")
    own_database.quick = working  # type: ignore[method-assign]
    assert (await visitor.say("你好", "m1"))[0] == 202
    await visitor.sees("你好", "听到:你好")
    assert server.bot.heard == ["你好"]


async def test_without_a_good_session_everything_is_refused(server: Server) -> None:
    for path in ("/messages", "/events", "/history", "/uploads", "/uploads/x"):
        method = "POST" if path in ("/messages", "/uploads") else "GET"
        for authorization in (None, "", "Bearer", "Bearer forged", "Basic x", "Bearer ümlaut"):
            headers = {} if authorization is None else {"Authorization": authorization}
            status, answer, _ = await server.ask(method, path, headers=headers)
            assert (status, bool(answer["error"])) == (401, True), (path, authorization)


NO_MESSAGES = [
    b"",
    b"{",
    b"[]",
    b'{"text": "x"}',
    b'{"id": "m1"}',
    b'{"id": "m1", "text": 5}',
    b'{"id": "", "text": "x"}',
    b'{"id": "a\\u202e", "text": "x"}',
    b"[" * 10_000,
    b"\xff\xfe",
]


async def test_what_is_no_message_is_refused_in_words(server: Server) -> None:
    visitor = await server.visitor()
    for body in NO_MESSAGES:
        status, answer, _ = await visitor.ask("POST", "/messages", data=body)
        assert (status, bool(answer["error"])) == (400, True), body[:40]
    assert not server.bot.heard


HOSTILE = ["", " ", "/restart", "<script>alert(1)</script>", "'; DROP TABLE messages;--", "\x00\x1b[2J", "😀" * 500]


async def test_hostile_text_is_answered_like_any_other(server: Server) -> None:
    visitor = await server.visitor()
    async with visitor.events() as events:
        for text in HOSTILE:
            assert (await visitor.say(text))[0] == 202
            own, bot = await events.line(), await events.line()
            assert bot["text"].startswith("听到:"), text
            assert own.get("text", "") in ("", text.replace("\x00", ""))
        half = b'{"id": "half", "text": "\\ud83d"}'  # half an emoji, as JavaScript's slice() leaves it
        assert (await visitor.ask("POST", "/messages", data=half))[0] == 202
        assert (await events.line())["id"] == "half"
    assert not any(heard.startswith("/") for heard in server.bot.heard)


async def test_a_stream_ends_with_its_session(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that blocks a customer need not close his tabs."""
    visitor = await server.visitor()
    async with visitor.events() as events:
        await visitor.say("你好")
        assert [(await events.line())["text"] for _ in range(2)] == ["你好", "听到:你好"]
        later = time.time() + session_module.VISITOR_AGE
        monkeypatch.setattr(channel_module, "time", SimpleNamespace(time=lambda: later))
        server.channel._wakeups.wake_all()
        with pytest.raises((EOFError, asyncio.IncompleteReadError)):
            await events.line()


async def test_large_bodies_are_refused_before_they_are_read(server: Server) -> None:
    visitor = await server.visitor()
    assert (await visitor.say("长" * 5_000))[0] == 202
    assert (await visitor.say("长" * 6_000))[0] == 413
    assert (await server.ask("POST", "/session", data=b"x" * 20_000))[0] == 413

    async def endless() -> Any:
        yield b'{"id": "m1", "text": "'
        for _ in range(100):
            yield b"x" * 1_000

    assert (await visitor.ask("POST", "/messages", data=endless()))[0] == 413


async def test_who_writes_too_fast_is_told_when_to_come_back(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert channel_module.MESSAGES.burst >= 20
    monkeypatch.setattr(channel_module, "MESSAGES", Rate(5, 0.001))
    visitor, other = await server.visitor(), await server.visitor()
    answers = [await visitor.say("x") for _ in range(7)]
    assert [status for status, _, _ in answers] == [202] * 5 + [429] * 2
    assert 900 < int(answers[-1][2]["Retry-After"]) <= 1000
    assert (await other.say("x"))[0] == 202, "each session has its own"


async def test_lines_that_come_together_are_one_turn(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_module, "settings", lambda: settings().copy(update={"join_seconds": 60.0}))
    texts = ["你好", "我的钱", "没到账", "两天了", "怎么办"]
    assert len(texts) == MOST_LINES, "no more are waited for"
    async with website_server() as server:
        visitor = await server.visitor()
        for text in texts:
            assert (await visitor.say(text))[0] == 202
        await visitor.sees(*texts, "听到:" + "\n".join(texts))


async def test_stopping_finishes_turns_and_ends_streams(own_database: Database) -> None:
    started, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(message: UserMessage) -> list[dict[str, Any]]:
        started.set()
        await may_go_on.wait()
        return [{"text": "做完了"}]

    bot = Bot()
    bot.answer = slow
    async with website_server(bot) as server:
        visitor = await server.visitor()
        async with visitor.events() as events:
            await visitor.say("你好")
            assert (await events.line())["text"] == "你好"
            await started.wait()
            stopping = asyncio.create_task(server.stop())
            with pytest.raises((EOFError, asyncio.IncompleteReadError)):
                await events.line()
            may_go_on.set()
            await stopping
    async with website_server() as later:
        await Visitor(later, visitor.token).sees("你好", "做完了")


async def test_two_servers_behind_one_database_and_redis(
    own_database: Database, require_all: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stream that one process holds gets what the other process takes in."""
    from kefu.channels.website import channel as channel_module
    from kefu.dialogue import lock_store
    from tests.redis_server import private_redis

    with private_redis(require_all) as url:
        shared = settings().copy(update={"redis_url": url})
        monkeypatch.setattr(channel_module, "settings", lambda: shared)
        monkeypatch.setattr(lock_store, "settings", lambda: shared)
        bot = Bot()
        async with website_server(bot) as one, website_server(bot) as other:
            here = await one.visitor()
            there = Visitor(other, here.token)
            async with here.events() as events:
                for number in range(15):  # at first it may still look by itself, and hear of no typing
                    await there.say(f"第{number}句", f"m{number}")
                    assert (await events.line())["text"] == f"第{number}句"
                    assert (await events.line())["text"] == f"听到:第{number}句"
                    if number >= 4 and not one.channel._wakeups.is_deaf and events.typing:
                        break
                assert not one.channel._wakeups.is_deaf
                assert {"who": "bot", "on": True} in events.typing


def test_events_are_json() -> None:
    from datetime import datetime, timezone

    from kefu.channels.log import Logged
    from kefu.channels.website.stream import _line

    text = _line(Logged(3, "bot", {"text": "两行\n\nevent: x"}, None, datetime.now(timezone.utc)))
    assert text.count("\n") == 4
    assert json.loads(text.split("data: ")[1])["text"] == "两行\n\nevent: x"
