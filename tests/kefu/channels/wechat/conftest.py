"""The simulated platform and the channel, wired to each other over loopback."""

import asyncio
import base64
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sanic import Sanic
from sqlalchemy import update

from kefu.channels import door as door_module
from kefu.channels.log import BOT, Line, MessageLog
from kefu.channels.models import InboundMessage
from kefu.channels.wechat import service as service_module
from kefu.channels.wechat.channel import WechatChannel
from kefu.channels.wechat.models import WechatUser
from kefu.channels.wechat.users import conversation_of
from kefu.database import Database
from kefu.settings import settings
from sim.wechat import delivery
from sim.wechat.accounts import Account, Follower
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.servers import free_port
from tests.wechat_app import PATIENT, Bot, Clock, application, be_patient

LAST = "先说到这儿"
KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


def platform_account(callback: str, name: str = "post", **more: Any) -> Account:
    """An account as the platform knows it."""
    fields = {"app_id": f"wx-app-{name}", "original_id": f"gh_{name}", "token": f"token-{name}", "aes_key": KEY}
    return Account(
        name=name, secret=f"app-secret-{name}", callback=f"{callback}/webhooks/wechat/{name}", **fields, **more
    )


def environment(name: str = "post") -> dict[str, str]:
    """The account's secrets, as an operator sets them."""
    prefix = f"KEFU_WECHAT_{name.upper()}"
    return {f"{prefix}_TOKEN": f"token-{name}", f"{prefix}_SECRET": f"app-secret-{name}", f"{prefix}_AES_KEY": KEY}


@dataclass
class Wired:
    """Both sides, running in the test's loop."""

    platform: Platform
    bot: Bot
    channel: WechatChannel
    database: Database
    clock: Clock
    receiving: list[Any]  # callbacks that the channel is not done with

    async def say(self, text: str, openid: str = "o1", **more: str) -> str:
        """A user writes; ends when the platform is done with it."""
        return await delivery.say(self.platform, "post", openid, text, **more)

    async def say_late(self, text: str, openid: str = "o1") -> str:
        """A user writes 等…, and the callback's time ends while the bot is still at it."""
        turns = len(self.bot.heard)
        saying = asyncio.create_task(self.say(text, openid))
        await until(lambda: len(self.bot.heard) > turns)
        self.clock.end()
        return await saying

    async def logged(self, text: str, openid: str = "o1") -> None:
        """Ends when a user's line is stored."""
        log = MessageLog(self.database)
        for _ in range(int(PATIENT / 0.02)):
            if any(line.body.get("text") == text for line in await log.after(self.conversation(openid), 0)):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("still not there")

    def waiting(self, openid: str = "o1") -> int:
        """How many callbacks of a user wait for an answer."""
        return self.channel._service.wakeups.listeners(self.conversation(openid))

    async def repeat(self, number: str, text: str, openid: str = "o1") -> None:
        """The platform sends a message once more, some time later."""
        await delivery.send(self.platform, "post", openid, {"MsgType": "text", "Content": text}, MsgId=number)

    async def event(self, name: str, key: str = "", openid: str = "o1") -> None:
        """A user does something."""
        await delivery.event(self.platform, "post", openid, name, key)

    def user(self, openid: str = "o1") -> Follower:
        """A user of the account."""
        return self.platform.follower("post", openid)

    def heard(self, openid: str = "o1") -> list[str]:
        """What the account has said to a user."""
        return self.user(openid).heard()

    async def heard_so_far(self, openid: str = "o1") -> list[str]:
        """All that the account says to a user before it answers what the user says now.

        Messages keep their order, so whatever was still to come, late or a second time, is among it.
        """
        await self.say(LAST, openid)
        await until(lambda: any(LAST in text for text in self.heard(openid)))
        *before, answer = self.heard(openid)
        assert answer == f"答 {LAST}", "something was sent along with it"
        assert self.bot.heard.pop() == LAST
        return before

    async def looked_again(self) -> None:
        """The courier has looked, of itself, for what it owes to whom, and done what it found; twice."""
        log = MessageLog(self.database)
        for number in (1, 2):
            openid = f"watched-{number}"
            await self.say("你好", openid)
            await log.append(self.conversation(openid), [Line(BOT, {"text": "看见了"}, "unannounced")])
            await until(lambda: "看见了" in self.heard(openid))  # noqa: B023
            await self.brought()

    async def brought(self) -> None:
        """Answers are confirmed, and the courier is done with all that it was sent for."""
        await until(lambda: not self.receiving and not self.channel._service._courier._tasks)

    def conversation(self, openid: str = "o1") -> str:
        """A user's conversation."""
        return conversation_of("post", openid)

    async def push(self, text: str, openid: str = "o1", **more: Any) -> None:
        """The desk says something."""
        await self.channel.get_output_channel().send_response(self.conversation(openid), {"text": text, **more})


async def until(holds: Callable[[], bool], patience: float = PATIENT) -> None:
    """Wait for something that must come, on however slow a machine."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "still not so"
        await asyncio.sleep(0.02)


def _counted(channel: WechatChannel) -> list[Any]:
    """The callbacks that a channel is at work on: it confirms an answer after the platform has it."""
    receiving: list[Any] = []
    receive = channel._receive

    async def counted(account: Any, request: Any) -> Any:
        receiving.append(request)
        try:
            return await receive(account, request)
        finally:
            receiving.remove(request)

    channel._receive = counted  # type: ignore[method-assign]
    return receiving


async def end_leases(database: Database) -> None:
    """Time passes: whatever a dead process, or a callback without a caller, had in hand is free."""
    ended = datetime.now(timezone.utc) - timedelta(seconds=1)
    async with database.write() as session:
        await session.execute(update(WechatUser).values(claimed_until=ended, reserved_until=ended))
        unanswered = update(InboundMessage).where(InboundMessage.answered_at.is_(None))
        await session.execute(unanswered.values(lease_until=ended))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of callbacks: with `PATIENT` seconds, no machine is too slow for them; the test ends their time."""
    monkeypatch.setattr(settings(), "join_seconds", 0.0)  # no waiting for further lines
    found = Clock()
    be_patient(found, monkeypatch.setattr)
    return found


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable, value in environment().items():
        monkeypatch.setitem(os.environ, variable, value)
    yield


Wire = Callable[..., Any]


@pytest.fixture
def wire(database: Database, monkeypatch: pytest.MonkeyPatch, clock: Clock, secrets: None) -> Wire:
    """`async with wire(mode="plain", api=False) as wired:` starts both sides."""
    monkeypatch.setattr(door_module, "database", lambda: database)
    monkeypatch.setattr(service_module, "database", lambda: database)
    monkeypatch.setattr(Sanic, "test_mode", True)  # it rewrites its own methods at start: once in a process

    @asynccontextmanager
    async def start(mode: str = "safe", **settings: Any) -> AsyncIterator[Wired]:
        port, api_port = free_port(), free_port()
        known = platform_account(f"http://127.0.0.1:{port}", mode=mode, verified=settings.get("api", True))
        platform, bot = Platform([known], timeout=2 * PATIENT), Bot()
        fields = {"app_id": known.app_id, "api_url": f"http://127.0.0.1:{api_port}", "plain": mode == "plain"}
        app, channel = application({"post": {**fields, **settings}}, bot)
        receiving = _counted(channel)
        server = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.after_start()
        try:
            async with serving(platform, api_port):
                yield Wired(platform, bot, channel, database, clock, receiving)
        finally:
            await server.before_stop()
            await server.close()

    return start
