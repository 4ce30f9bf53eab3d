"""The website channel: demo page, widget, and the HTTP API that the widget talks to (docs/website.md)."""

import asyncio
import time
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, html, json, raw, redirect
from sqlalchemy.exc import SQLAlchemyError

from kefu.brands import DEFAULT_BRAND, brand_or_default
from kefu.channels.door import Door, NotStored
from kefu.channels.limits import MESSAGES, UPLOADS, Limiter, Rate
from kefu.channels.log import MessageLog
from kefu.channels.message import BadMessage, Inbound, checked_brand, checked_id
from kefu.channels.push import LoggedOutput
from kefu.channels.rasa_agent import RasaAgent
from kefu.channels.turn import Handler
from kefu.channels.uploads import LARGEST, Uploads, path_of, picture_of
from kefu.channels.wake import wakeups
from kefu.channels.website.assets import load_assets
from kefu.channels.website.binding import CodeWords
from kefu.channels.website.demo import demo_page
from kefu.channels.website.headers import DEMO_CSP, secure
from kefu.channels.website.http import (
    Refusal,
    address_of,
    body_of,
    check_origin,
    endpoint,
    object_of,
    session_of,
)
from kefu.channels.website.identity import NotProven, identify
from kefu.channels.website.lines import event_of
from kefu.channels.website.stream import PAGE, send_events
from kefu.channels.wechat.accounts import brands_on_wechat
from kefu.database import database
from kefu.settings import settings
from kefu.show import PICTURE_MESSAGE

_LARGEST_MESSAGE = 16 * 1024  # bytes
_LONGEST_PAGE = 100  # lines
_LONGEST_UPLOAD = 900.0  # seconds, 5 MB at 6 kB/s: until then its bytes are in memory
_MOST_STREAMS = 20  # of one conversation in one process

# Many customers of a mobile network share an address: its limits are against floods only.
_SESSIONS = Rate(1000, 20)
_ADDRESS = Rate(1000, 100)
_READS = Rate(60, 5)
_PICTURES = Rate(120, 10)


