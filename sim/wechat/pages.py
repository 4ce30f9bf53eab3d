"""A page to chat as a WeChat user, and its small JSON interface."""

import base64
import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sim.wechat import delivery
from sim.wechat.platform import Platform

STATIC = Path(__file__).parent / "static"
_SWITCHES = (
    *("lose_answers", "duplicate", "refuse_token", "expire_tokens", "busy", "used_up", "broken"),
    *("bad_uploads", "lose_sends", "delay"),
)


class Pages:
    """The page's routes over one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route | Mount]:
        """All routes of the page."""
        return [
            Route("/", self.page),
            Mount("/static", StaticFiles(directory=STATIC)),
            Route("/chat/accounts", self.accounts),
            Route("/chat/media/{media}", self.media),
            Route("/chat/{account}/{openid}", self.screen),
            Route("/chat/{account}/{openid}", self.act, methods=["POST"]),
            Route("/chat/faults", self.faults, methods=["POST"]),
        ]

    async def page(self, _: Request) -> Response:
        """The page itself."""
        return FileResponse(STATIC / "chat.html")

    async def accounts(self, _: Request) -> Response:
        """The accounts with their menus."""
        return JSONResponse([{"name": one.name, "menu": one.menu} for one in self._platform.accounts.values()])

    async def screen(self, request: Request) -> Response:
        """What the follower sees, and what may still be sent to them."""
        if request.path_params["account"] not in self._platform.accounts:
            return JSONResponse({"error": "没有这个公众号"}, status_code=404)
        follower = self._platform.follower(**request.path_params)
        left = follower.quota.left if follower.quota.until > self._platform.now() else 0
        now, account = self._platform.now(), request.path_params["account"]
        codes = [address for address, one in self._platform.codes.items() if one.account == account and one.until > now]
        return JSONResponse({"shown": [asdict(one) for one in follower.shown], "left": left, "codes": codes})

    async def media(self, request: Request) -> Response:
        """A picture that somebody has sent."""
        found = self._platform.media.get(request.path_params["media"])
        return Response(found[1], media_type=found[0]) if found else JSONResponse({"error": "没有"}, status_code=404)

    async def act(self, request: Request) -> Response:
        """The follower does something; the callback is delivered in the background."""
        account, openid = request.path_params["account"], request.path_params["openid"]
        try:
            action = await request.json()
            if action["kind"] == "scan":
                delivery.later(self._platform, delivery.scan(self._platform, str(action["code"]), openid))
                return JSONResponse({"ok": True})
            fields = _fields(action, self._platform)
        except (ValueError, KeyError, TypeError, AttributeError):
            return JSONResponse({"error": "看不懂这个动作"}, status_code=400)
        if account not in self._platform.accounts:
            return JSONResponse({"error": "没有这个公众号"}, status_code=404)
        if fields.get("Event") in ("subscribe", "unsubscribe"):
            self._platform.follower(account, openid).subscribed = fields["Event"] == "subscribe"
        delivery.later(self._platform, delivery.send(self._platform, account, openid, fields))
        return JSONResponse({"ok": True})

    async def faults(self, request: Request) -> Response:
        """Set the switches, or move the clock (`shift`, seconds)."""
        try:
            wanted = {name: float(value) for name, value in json.loads(await request.body()).items()}
        except (ValueError, TypeError, AttributeError):
            return JSONResponse({"error": "开关的值应是数字"}, status_code=400)
        for name, value in wanted.items():
            if name == "shift":
                self._platform.shift = value
            elif name in _SWITCHES:
                setattr(self._platform.faults, name, type(getattr(self._platform.faults, name))(value))
        return JSONResponse({**asdict(self._platform.faults), "shift": self._platform.shift})


def _fields(action: dict[str, Any], platform: Platform) -> dict[str, str]:
    """The callback's own fields for an action of the page."""
    kind = action["kind"]
    if kind == "text":
        clicked = {"bizmsgmenuid": str(action["menu"])} if action.get("menu") else {}
        return {"MsgType": "text", "Content": str(action["text"]), **clicked}
    if kind == "voice":
        return {"MsgType": "voice", "MediaId": "v", "Format": "amr", "Recognition": str(action["text"])}
    if kind == "location":
        return {
            "MsgType": "location",
            "Location_X": "39.9",
            "Location_Y": "116.4",
            "Scale": "16",
            "Label": action["text"],
        }
    if kind == "image":
        media = f"M-{secrets.token_urlsafe(12)}"
        head, data = str(action["data"]).split(",", 1)
        platform.media[media] = (head.removeprefix("data:").split(";")[0], base64.b64decode(data))
        return {"MsgType": "image", "MediaId": media, "PicUrl": "http://example.invalid/picture"}
    if kind == "event":
        key = {"EventKey": str(action["key"])} if action.get("key") else {}
        return {"MsgType": "event", "Event": str(action["event"]), **key}
    raise ValueError(kind)
