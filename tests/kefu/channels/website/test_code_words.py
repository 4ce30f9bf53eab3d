"""绑定微信 on the website: one code for one request, shown as a QR code where the account can make one."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kefu.channels.binding import Outcome
from kefu.channels.website import binding as binding_module
from kefu.channels.website import channel as channel_module
from kefu.channels.wechat import scan_codes
from kefu.channels.wechat.accounts import load_accounts
from kefu.channels.wechat.scan_codes import drawn
from kefu.database import Database
from sim.wechat.accounts import Account
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.servers import free_port
from tests.website_server import Server, Visitor

SECRETS = {"KEFU_WECHAT_POST_TOKEN": "t", "KEFU_WECHAT_POST_SECRET": "s", "KEFU_WECHAT_POST_AES_KEY": "A" * 43}


@pytest.fixture
async def platform(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Platform]:
    """The platform with an account of the brand `post`."""
    port = free_port()
    known = Account("post", "wx1", "gh_1", "t", "A" * 43, "s", "http://127.0.0.1:1/")
    ours = load_accounts({"post": {"app_id": "wx1", "api_url": f"http://127.0.0.1:{port}"}}, SECRETS)["post"]
    for module in (binding_module, channel_module):
        monkeypatch.setattr(module, "brands_on_wechat", lambda: frozenset({"post"}))
    monkeypatch.setattr(scan_codes, "account_of_brand", lambda brand: ours if brand == "post" else None)
    running = Platform([known])
    async with serving(running, port):
        yield running


async def code_of(visitor: Visitor) -> tuple[str, str | None]:
    """The newest code, and the picture beside it."""
    line = (await visitor.ask("GET", "/history"))[1]["lines"][-1]
    assert line["who"] == "notice"
    return line["text"].split("绑定码是 ")[1][:8], line.get("image")


async def test_a_code_comes_with_its_qr_code(platform: Platform, server: Server) -> None:
    status, answer, _ = await server.ask("POST", "/session", json={"brand": "post"})
    assert (status, answer["wechat"]) == (200, True)
    visitor = Visitor(server, answer["token"])
    assert (await visitor.say("绑定微信"))[0] == 202
    _, image = await code_of(visitor)
    [address] = platform.codes
    async with server.http.get(f"{server.url}/{image}", headers=visitor.headers) as shown:
        assert await shown.read() == drawn(address).content
    assert server.bot.heard == [], "the bot is not asked"


async def test_a_brand_without_an_account_has_no_codes(platform: Platform, server: Server) -> None:
    visitor = await server.visitor("my")
    assert (await server.ask("POST", "/session", json={"brand": "my"}))[1]["wechat"] is False
    await visitor.say("绑定微信")
    await visitor.sees("绑定微信", "听到:绑定微信")


@pytest.mark.parametrize("fault", ["broken", "unverified", "slow"])
async def test_without_a_qr_code_there_is_still_the_code(
    platform: Platform, server: Server, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(scan_codes, "_PATIENCE", 1.0)
    platform.faults.broken = 10 * (fault == "broken")
    platform.faults.delay = 2.0 * (fault == "slow")
    platform.accounts["post"].verified = fault != "unverified"
    visitor = await server.visitor()
    assert (await visitor.say("绑定微信"))[0] == 202
    code, image = await code_of(visitor)
    assert image is None
    line = (await visitor.ask("GET", "/history"))[1]["lines"][-1]
    assert line["copy"] == f"绑定 {code}" and "扫" not in line["text"]


async def test_a_repeated_request_shows_one_code_that_works(platform: Platform, server: Server) -> None:
    visitor = await server.visitor()
    long = "m" * 128  # as long as an id may be
    answers = await asyncio.gather(*(visitor.say("绑定微信", long) for _ in range(3)))
    answers.append(await visitor.say("绑定微信", long))
    assert [(status, body) for status, body, _ in answers] == [(202, {"id": long, "seq": 1})] * 4
    lines = (await visitor.ask("GET", "/history"))[1]["lines"]
    assert [line["who"] for line in lines] == ["customer", "notice"]
    code, _ = await code_of(visitor)
    bindings = binding_module.Bindings(server.channel._log.database)
    assert await bindings.redeem("wx-post-1", "post", code) is Outcome.BOUND


async def test_a_request_that_was_cut_short_is_answered_when_it_comes_again(
    platform: Platform, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await server.visitor()

    async def break_off(*_: object, **__: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(binding_module.Bindings, "new_code", break_off)
        assert (await visitor.say("绑定微信", "m1"))[0] == 503, "not acknowledged: the widget sends it again"
    assert (await visitor.say("绑定微信", "m1"))[0] == 202
    assert len((await code_of(visitor))[0]) == 8


async def test_the_platform_is_not_asked_without_bounds(platform: Platform, server: Server) -> None:
    visitor = await server.visitor()
    for _ in range(6):
        await visitor.say("绑定微信")
    assert len(platform.codes) == 3
    code, image = await code_of(visitor)
    assert image is None and len(code) == 8
