"""The platform's HTTP API under /cgi-bin/, with its error codes."""

import asyncio
import json
import secrets
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sim.wechat.accounts import Account, Code, Shown
from sim.wechat.platform import MEDIA_SECONDS, Platform

_LIMIT = 2048  # bytes of a text
_LARGEST_PICTURE = 10 * 2**20  # bytes
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_LONGEST_SCENE = 64  # characters
_MEANING = {
    -1: "system error",
    0: "ok",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40125: "invalid appsecret",
    41005: "media data missing",
    42001: "access_token expired",
    43004: "require subscribe",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    48001: "api unauthorized",
}


class Api:
    """The routes over one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def routes(self) -> list[Route]:
        """All routes of the API."""
        return [
            Route("/cgi-bin/stable_token", self.stable_token, methods=["POST"]),
            Route("/cgi-bin/message/custom/send", self.send, methods=["POST"]),
            Route("/cgi-bin/message/custom/typing", self.typing, methods=["POST"]),
            Route("/cgi-bin/menu/create", self.create_menu, methods=["POST"]),
            Route("/cgi-bin/media/get", self.media),
            Route("/cgi-bin/media/upload", self.upload, methods=["POST"]),
            Route("/cgi-bin/qrcode/create", self.create_code, methods=["POST"]),
        ]

    async def stable_token(self, request: Request) -> Response:
        """A token; the same one until it is near its end, unless forced."""
        body = await _json(request)
        account = self._platform.by_app_id.get(body.get("appid", ""))
        if account is None:
            return self._answer(request, 40013)
        if body.get("secret") != account.secret or body.get("grant_type") != "client_credential":
            return self._answer(request, 40125)
        if self._platform.faults.delay:
            await asyncio.sleep(self._platform.faults.delay)
        token, seconds = self._platform.tokens[account.app_id].stable(
            bool(body.get("force_refresh")), self._platform.now()
        )
        self._platform.calls.append((request.url.path, 0))
        return JSONResponse({"access_token": token, "expires_in": seconds})

    async def send(self, request: Request) -> Response:
        """A customer-service message."""
        account, error = await self._enter(request)
        body = await _json(request)
        if error or account is None:
            return self._answer(request, error)
        shown, error = _message(body)
        if shown and shown.media and self._gone(account, shown.media):
            shown, error = None, 40007
        follower = self._platform.followers.get((account.name, str(body.get("touser"))))
        if shown is None or follower is None:
            return self._answer(request, error or 40003)
        if not account.verified:
            return self._answer(request, 48001)
        if not follower.subscribed or follower.quota.until < self._platform.now():
            return self._answer(request, 45015)
        if follower.quota.left <= 0:
            return self._answer(request, 45047)
        follower.quota.left -= 1
        shown.at = self._platform.now()
        follower.shown.append(shown)
        return self._answer(request, 0, lose=self._platform.faults.take("lose_sends"))

    async def typing(self, request: Request) -> Response:
        """正在输入: counted, so that tests can see it."""
        account, error = await self._enter(request)
        if error or account is None:
            return self._answer(request, error)
        body = await _json(request)
        follower = self._platform.followers.get((account.name, str(body.get("touser"))))
        if follower is None:
            return self._answer(request, 40003)
        follower.typing += body.get("command") == "Typing"
        return self._answer(request, 0)

    async def create_menu(self, request: Request) -> Response:
        """Replace the account's menu."""
        account, error = await self._enter(request)
        body = await _json(request)
        if error or account is None:
            return self._answer(request, error)
        if not isinstance(body.get("button"), list) or not 0 < len(body["button"]) <= 3:
            return self._answer(request, 47001)
        account.menu = body
        return self._answer(request, 0)

    async def media(self, request: Request) -> Response:
        """A picture that a follower has sent."""
        _, error = await self._enter(request)
        found = self._platform.media.get(request.query_params.get("media_id", ""))
        if error or found is None:
            return self._answer(request, error or 40007)
        self._platform.calls.append((request.url.path, 0))
        return Response(found[1], media_type=found[0])

    async def upload(self, request: Request) -> Response:
        """A picture that the account is going to send; kept for three days."""
        account, error = await self._enter(request)
        if error or account is None:
            return self._answer(request, error)
        if request.query_params.get("type") != "image":
            return self._answer(request, 40004)
        async with request.form() as form:
            file = form.get("media")
            content = await file.read() if isinstance(file, UploadFile) else b""
        kind = next((kind for head, kind in _PICTURES.items() if content.startswith(head)), None)
        if error := self._refusal(account, content, kind):
            return self._answer(request, error)
        media, now = f"U-{secrets.token_urlsafe(40)}", int(self._platform.now())
        self._platform.media[media] = (str(kind), content)
        self._platform.uploaded[media] = (account.name, now + MEDIA_SECONDS)
        self._platform.calls.append((request.url.path, 0))
        return JSONResponse({"type": "image", "media_id": media, "created_at": now})

    def _refusal(self, account: Account, content: bytes, kind: str | None) -> int:
        """Why a picture is not taken; 0 where it is."""
        if not account.verified:
            return 48001
        if not content:
            return 41005
        if self._platform.faults.take("bad_uploads") or len(content) > _LARGEST_PICTURE:
            return 40009
        return 0 if kind else 40005

    def _gone(self, account: Account, media: str) -> bool:
        owner, until = self._platform.uploaded.get(media, ("", 0.0))
        return owner != account.name or until < self._platform.now()

    async def create_code(self, request: Request) -> Response:
        """A QR code with a scene."""
        account, error = await self._enter(request)
        body = await _json(request)
        if error or account is None:
            return self._answer(request, error)
        if not account.verified:
            return self._answer(request, 48001)
        try:
            scene, seconds = body["action_info"]["scene"]["scene_str"], int(body["expire_seconds"])
        except (KeyError, TypeError, ValueError):
            return self._answer(request, 47001)
        is_good = isinstance(scene, str) and 0 < len(scene) <= _LONGEST_SCENE and 0 < seconds <= 30 * 24 * 3600
        if body.get("action_name") != "QR_STR_SCENE" or not is_good:
            return self._answer(request, 47001)
        ticket = secrets.token_urlsafe(16)
        address = f"http://weixin.qq.com/q/{ticket}"
        self._platform.codes[address] = Code(account.name, scene, self._platform.now() + seconds)
        self._platform.calls.append((request.url.path, 0))
        return JSONResponse({"ticket": ticket, "expire_seconds": seconds, "url": address})

    async def _enter(self, request: Request) -> tuple[Account | None, int]:
        """Faults first, then the token: whose it is, and the error code."""
        faults = self._platform.faults
        if faults.delay:
            await asyncio.sleep(faults.delay)
        if faults.take("broken"):
            return None, 500
        if faults.take("busy"):
            return None, -1
        if faults.take("used_up"):
            return None, 45009
        if faults.take("refuse_token"):
            return None, 40001
        return self._platform.account_of(request.query_params.get("access_token", ""))

    def _answer(self, request: Request, code: int, lose: bool = False) -> Response:
        self._platform.calls.append((request.url.path, code))
        if code == 500 or lose:
            return Response("upstream error", status_code=502)
        return JSONResponse({"errcode": code, "errmsg": _MEANING[code]})


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _message(body: dict[str, Any]) -> tuple[Shown | None, int]:
    """What the follower will see, or the error code."""
    try:
        if body["msgtype"] == "text":
            text, menu = body["text"]["content"], []
        elif body["msgtype"] == "image":
            return Shown("account", "[图片]", "image", "api", media=str(body["image"]["media_id"])), 0
        elif body["msgtype"] == "msgmenu":
            content = body["msgmenu"]
            text, menu = content["head_content"], [(str(one["id"]), one["content"]) for one in content["list"]]
        else:
            return None, 40008
        size = len(text.encode()) + sum(len(title.encode()) for _, title in menu)
    except (KeyError, TypeError, AttributeError):
        return None, 47001
    if not text or size > _LIMIT:
        return None, 45002
    return Shown("account", text, body["msgtype"], "api", menu), 0
