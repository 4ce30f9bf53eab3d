"""What all requests to the website channel share: bodies within limits, sessions, origins, errors in JSON."""

import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from sanic.exceptions import InvalidUsage, PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from kefu.channels.door import NotStored
from kefu.channels.message import BadMessage
from kefu.channels.website.origins import is_allowed
from kefu.channels.website.session import Session, read_session
from kefu.settings import settings

logger = logging.getLogger(__name__)

_AGAIN = "2"  # seconds until a client should try again what failed through no fault of its own

_MOST_READ = 25 * 1024 * 1024  # bytes of a body

Endpoint = Callable[..., Awaitable[HTTPResponse | None]]


class Refusal(Exception):
    """A request that is refused, and why, in Chinese."""

    def __init__(self, status: int, why: str, retry_after: int | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.headers = {} if retry_after is None else {"Retry-After": str(retry_after)}


def endpoint(handle: Endpoint) -> Endpoint:
    """Make every failure of an endpoint an answer `{error}`."""

    @wraps(handle)
    async def answer(request: Request, *arguments: Any, **named: Any) -> HTTPResponse | None:
        try:
            return await handle(request, *arguments, **named)
        except Refusal as refusal:
            return failure(refusal.status, str(refusal), refusal.headers)
        except (BadMessage, InvalidUsage) as error:
            return failure(400, str(error))
        except PayloadTooLarge:
            return failure(413, "内容太大了")
        except NotStored:
            return failure(503, "系统暂时忙不过来，消息还没有送达，稍后会再试", {"Retry-After": _AGAIN})
        except Exception:
            reference = secrets.token_hex(4)
            logger.exception("website request failed: %s %s reference=%s", request.method, request.path, reference)
            return failure(500, f"系统出了点问题，请稍后再试(编号 {reference})", {"Retry-After": _AGAIN})

    return answer


def failure(status: int, why: str, headers: dict[str, str] | None = None) -> HTTPResponse:
    """An error as all endpoints give it."""
    return json_response({"error": why}, status=status, headers=headers, ensure_ascii=False)


async def body_of(request: Request, limit: int) -> bytes:
    """The body of a streaming route's request; of one that has more than `limit` bytes nothing is kept.

    What is too much is still read, within a bound: a browser that can't get rid of its body does not see our answer.

    Raises:
        PayloadTooLarge: it has more.
    """
    request.stream.request_max_size = _MOST_READ
    parts: list[bytes] = []
    size = 0
    async for part in request.stream:
        size += len(part)
        if size <= limit:
            parts.append(part)
        else:
            parts.clear()
    if size > limit:
        raise PayloadTooLarge("too large")
    return b"".join(parts)


async def object_of(request: Request, limit: int) -> dict[str, Any]:
    """The JSON object in a request's body.

    Raises:
        BadMessage, PayloadTooLarge: it is none, or too large.
    """
    try:
        content = json.loads(await body_of(request, limit))
    except (ValueError, RecursionError) as error:
        raise BadMessage("请求不是 JSON") from error
    if not isinstance(content, dict):
        raise BadMessage("请求应是 JSON 对象")
    return content


def session_of(request: Request) -> Session:
    """The session of a request.

    Raises:
        Refusal: there is none (401), or the page is not one that may carry the widget (403).
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    session = read_session(token.strip()) if scheme.lower() == "bearer" else None
    if session is None:
        raise Refusal(401, "会话已过期，请刷新页面")
    check_origin(request, session.brand)
    return session


def check_origin(request: Request, brand: str) -> None:
    """Raise Refusal where the page is not one that may carry the brand's widget."""
    if not is_allowed(request.headers.get("origin"), request.host, brand):
        raise Refusal(403, "这个网站没有登记，不能使用客服窗口")


def address_of(request: Request) -> str:
    """The customer's address: behind our own proxies what the first of them saw."""
    passed_on = request.headers.get("x-forwarded-for", "").split(",")
    proxies = settings().proxies
    return passed_on[-proxies].strip() if 0 < proxies <= len(passed_on) else request.ip
