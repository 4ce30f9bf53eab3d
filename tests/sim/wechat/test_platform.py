"""The simulated platform keeps the real one's rules, with no channel behind it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sim.wechat import delivery
from sim.wechat.accounts import Account
from sim.wechat.delivery import OUT_OF_SERVICE
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.servers import free_port

KEY = "A" * 43
SEND = "/cgi-bin/message/custom/send"


@dataclass
class Caller:
    """An account's owner without a product."""

    platform: Platform
    http: httpx.AsyncClient
    token: str = ""

    async def ask_token(self, **change: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": "wx1", "secret": "s", **change}
        found: dict[str, Any] = (await self.http.post("/cgi-bin/stable_token", json=body)).json()
        self.token = found.get("access_token", self.token)
        return found

    async def send(self, text: str = "你好", **change: Any) -> int:
        body = {"touser": "o1", "msgtype": "text", "text": {"content": text}, **change}
        answer = await self.http.post(SEND, params={"access_token": self.token}, json=body)
        return int(answer.json()["errcode"])


@pytest.fixture
async def caller() -> AsyncIterator[Caller]:
    account = Account("post", "wx1", "gh1", "t", KEY, "s", f"http://127.0.0.1:{free_port()}/")
    platform = Platform([account], timeout=0.5)
    async with (
        serving(platform, free_port()) as address,
        httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as http,
    ):
        platform.follower("post", "o1").quota.grant("message", platform.now())
        yield Caller(platform, http)


async def test_a_token_is_stable_until_it_is_forced(caller: Caller) -> None:
    first = await caller.ask_token()
    assert (await caller.ask_token())["access_token"] == first["access_token"]
    forced = await caller.ask_token(force_refresh=True)
    assert forced["access_token"] != first["access_token"]
    assert await caller.send() == 0
    caller.token = first["access_token"]
    assert await caller.send() == 40001
    await caller.ask_token()
    caller.platform.shift = 7300.0
    assert await caller.send() == 42001
    assert (await caller.ask_token(secret="x"))["errcode"] == 40125
    assert (await caller.ask_token(appid="x"))["errcode"] == 40013


async def test_quota_window_and_size(caller: Caller) -> None:
    await caller.ask_token()
    assert await caller.send("字" * 683) == 45002
    assert await caller.send(touser="nobody") == 40003
    assert await caller.send(msgtype="video") == 40008
    assert [await caller.send() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    caller.platform.follower("post", "o1").quota.grant("message", caller.platform.now())
    caller.platform.shift = 48 * 3600 + 10.0
    await caller.ask_token()
    assert await caller.send() == 45015
    caller.platform.follower("post", "o1").quota.grant("CLICK", caller.platform.now())
    assert [await caller.send() for _ in range(4)] == [0, 0, 0, 45047]
    caller.platform.accounts["post"].verified = False
    assert await caller.send() == 48001


async def test_nobody_answers(caller: Caller) -> None:
    await delivery.say(caller.platform, "post", "o1", "在吗")
    assert caller.platform.follower("post", "o1").shown[-1].text == OUT_OF_SERVICE
    assert [status for _, status in caller.platform.callbacks] == [0, 0, 0]


async def test_the_page_talks_for_a_user(caller: Caller) -> None:
    assert "微信模拟器" in (await caller.http.get("/")).text
    for name in ("chat.js", "chat.css"):
        assert (await caller.http.get(f"/static/{name}")).status_code == 200
    assert (await caller.http.get("/chat/accounts")).json() == [{"name": "post", "menu": {}}]
    assert (await caller.http.post("/chat/post/o2", json={"kind": "text", "text": "你好"})).status_code == 200
    assert (await caller.http.post("/chat/post/o2", json={"kind": "none"})).status_code == 400
    assert (await caller.http.post("/chat/none/o2", json={"kind": "text", "text": "你好"})).status_code == 404
    assert (await caller.http.post("/chat/faults", json={"busy": 2, "shift": 60})).json()["busy"] == 2
    await asyncio.sleep(0)
    screen = (await caller.http.get("/chat/post/o2")).json()
    assert (screen["shown"][0]["text"], screen["left"]) == ("你好", 5)
