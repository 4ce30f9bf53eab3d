"""The desk's web application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

from kefu import __version__
from kefu.database import Database
from kefu.desk import api, health, pages
from kefu.desk.tickets import TicketService
from kefu.migrate import migrate
from kefu.sealing import fingerprint
from kefu.settings import Settings, settings

_SESSION_SECONDS = 8 * 3600


def create_app(found: Settings | None = None) -> FastAPI:
    """The application over the configured database."""
    chosen = found or settings()
    database = Database(chosen.database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        migrate(chosen.database)
        yield
        await database.close()

    app = FastAPI(title="钱包客服工单台", version=__version__, lifespan=lifespan)
    app.state.settings, app.state.database = chosen, database
    app.state.tickets = TicketService(database)
    app.add_middleware(
        SessionMiddleware,
        secret_key=fingerprint("desk-session"),
        session_cookie="kefu_desk",
        max_age=_SESSION_SECONDS,
        same_site="strict",
    )
    app.include_router(health.router)
    app.include_router(api.router)
    app.include_router(pages.router)
    return app
