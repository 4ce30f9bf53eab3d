"""The website channel in a server as Rasa makes it, with a bot that answers as told: for tests of the HTTP API."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import aiohttp
from rasa.core.channels.channel import UserMessage, register
from rasa.server import configure_cors
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic

from kefu.channels.website.channel import WebsiteChannel
from tests.servers import free_port

_names = map("kefu_website_{}".format, itertools.count())
_PATIENCE = 60.0


class Bot:
    """Stands where Rasa's agent does: keeps trackers, answers as told."""

    def __init__(self) -> None:
        self.trackers: dict[str, list[Any]] = {}
        self.answer: Callable[[UserMessage], Awaitable[list[dict[str, Any]]]] = self.echo
        self.tracker_store = self

    @property
    def heard(self) -> list[str]:
        events = [event for tracker in self.trackers.values() for event in tracker]
        return [event.text for event in events if isinstance(event, UserUttered)]

    async def echo(self, message: UserMessage) -> list[dict[str, Any]]:
        return [{"text": f"听到:{message.text}"}]

    def is_ready(self) -> bool:
        return True

    async def retrieve(self, conversation: str) -> Any:
        return SimpleNamespace(events=self.trackers.get(conversation, []))

    async def handle_message(self, message: UserMessage) -> None:
        user = UserUttered(message.text, message_id=message.message_id, metadata=message.metadata)
        said = [
            BotUttered(one.get("text"), {k: v for k, v in one.items() if k != "text"})
            for one in await self.answer(message)
        ]
        for bot in said:
            await message.output_channel.send_response(message.sender_id, bot.message())
        self.trackers.setdefault(message.sender_id, []).extend([user, *said])


@dataclass
class Server:
    """A running server; requests go through real sockets."""

    url: str
    bot: Bot
    channel: WebsiteChannel
    http: aiohttp.ClientSession
    stop: Callable[[], Awaitable[None]]

    async def ask(self, method: str, path: str, **options: Any) -> tuple[int, Any, Any]:
        """A request; status, JSON (or text) and headers of the answer."""
        async with self.http.request(method, f"{self.url}{path}", allow_redirects=False, **options) as answer:
            is_json = "json" in answer.content_type
            return answer.status, await answer.json() if is_json else await answer.text(), answer.headers

    async def visitor(self, brand: str = "post", **body: Any) -> "Visitor":
        """Somebody with a session."""
        status, answer, _ = await self.ask("POST", "/session", json={"brand": brand, **body})
        assert status == 200, answer
        return Visitor(self, answer["token"])


@dataclass
class Visitor:
    """Talks as the widget does."""

    server: Server
    token: str
    ids: Any = field(default_factory=lambda: map("m{}".format, itertools.count(1)))

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        return await self.server.ask(method, path, headers={**self.headers, **(headers or {})}, **options)

    async def say(self, text: str, message_id: str | None = None) -> tuple[int, Any, Any]:
        body = json.dumps({"id": message_id or next(self.ids), "text": text}, ensure_ascii=False)
        return await self.ask("POST", "/messages", data=body.encode())

    @asynccontextmanager
    async def events(self, after: int | None = None) -> AsyncIterator["Events"]:
        headers = self.headers if after is None else {**self.headers, "Last-Event-ID": str(after)}
        address = f"{self.server.url}/events"
        async with self.server.http.get(address, headers=headers, timeout=aiohttp.ClientTimeout(None)) as answer:
            assert answer.status == 200, await answer.text()
            yield Events(answer)

    async def sees(self, *texts: str | None, after: int | None = None) -> list[dict[str, Any]]:
        """The lines of a stream up to the one with the last of these texts, which must be exactly these."""
        async with self.events(after) as events:
            lines = [await events.line() for _ in texts]
        assert tuple(line.get("text") for line in lines) == texts
        return lines


class Events:
    """The events of an open stream."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.typing: list[dict[str, Any]] = []

    async def next(self) -> dict[str, str]:
        """The next event's fields."""
        return await asyncio.wait_for(self._next(), _PATIENCE)

    async def line(self) -> dict[str, Any]:
        """The next line; what was typing before it is kept."""
        while (event := await self.next()).get("event") != "line":
            if event.get("event") == "typing":
                self.typing.append(json.loads(event["data"]))
        line: dict[str, Any] = json.loads(event["data"])
        assert event["id"] == str(line["seq"])
        return line

    async def _next(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        async for row in self.answer.content:
            text = row.decode().rstrip("\n")
            if not text:
                return fields
            name, _, value = text.partition(": ")
            fields[name] = value
        raise EOFError


@asynccontextmanager
async def website_server(bot: Bot | None = None, cors: str | None = None) -> AsyncIterator[Server]:
    """A server on a free loopback port."""
    bot = bot or Bot()
    Sanic.test_mode = True  # it rewrites its own methods at start, and otherwise only once in a process
    app = Sanic(next(_names), configure_logging=False)
    configure_cors(app, cors)  # as Rasa's server does
    app.ctx.agent = bot
    channel = WebsiteChannel()
    register([channel], app, "/webhooks/")
    running = await app.create_server(
        "127.0.0.1", free_port(), return_asyncio_server=True, debug=False, access_log=False
    )
    await running.startup()
    await running.before_start()
    await running.after_start()
    port = running.server.sockets[0].getsockname()[1]
    is_running = True

    async def stop() -> None:
        nonlocal is_running
        if is_running:
            is_running = False
            await running.before_stop()
            running.close()
            await running.wait_closed()
            await running.after_stop()

    async with aiohttp.ClientSession() as http:
        try:
            yield Server(f"http://127.0.0.1:{port}/webhooks/website", bot, channel, http, stop)
        finally:
            await stop()
