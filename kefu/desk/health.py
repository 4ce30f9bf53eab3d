"""`GET /health`: what of the whole product is up, with versions; needs no sign-in, tells nothing secret."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timezone
from typing import Any

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from kefu import __version__
from kefu.database import Database
from kefu.desk.working_time import last_known_year, warning
from kefu.knowledge import knowledge_base
from kefu.settings import Settings

router = APIRouter()

_PATIENCE = 2.0  # seconds a part may take to answer


@router.get("/health")
async def health(request: Request) -> JSONResponse:
    """200 where everything is up, 503 where something is not; the body says what."""
    found: Settings = request.app.state.settings
    names = ("rasa", "model", "actions", "database", "faq", "calendar")
    async with httpx.AsyncClient(timeout=_PATIENCE) as client:
        results = await asyncio.gather(
            _checked(_rasa(client, found)),
            _checked(_model(client, found)),
            _checked(_actions(client, found)),
            _checked(_database(request.app.state.database)),
            _checked(_faq()),
            _checked(_calendar()),
        )
    parts = dict(zip(names, results, strict=True))
    up = all(part["up"] for part in parts.values())
    return JSONResponse({"up": up, "version": __version__, "parts": parts}, 200 if up else 503)


async def _checked(check: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """A part's state; any failure is reported by its kind only (an address in its text may be secret)."""
    try:
        return {"up": True, **await check}
    except Exception as error:
        return {"up": False, "error": type(error).__name__}


async def _rasa(client: httpx.AsyncClient, found: Settings) -> dict[str, Any]:
    answer = (await client.get(f"{found.rasa_url}/version")).raise_for_status().json()
    return {"version": answer["version"]}


async def _model(client: httpx.AsyncClient, found: Settings) -> dict[str, Any]:
    token = {"token": found.rasa_token.get_secret_value()}
    answer = (await client.get(f"{found.rasa_url}/status", params=token)).raise_for_status().json()
    return {"version": answer["model_file"]}


async def _actions(client: httpx.AsyncClient, found: Settings) -> dict[str, Any]:
    (await client.get(f"{found.actions_url}/health")).raise_for_status()
    return {}


async def _database(database: Database) -> dict[str, Any]:
    await database.check()
    return {"kind": database.url.get_backend_name()}


async def _faq() -> dict[str, Any]:
    knowledge = await asyncio.to_thread(knowledge_base)
    snapshot = knowledge.current()
    problem = {"edit_refused": str(knowledge.error.path)} if knowledge.error else {}
    return {"version": snapshot.version, "entries": len(snapshot.entries), **problem}


async def _calendar() -> dict[str, Any]:
    """Never down: without holidays, working days are guessed, and whoever looks is told."""
    told = warning(datetime.now(timezone.utc))
    return {"last_year": last_known_year(), **({"warning": told} if told else {})}
