"""Server-sent events: an open page hears that something has changed, and fetches what it shows."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from kefu.desk.console.access import AGENTS, Visitor, allow
from kefu.desk.console.services import services
from kefu.desk.console.talks import readable
from kefu.desk.live import Mark
from kefu.desk.principal import COOKIE

router = APIRouter()

_PATIENCE = 20.0  # seconds after which a stream checks that its reader is still signed in

Agents = Annotated[Visitor, Depends(allow(*AGENTS))]


@router.get("/live")
async def queue_changes(request: Request, _: Agents) -> Response:
    """An event whenever a ticket or a talk has changed, and one at the start."""
    return _stream(request, lambda mark: (mark.tickets, mark.talks, mark.lines))


@router.get("/talks/{talk_id:int}/live")
async def talk_changes(request: Request, talk_id: int, visitor: Agents) -> Response:
    """An event whenever this talk has changed, and one at the start."""
    await readable(request, talk_id, visitor)
    return _stream(request, lambda mark: mark.of_talk(talk_id))


def _stream(request: Request, part: Callable[[Mark], Any]) -> Response:
    return EventSourceResponse(_events(request, part), ping=15, headers={"X-Accel-Buffering": "no"})


async def _events(request: Request, part: Callable[[Mark], Any]) -> AsyncIterator[ServerSentEvent]:
    """The event has no content: what may be seen is decided when it is fetched.

    A reader whose session has ended is told once more, so that the page finds out, and then let go.
    """
    desk, cookie = services(request), request.cookies.get(COOKIE, "")
    async with desk.changes.watched():
        mark = desk.changes.mark  # the look-ups below are shielded: a reader who leaves must not cut one short
        yield _CHANGED
        while await asyncio.shield(desk.sessions.find(cookie)) is not None:
            newer = await desk.changes.wait(mark, _PATIENCE)
            if part(newer) != part(mark):
                yield _CHANGED
            mark = newer
        yield _CHANGED


_CHANGED = ServerSentEvent(data="", event="changed", retry=2000)
