"""The website channel: demo page, widget, and the endpoints that the widget talks to."""

from pathlib import Path
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, file, json

from kefu.brands import brand_or_default
from kefu.channels.door import Door
from kefu.channels.message import BadMessage, Inbound, checked_brand, checked_id
from kefu.channels.turn import Handler
from kefu.channels.website.session import new_session, read_session

STATIC = Path(__file__).parent / "static"

_CSP = "default-src 'self'; style-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'"


class WebsiteChannel(InputChannel):
    """Serves `/webhooks/website/`."""

    @classmethod
    def name(cls) -> str:
        """Name in the URL and in trackers."""
        return "website"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes of the channel."""
        website = Blueprint("kefu_website", __name__)
        doors: list[Door] = []

        @website.listener("before_server_start")
        async def open_door(*_: Any) -> None:
            doors.append(Door(on_new_message))

        @website.get("/")
        async def demo_page(_: Request) -> HTTPResponse:
            return await file(STATIC / "demo.html", headers={"Content-Security-Policy": _CSP})

        @website.get(r"/<name:(?:widget|demo)\.(?:js|css)>")
        async def static_file(_: Request, name: str) -> HTTPResponse:
            return await file(STATIC / name)

        @website.post("/session")
        async def start(request: Request) -> HTTPResponse:
            try:
                session, token = new_session(checked_brand(_body(request).get("brand")))
            except BadMessage as error:
                return json({"error": str(error)}, status=400)
            name = brand_or_default(session.brand).name
            return json({"token": token, "brand": session.brand, "name": name}, ensure_ascii=False)

        @website.post("/messages")
        async def receive(request: Request) -> HTTPResponse:
            session = read_session(request.token or "")
            if session is None:
                return json({"error": "会话已过期，请刷新页面"}, status=401)
            try:
                body = _body(request)
                text, message_id = body.get("text"), checked_id(body.get("id"), "id")
                if not isinstance(text, str):
                    raise BadMessage("text 应是字符串")
            except BadMessage as error:
                return json({"error": str(error)}, status=400)
            message = Inbound("website", session.conversation, text, session.brand, message_id)
            return json({"id": message_id, "replies": await doors[0].receive(message)}, ensure_ascii=False)

        return website


def _body(request: Request) -> dict[str, Any]:
    body = request.json
    if not isinstance(body, dict):
        raise BadMessage("请求应是 JSON 对象")
    return body
