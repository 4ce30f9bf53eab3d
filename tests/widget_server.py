"""A server that speaks the website channel's HTTP API and nothing more, with faults to order: for widget tests."""

import asyncio
import base64
import json
import struct
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from aiohttp import web

from kefu.brands import brand_or_default
from kefu.channels.website.bundle import STATIC, served
from kefu.channels.website.demo import demo_page
from tests.servers import free_port

CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'"

Line = dict[str, Any]


def png(width: int = 40, height: int = 30) -> bytes:
    """A real image of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x20\x80\x50" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass
class Conversation:
    """What one customer has said and been told."""

    brand: str
    lines: list[Line] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    typing: list[Line] = field(default_factory=list)


class FakeServer:
    """Answers every message with what `answer(text)` gives; keeps count; fails when told to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.talks: dict[str, Conversation] = {}
        self.turns: list[str] = []  # texts that got a turn, in order
        self.attempts: list[tuple[str, str]] = []  # (path, message id) of every request
        self.sessions = 0  # asked for
        self.hanging = 0  # requests that are never answered
        self.refused: Counter[str] = Counter()  # requests by path that failed with a status, as ordered
        self.faults: dict[str, list[tuple[int | str, int | None]]] = {}
        self.answer: Callable[[str], list[Line]] = lambda text: [{"text": f"收到：{text[:200]}"}]
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.wechat = True  # whether there is an official account
        self.repeats = 1  # how often the stream says each line
        self.uploads: dict[str, tuple[bytes, str]] = {}
        self._somebody = asyncio.Event()  # has a conversation
        self._never = asyncio.Event()
        self._listening: set[asyncio.Transport] = set()
        self._muted: set[asyncio.Transport] = set()
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    # What tests do

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._call(self._start())

    def stop(self) -> None:
        """Break all connections and stop listening; what was stored stays."""
        self._call(self._stop())

    def close(self) -> None:
        """The end."""
        self.stop()
        self._call(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def fail(self, path: str, *faults: int | str, retry_after: int | None = None) -> None:
        """Let the next requests to a path fail: by an HTTP status, "drop" (lost on the way in), "lose" (way back), or
        "hang" (no answer ever).
        """
        self.faults.setdefault(path, []).extend((fault, retry_after) for fault in faults)

    def say(self, *lines: Line, talk: int = -1) -> None:
        """Push lines to a conversation (the newest by default), once there is one: the page may still be at it."""

        async def push() -> None:
            await self._somebody.wait()
            self._append(list(self.talks.values())[talk], *lines)

        self._call(push())

    def break_streams(self) -> None:
        """Cut every event stream in the middle."""

        async def cut() -> None:
            for transport in self._listening:
                transport.abort()

        self._call(cut())

    def mute_streams(self) -> None:
        """Say nothing more on the streams that are open: their connections are dead, and the browser does not know."""
        self._muted = set(self._listening)

    def typing(self, on: bool) -> None:
        """Show that the bot is writing."""

        async def push() -> None:
            conversation = list(self.talks.values())[-1]
            conversation.typing.append({"who": "bot", "on": on})
            conversation.changed.set()

        self._call(push())

    @property
    def streams(self) -> int:
        """How many event streams are open."""
        return sum(not transport.is_closing() for transport in list(self._listening))

    @property
    def lines(self) -> list[Line]:
        """The lines of the newest conversation."""
        return list(self.talks.values())[-1].lines

    # How it works

    def _call(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self) -> None:
        app = web.Application(client_max_size=8 * 1024 * 1024, middlewares=[self._faulty])
        app.add_routes(
            [
                web.get("/", self._demo),
                web.get("/page/{name}", self._page),
                web.get("/{name:widget.js|static/[a-z]+.(?:js|css)}", self._asset),
                web.static("/raw/static", STATIC),  # the modules as they stand in the repository
                web.get("/raw/widget.js", self._raw_loader),
            ]
        )
        for prefix in ("", "/raw"):
            app.add_routes(
                [
                    web.post(f"{prefix}/session", self._session),
                    web.post(f"{prefix}/messages", self._message),
                    web.get(f"{prefix}/events", self._events),
                    web.get(f"{prefix}/history", self._history),
                    web.post(f"{prefix}/uploads", self._upload),
                    web.get(f"{prefix}/uploads/{{id}}", self._image),
                ]
            )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @web.middleware
    async def _faulty(self, request: web.Request, handler: Any) -> web.StreamResponse:
        queue = self.faults.get(request.path)
        fault, retry_after = queue.pop(0) if queue else (None, None)
        if fault == "drop":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault == "hang":
            await request.read()
            self.hanging += 1
            await self._never.wait()
        if isinstance(fault, int):
            self.refused[request.path] += 1
            headers = {"Retry-After": str(retry_after)} if retry_after else {}
            return web.json_response({"error": f"故障{fault}"}, status=fault, headers=headers)
        answer: web.StreamResponse = await handler(request)
        if fault == "lose":
            assert request.transport is not None
            request.transport.abort()
        return answer

    async def _demo(self, request: web.Request) -> web.Response:
        page = demo_page(request.query.get("brand", "post"))
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": CSP})

    async def _page(self, request: web.Request) -> web.Response:
        html, headers = self.pages[request.match_info["name"]]
        return web.Response(text=html, content_type="text/html", headers=headers)

    async def _asset(self, request: web.Request) -> web.Response:
        name = request.match_info["name"].removeprefix("static/")
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        return web.Response(text=served(name), content_type=kind, headers={"Access-Control-Allow-Origin": "*"})

    async def _raw_loader(self, _: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / "widget.js")

    async def _session(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.sessions += 1
        token = body.get("token")
        if user := body.get("user_token"):
            token = f"of {json.loads(base64.urlsafe_b64decode(user.split('.')[0] + '=='))['sub']}"
        elif token and token not in self.talks:
            return web.json_response({"error": "会话已过期"}, status=401)
        token = token or f"t{len(self.talks) + 1}"
        if token not in self.talks:
            self.talks[token] = Conversation(body["brand"])
            self._somebody.set()
        name = brand_or_default(body["brand"]).name
        answer = {"token": token, "brand": body["brand"], "name": name, "expires": 2**31, "wechat": self.wechat}
        return web.json_response(answer)

    def _talk(self, request: web.Request) -> Conversation:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.talks:
            raise web.HTTPUnauthorized(text='{"error": "会话已过期"}', content_type="application/json")
        return self.talks[token]

    async def _message(self, request: web.Request) -> web.Response:
        talk, body = self._talk(request), await request.json()
        self.attempts.append((request.path, body["id"]))
        if body["id"] not in talk.ids:
            title = next(
                (b["title"] for line in talk.lines for b in line.get("buttons", []) if b["payload"] == body["text"]),
                body["text"],
            )
            self._append(talk, {"who": "customer", "id": body["id"], "text": title})
            talk.ids[body["id"]] = talk.lines[-1]["seq"]
            self.turns.append(body["text"])
            self._append(talk, *self.answer(body["text"]))
        return web.json_response({"id": body["id"], "seq": talk.ids[body["id"]]}, status=202)

    async def _upload(self, request: web.Request) -> web.Response:
        talk, message_id = self._talk(request), request.headers["X-Message-Id"]
        self.attempts.append((request.path, message_id))
        data = await request.read()
        if message_id not in talk.ids:
            self.uploads[message_id] = (data, request.content_type)
            self._append(talk, {"who": "customer", "id": message_id, "image": f"uploads/{message_id}"})
            talk.ids[message_id] = talk.lines[-1]["seq"]
        return web.json_response({"id": message_id, "seq": talk.ids[message_id]}, status=202)

    async def _image(self, request: web.Request) -> web.Response:
        self._talk(request)
        data, kind = self.uploads[request.match_info["id"]]
        return web.Response(body=data, content_type=kind)

    def _append(self, talk: Conversation, *lines: Line) -> None:
        for line in lines:
            at = datetime.now(timezone.utc).isoformat()
            talk.lines.append({"seq": len(talk.lines) + 1, "who": "bot", "at": at, **line})
        talk.changed.set()

    async def _events(self, request: web.Request) -> web.StreamResponse:
        talk = self._talk(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        last = request.headers.get("Last-Event-ID")
        seq = int(last) if last else max(0, len(talk.lines) - 50)
        assert request.transport is not None
        self._listening.add(request.transport)
        try:
            await response.write(b": hello\nretry: 300\n\n")
            while True:
                talk.changed.clear()
                if request.transport in self._muted:
                    await self._never.wait()
                lines = talk.lines[seq:]
                seq += len(lines)
                if lines:  # in one piece, as the channel does
                    await response.write("".join(_event(line) * self.repeats for line in lines).encode())
                for typing in talk.typing:
                    await response.write(f"event: typing\ndata: {json.dumps(typing)}\n\n".encode())
                talk.typing.clear()
                await talk.changed.wait()
        except ConnectionResetError:  # the browser went away
            return response
        finally:
            self._listening.discard(request.transport)

    async def _history(self, request: web.Request) -> web.Response:
        talk, before = self._talk(request), int(request.query["before"])
        limit = int(request.query["limit"])
        found = talk.lines[max(0, before - 1 - limit) : before - 1]
        return web.json_response({"lines": found, "more": bool(found) and found[0]["seq"] > 1})


def _event(line: Line) -> str:
    return f"id: {line['seq']}\nevent: line\ndata: {json.dumps(line)}\n\n"


async def _cancel_others() -> None:
    """Broken connections leave tasks; let them end before the loop does."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def fake_server() -> Iterator[FakeServer]:
    """A running server."""
    server = FakeServer()
    server.start()
    try:
        yield server
    finally:
        server.close()
