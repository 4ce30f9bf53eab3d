"""The WeChat channel on a bare Sanic server, with a bot of the tests' own in Rasa's place.

As a program it is one process of several: `python -m tests.wechat_app <port> <bot's notes>`; accounts and their
secrets come from the environment, as in the product.
"""

import asyncio
import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from kefu.channels.door import Door
from kefu.channels.wechat import delivery
from kefu.channels.wechat.api import WechatApi
from kefu.channels.wechat.channel import WechatChannel
from kefu.channels.wechat.delivery import Deliveries
from kefu.channels.wechat.users import Users

BUTTONS = [{"title": "没解决", "payload": "/deny"}, {"title": "转人工", "payload": "/human_agent"}]


class Bot:
    """Answers as the text asks: `慢3 …` after three seconds, `长…` at length, `多…` in three messages, `选…` to choose.

    `静…` is not answered at all.
    """

    def __init__(self, notes: Path | None = None) -> None:
        self.heard: list[str] = []
        self.brands: list[str] = []
        self._notes = notes

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message.text)
        self.brands.append(message.metadata["brand"])
        if self._notes:
            with self._notes.open("a") as file:
                file.write(f"{message.message_id} {message.text}\n")
        for text, buttons in _answers(message.text):
            await asyncio.sleep(_delay(message.text))
            if buttons:
                await message.output_channel.send_text_with_buttons(message.sender_id, text, BUTTONS)
            else:
                await message.output_channel.send_text_message(message.sender_id, text)


def _delay(text: str) -> float:
    return float(text[1:].split()[0]) if text.startswith("慢") else 0.0


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


def die_after(moment: str) -> None:
    """End this process without a word, right after the first call of that moment."""
    owner, name = {
        "seen": (Users, "seen"),
        "taken": (Door, "take"),
        "claimed": (Deliveries, "passive"),
        "claimed by API": (Deliveries, "by_api"),
        "sent by API": (WechatApi, "send"),
    }[moment]
    original = getattr(owner, name)

    async def call(*arguments: Any, **named: Any) -> Any:
        found = await original(*arguments, **named)
        if found is not None or moment == "sent by API":
            os._exit(9)
        return found

    setattr(owner, name, call)


if __name__ == "__main__":
    delivery.CLAIM = timedelta(seconds=3)
    if moment := os.environ.get("TEST_DIE_AFTER"):
        die_after(moment)
    served, _ = application(json.loads(os.environ["TEST_ACCOUNTS"]), Bot(Path(sys.argv[2])))
    served.run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