class WebsiteChannel(InputChannel):
    """Serves `/webhooks/website/`."""

    def __init__(self) -> None:
        self._log = MessageLog(database())
        self._uploads = Uploads(database())
        self._wakeups = wakeups()
        self._limiter = Limiter(settings().redis_url)
        self._code_words = CodeWords(self._log, self._limiter)
        self._assets = load_assets()
        self._door: Door | None = None

    @classmethod
    def name(cls) -> str:
        """Name in the URL and in trackers."""
        return "website"

    def get_output_channel(self) -> LoggedOutput:
        """Where agents' replies and other pushes go."""
        return LoggedOutput(self.name(), self._log, self._wakeups)

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes of the channel."""
        website = Blueprint("kefu_website", __name__)
        website.middleware("response")(secure)

        @website.listener("before_server_start")
        async def open_door(app: Sanic, *_: Any) -> None:
            self._door = Door(on_new_message, self._log, self._wakeups, RasaAgent(app))

        @website.listener("after_server_start")
        async def recover(*_: Any) -> None:
            self._opened.recover(self.name())

        @website.listener("before_server_stop")
        async def close_door(*_: Any) -> None:
            door, self._door = self._opened, None
            self._wakeups.wake_all()  # streams end, their clients come back to whoever is there then
            await door.close()

        @website.listener("after_server_stop")
        async def disconnect(*_: Any) -> None:
            await self._code_words.close()
            await self._wakeups.close()
            await self._limiter.close()

        website.get("/")(endpoint(self._demo_page))
        website.get("/widget.js", name="widget")(endpoint(self._static))
        website.get("/static/<name:str>")(endpoint(self._static))
        website.post("/session", stream=True)(endpoint(self._start))
        website.post("/messages", stream=True)(endpoint(self._receive))
        website.get("/events")(endpoint(self._events))
        website.get("/history")(endpoint(self._history))
        website.post("/uploads", stream=True)(endpoint(self._upload))
        website.get("/uploads/<upload_id:str>")(endpoint(self._picture))
        for path in ("/session", "/messages", "/events", "/history", "/uploads", "/uploads/<upload_id:str>"):
            website.options(path, name=f"preflight{path.replace('/', '_').split('<')[0]}")(_preflight)
        return website

    @property
    def _opened(self) -> Door:
        if self._door is None:
            raise Refusal(503, "系统正在重启，稍后会再试", retry_after=2)
        return self._door

    # Pages and files

    async def _demo_page(self, request: Request) -> HTTPResponse:
        if not request.path.endswith("/"):  # the page's links are relative
            return redirect(f"{request.path}/?{request.query_string}".rstrip("?"))
        page = demo_page(request.args.get("brand") or DEFAULT_BRAND)
        return html(page, headers={"Content-Security-Policy": DEMO_CSP, "Cache-Control": "no-cache"})

    async def _static(self, request: Request, name: str = "widget.js") -> HTTPResponse:
        asset = self._assets.get(name)
        if asset is None:
            raise Refusal(404, "没有这个文件")
        return asset.answer(request)

    # Sessions

    async def _start(self, request: Request) -> HTTPResponse:
        await self._limit(f"session:{address_of(request)}", _SESSIONS)
        body = await object_of(request, _LARGEST_MESSAGE)
        brand = checked_brand(body.get("brand"))
        check_origin(request, brand)
        try:
            session = identify(brand, body.get("user_token"), body.get("token"))
        except NotProven as error:
            raise Refusal(401, str(error)) from error
        name = brand_or_default(brand).name
        answer = {
            "token": session.token,
            "brand": brand,
            "name": name,
            "expires": session.expires,
            "wechat": brand in brands_on_wechat(),  # there is an official account to go on in
        }
        return json(answer, ensure_ascii=False, headers={"Cache-Control": "no-store"})

    # Messages

    async def _receive(self, request: Request) -> HTTPResponse:
        session = session_of(request)
        body = await object_of(request, _LARGEST_MESSAGE)
        text, message_id = body.get("text"), checked_id(body.get("id"), "id")
        if not isinstance(text, str):
            raise BadMessage("text 应是字符串")
        await self._limit(f"address:{address_of(request)}", _ADDRESS)
        await self._limit(f"messages:{session.conversation}", MESSAGES)
        message = Inbound(self.name(), session.conversation, text, session.brand, message_id)
        seq = await asyncio.shield(self._code_words.take(message))
        if seq is not None:
            await self._wakeups.wake(session.conversation)
            return json({"id": message_id, "seq": seq}, status=202)
        return await self._take(message)

    async def _upload(self, request: Request) -> HTTPResponse:
        session = session_of(request)
        message_id = checked_id(request.headers.get("x-message-id"), "X-Message-Id")
        await self._limit(f"address:{address_of(request)}", _ADDRESS)
        await self._limit(f"uploads:{session.conversation}", UPLOADS)
        try:
            content = await asyncio.wait_for(body_of(request, LARGEST), _LONGEST_UPLOAD)
        except asyncio.TimeoutError as error:
            raise Refusal(408, "图片传得太慢了，稍后会再试") from error
        picture = picture_of(content)
        try:
            storing = self._uploads.store(session.conversation, message_id, session.brand, picture)
            upload_id = await asyncio.shield(storing)
        except (SQLAlchemyError, OSError) as error:
            raise NotStored("the database is away") from error
        shown = {"image": path_of(upload_id)}
        return await self._take(
            Inbound(self.name(), session.conversation, PICTURE_MESSAGE, session.brand, message_id, shown)
        )

    async def _take(self, message: Inbound) -> HTTPResponse:
        taken = await asyncio.shield(self._opened.take(message))  # a client that goes leaves it whole
        return json({"id": message.message_id, "seq": taken.seq}, status=202)

    # What the customer sees

    async def _events(self, request: Request) -> None:
        session = session_of(request)
        await self._limit(f"reads:{session.conversation}", _READS)
        door = self._opened
        if self._wakeups.listeners(session.conversation) >= _MOST_STREAMS:
            raise Refusal(429, "打开的窗口太多了，请关掉几个", retry_after=10)
        is_open = lambda: self._door is door and session.expires > time.time()  # noqa: E731
        await send_events(request, session.conversation, self._log, self._wakeups, is_open)

    async def _history(self, request: Request) -> HTTPResponse:
        session = session_of(request)
        await self._limit(f"reads:{session.conversation}", _READS)
        before, limit = _number(request, "before"), _number(request, "limit")
        limit = min(limit or PAGE, _LONGEST_PAGE)
        lines = await self._log.before(session.conversation, before, limit + 1)
        shown = {"lines": [event_of(line) for line in lines[-limit:]], "more": len(lines) > limit}
        return json(shown, ensure_ascii=False, headers={"Cache-Control": "no-store"})

    async def _picture(self, request: Request, upload_id: str) -> HTTPResponse:
        session = session_of(request)
        await self._limit(f"pictures:{session.conversation}", _PICTURES)
        picture = await self._uploads.get(session.conversation, upload_id)
        if picture is None:
            raise Refusal(404, "没有这张图片")
        headers = {"Cache-Control": "private, max-age=86400, immutable", "Content-Disposition": "inline"}
        return raw(picture.content, content_type=picture.media_type, headers=headers)

    async def _limit(self, key: str, rate: Rate) -> None:
        """Raise Refusal where somebody asks too often."""
        wait = await self._limiter.take(f"website:{key}", rate)
        if wait:
            raise Refusal(429, "发得太快了，请稍等一下", retry_after=wait)


async def _preflight(_: Request, **__: Any) -> HTTPResponse:
    return empty()


def _number(request: Request, name: str) -> int | None:
    """A positive number of the query; None where it is not there."""
    value = request.args.get(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and 0 < len(value) < 10 and int(value)):
        raise BadMessage(f"{name} 应是正整数")
    return int(value)
