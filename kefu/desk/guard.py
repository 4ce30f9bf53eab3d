"""Around every request: how large its body may be, and how long it took."""

import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kefu.desk.attachments import LARGEST

LARGEST_BODY = 2**18  # bytes; pictures have their own limit

Observe = Callable[[str, str, int, float], None]


class Guard:
    """ASGI middleware.

    Args:
        observe: told of each request: method, route (its template, never an id), status, seconds. Not of streams,
            which last as long as a page is open.
    """

    def __init__(self, app: ASGIApp, observe: Observe) -> None:
        self._app, self._observe = app, observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, is_stream = time.perf_counter(), 500, False

        async def send_on(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith("text/event-stream")
            await send(message)

        try:
            await self._app(scope, _limited(scope, receive), send_on)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            if not is_stream:
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
