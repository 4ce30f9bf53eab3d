"""Around every request: how large its body may be, how long it took, and headers that browsers should see."""

import time
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.desk.attachments import LARGEST

LARGEST_BODY = 2**18  # bytes; pictures have their own limit
_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"}

Observe = Callable[[str, str, int, float], None]


class Guard:
    """ASGI middleware.

    Args:
        observe: told of each request: method, route (its template, never an id), status, seconds.
    """

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        self._app, self._observe = app, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), send_with_headers)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._observe(scope["method"], route, status, time.perf_counter() - started)


def _limited(scope: Scope, receive: Receive) -> Receive:
    """Refuse (413) a body that is too large, whatever its Content-Length says."""
    most = LARGEST if scope["path"].endswith("/attachments") else LARGEST_BODY
    got = 0

    async def receive_some() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > most:
            raise HTTPException(413, f"内容太大，最多 {most // 1024} KB")
        return message

    return receive_some
