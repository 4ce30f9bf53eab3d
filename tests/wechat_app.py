"""The WeChat channel on a bare Sanic server, with a bot of the tests' own in Rasa's place.

As a program it is one process of several: `python -m tests.wechat_app <port> <bot's notes>`; accounts and their
secrets come from the environment, as in the product. Whoever started it steers it by files beside the notes: `notes.go`
lets the bot answer what waits, `notes.late` ends the time of callbacks, `notes.die` names a moment to die at.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from kefu.channels import inbox
from kefu.channels.door import Door
from kefu.channels.wechat import api, delivery, engine, tasks
from kefu.channels.wechat.api import WechatApi
from kefu.channels.wechat.channel import WechatChannel
from kefu.channels.wechat.delivery import Deliveries
from kefu.channels.wechat.users import Users

PATIENT = 120.0  # seconds of a callback
BUTTONS = [{"title": "没解决", "payload": "/deny"}, {"title": "转人工", "payload": "/human_agent"}]


class Bot:
    """Answers as the text asks: `等…` when it may `go`, `长…` at length, `多…` in three messages, `选…` to choose.

    `静…` is not answered at all.
    """

    def __init__(self, notes: Path | None = None) -> None:
        self.heard: list[str] = []
        self.brands: list[str] = []
        self.go = asyncio.Event()
        self._notes = notes

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message.text)
        self.brands.append(message.metadata["brand"])
        if self._notes:
            with self._notes.open("a") as file:
                file.write(f"{message.message_id} {message.text}\n")
        if message.text.startswith("等"):
            await self._may_go()
        for text, buttons in _answers(message.text):
            if buttons:
                await message.output_channel.send_text_with_buttons(message.sender_id, text, BUTTONS)
            else:
                await message.output_channel.send_text_message(message.sender_id, text)

    async def _may_go(self) -> None:
        if self._notes is None:
            await self.go.wait()
        else:
            while not self._notes.with_suffix(".go").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.05)


def _answers(text: str) -> list[tuple[str, bool]]:
    if text.startswith("静"):
        return []
    if text.startswith("长"):
        return [("".join(f"第{number}句说的是钱包里的事，有点长。" for number in range(150)), False)]
    if text.startswith("多"):
        return [(f"第{number}条", False) for number in (1, 2, 3)]
    return [(f"答 {text}", text.startswith("选"))]


class Agent:
    """Where the channel looks at Rasa's agent: it is ready, and remembers nothing."""

    def __init__(self) -> None:
        self.tracker_store = SimpleNamespace(retrieve=self._retrieve)

    def is_ready(self) -> bool:
        return True

    async def parse_message(self, text: str) -> dict[str, Any]:
        if "崩" in text:
            raise RuntimeError("no model")
        return {"intent": {"name": "human_agent" if "真人" in text else "contact"}}

    async def _retrieve(self, _: str) -> None:
        return None


def application(accounts: dict[str, Any], bot: Bot) -> tuple[Sanic, WechatChannel]:
    """A server with the channel."""
    app = Sanic(f"wechat-{os.urandom(4).hex()}", configure_logging=False)
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 1
    app.ctx.agent = Agent()
    channel = WechatChannel.from_credentials({"accounts": accounts})
    blueprint = channel.blueprint(bot)
    blueprint.url_prefix = "/webhooks/wechat"
    app.blueprint(blueprint)
    return app, channel


class Clock:
    """The clock by which callbacks have time or not."""

    def __init__(self, is_late: Callable[[], bool] = lambda: False) -> None:
        """`is_late`: whether their time has ended all at once."""
        self._is_late = is_late
        self._ahead = 0.0

    def __call__(self) -> float:
        """Seconds, as `time.monotonic`."""
        return time.monotonic() + self._ahead + (PATIENT if self._is_late() else 0.0)

    def end(self) -> None:
        """End the time of all callbacks that are waiting now."""
        self._ahead += PATIENT


def be_patient(clock: Clock, put: Callable[[Any, str, Any], None] = setattr) -> None:
    """Give everything all the time that a slow machine needs; callbacks until the clock that is given ends it."""
    put(engine, "PASSIVE_SECONDS", PATIENT)
    put(engine, "monotonic", clock)
    put(tasks, "monotonic", clock)
    put(api, "TIMEOUT", PATIENT)
    put(delivery, "CLAIM", timedelta(seconds=2 * PATIENT))
    put(inbox, "LEASE", timedelta(seconds=2 * PATIENT))


def die_when(asked: Path) -> None:
    """End this process without a word, right after the first call of the moment that a file names."""
    for moment, owner, name in (
        ("seen", Users, "seen"),
        ("taken", Door, "take"),
        ("claimed", Deliveries, "passive"),
        ("claimed by API", Deliveries, "by_api"),
        ("sent by API", WechatApi, "send"),
    ):
        setattr(owner, name, _deadly(getattr(owner, name), moment, asked))


def _deadly(work: Callable[..., Any], moment: str, asked: Path) -> Callable[..., Any]:
    def die() -> None:
        if asked.exists() and asked.read_text() == moment:
            asked.unlink()  # it is meant for one
            os._exit(9)

    async def call(*arguments: Any, **named: Any) -> Any:
        found = await work(*arguments, **named)
        if found is not None or moment == "sent by API":
            die()
        return found

    return call


if __name__ == "__main__":
    notes = Path(sys.argv[2])
    be_patient(Clock(notes.with_suffix(".late").exists))
    die_when(notes.with_suffix(".die"))
    served, _ = application(json.loads(os.environ["TEST_ACCOUNTS"]), Bot(notes))
    served.run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
