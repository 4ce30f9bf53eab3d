"""From the website's QR code to the same customer in WeChat."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from kefu.channels import binding as binding_module
from kefu.channels.binding import Bindings
from kefu.channels.log import CUSTOMER, Line, MessageLog
from kefu.channels.wake import wakeups
from kefu.channels.website.channel import WebsiteChannel
from kefu.channels.wechat import scan_codes
from kefu.channels.wechat.scan_codes import ScanCodes
from kefu.desk.bound import customer_of
from sim.wechat import delivery
from tests.kefu.channels.wechat.conftest import Wire, Wired
from tests.wechat_app import PATIENT

WEB = "web-1"


Show = Callable[[Wired], Awaitable[str]]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Make the QR code of a website customer; the address in it."""

    async def make(wired: Wired) -> str:
        account = wired.channel._accounts["post"]
        monkeypatch.setattr(scan_codes, "account_of_brand", lambda _: account)
        monkeypatch.setattr(scan_codes, "_PATIENCE", PATIENT)
        codes = ScanCodes(wired.database)
        code = await Bindings(wired.database).new_code(WEB, "post")
        assert await codes.picture("post", code.scene, 600) is not None
        await codes.close()
        return list(wired.platform.codes)[-1]

    return make


@pytest.mark.parametrize("is_follower", [True, False])
async def test_a_scan_asks_and_a_word_binds(wire: Wire, show: Show, is_follower: bool) -> None:
    async with wire() as wired:
        wired.user().subscribed = is_follower
        assert await delivery.scan(wired.platform, await show(wired), "o1")
        asked = wired.heard()[-1]
        assert "回复“确认绑定”" in asked and ("欢迎关注邮政数字钱包" in asked) is not is_follower
        assert await customer_of(wired.database, wired.conversation()) == wired.conversation()
        await wired.say("确认绑定")
        assert "绑定好了" in wired.heard()[-1]
        assert await customer_of(wired.database, wired.conversation()) == WEB
        assert wired.bot.heard == [], "all of it without the bot"


@pytest.mark.parametrize("word", ["确认", "同意。", "绑定一下"])
async def test_other_words_of_who_was_asked_bind_too_and_mean_nothing_to_others(
    wire: Wire, show: Show, word: str
) -> None:
    async with wire() as wired:
        await delivery.scan(wired.platform, await show(wired), "o1")
        await wired.say(word, "o2")
        assert wired.bot.heard == [word]
        await wired.say(word)
        assert "绑定好了" in wired.heard()[-1]


async def test_the_website_hears_of_it_at_once(wire: Wire, show: Show) -> None:
    async with wire() as wired:
        await delivery.scan(wired.platform, await show(wired), "o1")
        async with wakeups().listen(WEB) as woken:  # as the website's event stream in the same process does
            saying = asyncio.create_task(wired.say("确认绑定"))
            assert await woken.wait(PATIENT)
            await saying
        [line] = await MessageLog(wired.database).after(WEB, 0)
        assert "如果不是您本人" in line.body["text"]


async def test_the_website_hears_of_it_once(wire: Wire, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    async with wire() as wired:
        await delivery.scan(wired.platform, await show(wired), "o1")
        for _ in range(2):
            await wired.say("确认绑定")
            assert "绑定好了" in wired.heard()[-1]
        assert len(await MessageLog(wired.database).after(WEB, 0)) == 1
        monkeypatch.setattr(binding_module, "_REPEATS", timedelta())
        await wired.say("绑定")
        assert wired.heard()[-1] == "答 绑定", "a bank card"


async def test_a_push_that_goes_to_the_website_is_shown_there_at_once(wire: Wire, show: Show) -> None:
    async with wire() as wired:
        await delivery.scan(wired.platform, await show(wired), "o1")
        await wired.say("确认绑定")
        await MessageLog(wired.database).append(WEB, [Line(CUSTOMER, {"text": "我回网页了"}, "m1")])
        channel = WebsiteChannel()
        async with channel._wakeups.listen(WEB) as woken:
            await wired.push("您的退款到账了")
            assert await woken.wait(PATIENT), "an event stream without Redis looks only every 15 seconds"


async def test_a_scan_by_somebody_else_or_too_late_binds_nothing(wire: Wire, show: Show) -> None:
    async with wire() as wired:
        address = await show(wired)
        await delivery.scan(wired.platform, address, "o1")
        await delivery.scan(wired.platform, address, "o2")
        assert "别人已经扫过" in wired.heard("o2")[-1]
        await wired.say("确认绑定", "o2")
        assert wired.heard("o2")[-1] == "答 确认绑定", "who has scanned nothing may mean a bank card"
        wired.platform.shift = 700.0
        assert not await delivery.scan(wired.platform, address, "o1"), "the platform has let it expire"
        await wired.event("SCAN", "bind-" + "0" * 32, "o3")
        assert "已经失效" in wired.heard("o3")[-1]
