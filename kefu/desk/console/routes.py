"""Puts the console into the application: pages, static files, live changes, and what runs beside them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from starlette.staticfiles import StaticFiles

from kefu.database import Database
from kefu.desk.console import (
    account,
    api_docs,
    canned,
    dashboard,
    deliveries,
    feedback,
    live,
    notices,
    queue,
    sign_in,
    talks,
    tickets,
    users,
)
from kefu.desk.console.render import STATIC
from kefu.desk.console.services import Services
from kefu.desk.headers import SecurityHeaders
from kefu.settings import Settings

logger = logging.getLogger(__name__)

_SWEEP = 5.0  # seconds between two looks for talks that wait or are silent for too long

PAGES = (
    sign_in,
    queue,
    tickets,
    talks,
    live,
    dashboard,
    feedback,
    canned,
    deliveries,
    notices,
    users,
    account,
    api_docs,
)


def install(app: FastAPI, database: Database, settings: Settings) -> None:
    """Add the console to the desk's application."""
    app.state.services = Services.over(database, settings)
    pages = APIRouter(include_in_schema=False)
    for topic in PAGES:
        pages.include_router(topic.router)
    pages.include_router(tickets.pictures)
    app.include_router(pages)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(SecurityHeaders)


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """While within, open pages hear of changes, and talks that nobody minds are ended."""
    tasks = [asyncio.create_task(services.changes.run()), asyncio.create_task(_repeat(services.talks.sweep))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


async def _repeat(work: Callable[[], Awaitable[int]]) -> None:
    while True:
        try:
            await work()
        except Exception:
            logger.exception("talks can't be looked through")
        await asyncio.sleep(_SWEEP)
