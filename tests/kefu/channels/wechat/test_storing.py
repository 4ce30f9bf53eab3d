"""A database that is slow or away while a callback waits: an answer or an apology, never both, and no word lost."""

import asyncio
import logging
import re
from typing import Any

import pytest
from sqlalchemy import select

from kefu.channels import filing as filing_module
from kefu.channels.apology import APOLOGY_UNSTORED
from kefu.channels.door import NotStored
from kefu.channels.log import conversation_key
from kefu.channels.wechat.models import WechatUser
from kefu.desk.tickets import TicketService
from tests.kefu.channels.wechat.conftest import Wire, Wired, end_leases, until


@pytest.mark.parametrize("tries", [1, 3])
async def test_who_waits_for_a_slow_database_gets_the_answer_and_no_apology(wire: Wire, tries: int) -> None:
    """The platform hangs up while the message is being stored; then it asks again, or it does not."""
    async with wire() as wired:
        await wired.say("在吗")
        wired.platform.tries, before = tries, len(wired.platform.callbacks)
        timeout, wired.platform.timeout = wired.platform.timeout, 0.5
        async with wired.database.transaction(conversation_key(wired.conversation())):
            saying = asyncio.create_task(wired.say("你好"))
            await until(lambda: len(wired.platform.callbacks) > before)
            assert wired.platform.callbacks[before][1] != 200, "acknowledged, and perhaps never stored"
            wired.platform.timeout = timeout
        if tries == 1:
            await wired.logged("你好")
            await until(lambda: not wired.waiting())
            await end_leases(wired.database)
        await saying
        await until(lambda: len(wired.heard()) > 1)
        wired.platform.tries = 3
        assert await wired.heard_so_far() == ["答 在吗", "答 你好"]
        assert wired.bot.heard == ["在吗", "你好"]


async def test_what_was_not_stored_has_a_reference_in_the_log_and_is_in_a_ticket_later(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(filing_module, "_RETRY_SECONDS", 0.1)
    async with wire() as wired:
        users = ("o1", "o2")
        for openid in users:
            await wired.say("在吗", openid)
        with monkeypatch.context() as away, caplog.at_level(logging.WARNING):
            away.setattr(wired.database, "quick", _away)
            saying = [asyncio.create_task(wired.say(f"我是{openid}，钱没到账", openid)) for openid in users]
            await until(lambda: len(set(re.findall(r"not stored: .+ reference=(\w+)", caplog.text))) == 2)
            wired.clock.end()
            await asyncio.gather(*saying)
            references = [_reference(wired, openid) for openid in users]
        assert len(set(references)) == 2
        assert all(f"account=post reference={reference}" in caplog.text for reference in references)
        await end_leases(wired.database)
        await until(lambda: all(len(wired.heard(openid)) == 3 for openid in users))
        tickets = await TicketService(wired.database).queue()
        assert len(tickets) == 2
        for openid, reference in zip(users, references, strict=True):
            [ticket] = [one for one in tickets if f"我是{openid}，钱没到账" in one.description]
            assert reference in ticket.description
            assert ticket.id in wired.heard(openid)[-1]
        assert wired.bot.heard == ["在吗", "在吗"]


async def test_what_asks_for_nothing_needs_no_database(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """An apology for a link that was followed would be a riddle."""
    async with wire() as wired:
        monkeypatch.setattr(wired.database, "write", _closed)
        await wired.event("VIEW", "https://example.invalid/")
        assert [status for _, status in wired.platform.callbacks] == [200]
        assert wired.heard() == []


async def test_an_unsubscription_is_not_acknowledged_before_it_is_done(
    wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with wire() as wired:
        await wired.say("你好")
        await wired.brought()
        with monkeypatch.context() as away, caplog.at_level(logging.WARNING):
            away.setattr(wired.database, "write", _closed)
            leaving = asyncio.create_task(wired.event("unsubscribe"))
            await until(lambda: "not stored" in caplog.text)
            wired.clock.end()
            await until(lambda: len(wired.platform.callbacks) == 2)
            assert wired.platform.callbacks[-1][1] == 503
        await leaving
        assert wired.platform.callbacks[-1][1] == 200
        async with wired.database.read() as session:
            [user] = (await session.execute(select(WechatUser))).scalars()
        assert user.openid_sealed is None


async def test_without_the_api_an_answer_that_can_not_be_looked_up_is_asked_for_again(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acknowledged, it would be silence: there is no other way to bring it."""
    async with wire(api=False) as wired:
        with monkeypatch.context() as away:
            saying = asyncio.create_task(wired.say("等一下"))
            await until(lambda: wired.bot.heard != [])
            away.setattr(wired.database, "read", _closed)
            await until(lambda: len(wired.platform.callbacks) == 1)
            assert wired.platform.callbacks[0][1] == 503
        wired.bot.go.set()
        await saying
        assert wired.heard() == ["答 等一下"] and wired.bot.heard == ["等一下"]


async def test_who_goes_on_still_does_when_that_is_stored_at_the_second_try(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The word was seen, and then something broke: it comes again, and must not press a button."""
    async with wire(api=False) as wired:
        await wired.say("长")
        await wired.brought()
        engine = wired.channel._service.engine
        start, failed = engine._start, asyncio.Event()

        async def broken(*arguments: Any) -> None:
            if not failed.is_set():
                failed.set()
                raise NotStored
            await start(*arguments)

        monkeypatch.setattr(engine, "_start", broken)
        await wired.say("1")
        assert failed.is_set() and wired.bot.heard == ["长"]


def _closed(*_: Any) -> None:
    raise OSError("the database is away")


async def _away(*_: Any) -> None:
    raise OSError("the database is away")


def _reference(wired: Wired, openid: str) -> str:
    """What the apology names."""
    said = wired.heard(openid)[-1]
    before, after = APOLOGY_UNSTORED.split("{reference}")
    assert said.startswith(before.split("{hotline}")[0]) and said.endswith(after)
    return said.removesuffix(after).rsplit(" ", 1)[1]
