"""Server-sent events: the log from where the client left off, then every new line as it is written."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from sanic.request import Request

from kefu.channels.log import Logged, MessageLog
from kefu.channels.wake import Wakeups
from kefu.channels.website.lines import event_of

logger = logging.getLogger(__name__)

PAGE = 50  # lines for a client that has none
_PING_SECONDS = 15.0  # also a look into the log, should a wake-up have been lost
_RETRY_MS = 1000
_BATCH = 200
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy must not hold events back


async def send_events(
    request: Request,
    conversation: str,
    log: MessageLog,
    wakeups: Wakeups,
    is_open: Callable[[], bool],
) -> None:
    """Answer a request with the events of a conversation, until the client goes or `is_open` ends.

    Raises:
        Exception: of the database, before anything was sent; later the stream ends, and the client comes back.
    """
    async with wakeups.listen(conversation) as woken:
        last = _last_event_id(request)
        lines = await log.before(conversation, limit=PAGE) if last is None else await log.after(conversation, last)
        response = await request.respond(content_type="text/event-stream; charset=utf-8", headers=_HEADERS)
        await response.send(f"retry: {_RETRY_MS}\n\n")
        seq = last or 0
        while True:
            if lines:
                seq = lines[-1].seq
                await response.send("".join(map(_line, lines)))
            signals, woken.signals = woken.signals, []
            if signals:
                await response.send("".join(map(_typing, signals)))
            if not is_open():
                break
            try:
                if len(lines) < _BATCH and not await woken.wait(_PING_SECONDS):
                    await response.send(": ping\n\n")
                # Shielded: a client that goes in the middle must not cost us the database connection.
                lines = await asyncio.shield(log.after(conversation, seq, _BATCH))
            except Exception as error:  # of the database; a client that is gone cancels us
                logger.warning("an event stream ends: %r", error)
                break
        await response.eof()


def _last_event_id(request: Request) -> int | None:
    value = request.headers.get("last-event-id", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _line(line: Logged) -> str:
    return f"id: {line.seq}\nevent: line\ndata: {json.dumps(event_of(line), ensure_ascii=False)}\n\n"


def _typing(signal: dict[str, Any]) -> str:
    return f"event: typing\ndata: {json.dumps(signal)}\n\n"
