"""Rasa's REST protocol for tests and scripts, on loopback only, through the same door as the other channels.

Protocol: https://rasa.com/docs/rasa/connectors/your-own-website#restinput
"""

import ipaddress
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from kefu.channels.door import Door
from kefu.channels.message import BadMessage, Inbound, checked_brand, checked_id
from kefu.channels.rasa_agent import RasaAgent
from kefu.channels.turn import Handler
from kefu.dialogue.patches.action_session import kept

_FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded")


class RestChannel(InputChannel):
    """`POST /webhooks/rest/webhook` with `{sender, message, metadata: {brand?, message_id?}}`."""

    @classmethod
    def name(cls) -> str:
        """Name in the URL and in trackers."""
        return "rest"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes of the channel."""
        webhook = Blueprint("kefu_rest", __name__)
        doors: list[Door] = []

        @webhook.listener("before_server_start")
        async def open_door(app: Sanic, *_: Any) -> None:
            doors.append(Door(on_new_message, agent=RasaAgent(app)))
            doors[0].take_up(self.name())

        @webhook.listener("before_server_stop")
        async def close_door(*_: Any) -> None:
            await doors.pop().close()

        @webhook.listener("after_server_stop")
        async def disconnect(*_: Any) -> None:
            await kept.close()  # here because this channel is always open; turns of all of them use it

        @webhook.get("/")
        async def health(_: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @webhook.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not _is_local(request):
                return json({"error": "只接受本机的请求"}, status=403)
            try:
                message = _message(request.json)
            except BadMessage as error:
                return json({"error": str(error)}, status=400)
            return json(await doors[0].receive(message), ensure_ascii=False)

        return webhook


def _is_local(request: Request) -> bool:
    """Whether the request was made on this machine and not passed on by a proxy."""
    if any(header in request.headers for header in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.ip).is_loopback
    except ValueError:
        return False


def _message(body: Any) -> Inbound:
    if not isinstance(body, dict):
        raise BadMessage("请求应是 JSON 对象，含 sender 和 message")
    text = body.get("message")
    if not isinstance(text, str):
        raise BadMessage("message 应是字符串")
    metadata = body.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise BadMessage("metadata 应是对象")
    fields: dict[str, Any] = {"conversation": checked_id(body.get("sender", "default"), "sender"), "text": text}
    if metadata.get("message_id") is not None:
        fields["message_id"] = checked_id(metadata["message_id"], "metadata.message_id")
    return Inbound(channel="rest", brand=checked_brand(metadata.get("brand")), **fields)
