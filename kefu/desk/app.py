"""The desk's web application."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from kefu import __version__
from kefu.database import Database
from kefu.desk import health, metrics, problems
from kefu.desk.api import description
from kefu.desk.api.router import router
from kefu.desk.console import routes as console
from kefu.desk.console.render import error_page
from kefu.desk.guard import Guard
from kefu.desk.tickets import TicketService
from kefu.desk.workers import workers
from kefu.migrate import migrate
from kefu.settings import Settings, settings


def create_app(found: Settings | None = None) -> FastAPI:
    """The application over the configured database."""
    chosen = found or settings()
    database = Database(chosen.database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        migrate(chosen.database)
        async with workers(database, chosen), console.running(app.state.services):
            yield
        await database.close()

    app = FastAPI(title="钱包客服工单台", version=__version__, lifespan=lifespan, openapi_url=None)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it writes addresses with Rasa's token
    app.state.settings, app.state.database = chosen, database
    app.state.tickets = TicketService(database)
    problems.install(app, error_page)
    app.state.metrics = metrics.Metrics(database)
    app.add_middleware(Guard, observe=app.state.metrics.observe)
    app.include_router(health.router)
    app.include_router(router())
    app.include_router(description.router)
    app.include_router(metrics.router)
    console.install(app, database, chosen)
    return app
