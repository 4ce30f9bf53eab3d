"""Keeps the connection to the action server, and does not wait for it longer than a customer would.

The tracker is written by orjson, which takes a tenth of the time.

Upstream: `rasa.utils.endpoints.EndpointConfig.session` (a new session, so a new connection, for every request) and
`DEFAULT_REQUEST_TIMEOUT` of rasa.core.actions.action (300 s, now KEFU_ACTION_TIMEOUT).
Closed with the server by kefu.channels.rest: this patch comes with the store, when Rasa has already registered its own
`close_resources`.
"""

import json
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson
import rasa.core.actions.action
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.utils.endpoints import EndpointConfig

from kefu.dialogue.patches.replacement import Replacement
from kefu.settings import settings

_IDLE = 3.0  # seconds; Sanic closes an idle connection after 5, and a request must never meet that moment


class KeptSessions:
    """One session an endpoint and event loop."""

    def __init__(self) -> None:
        # With endpoint and loop themselves: while they are held, their ids are nobody else's.
        self._kept: dict[tuple[int, int], tuple[EndpointConfig, AbstractEventLoop, aiohttp.ClientSession]] = {}

    def of(self, endpoint: EndpointConfig) -> aiohttp.ClientSession:
        """The session for an endpoint in the running loop; opened where there is none."""
        loop = get_running_loop()
        key = (id(endpoint), id(loop))
        _, _, session = self._kept.get(key, (None, None, None))
        if session is None or session.closed:
            session = _open(endpoint)
            self._kept[key] = (endpoint, loop, session)
        return session

    async def close(self) -> None:
        """Close the running loop's sessions."""
        here = get_running_loop()
        for key, (_, loop, session) in list(self._kept.items()):
            if loop is here:
                del self._kept[key]
                await session.close()


def _open(endpoint: EndpointConfig) -> aiohttp.ClientSession:
    auth = endpoint.basic_auth
    return aiohttp.ClientSession(
        headers=endpoint.headers,
        auth=aiohttp.BasicAuth(auth["username"], auth["password"]) if auth else None,
        timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
        # As if every request had a session of its own: no cookies are kept, none waits for a free connection.
        cookie_jar=aiohttp.DummyCookieJar(),
        json_serialize=_as_json,
        connector=aiohttp.TCPConnector(keepalive_timeout=_IDLE, limit=0),
    )


def _as_json(body: Any) -> str:
    try:
        return orjson.dumps(body).decode()
    except TypeError:  # half of an emoji: Python's JSON has a form for it
        return json.dumps(body)


kept = KeptSessions()


@asynccontextmanager
async def _session(self: EndpointConfig) -> AsyncIterator[aiohttp.ClientSession]:
    yield kept.of(self)


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    patience = aiohttp.ClientTimeout(total=settings().action_timeout)
    yield Replacement(EndpointConfig, "session", _session)
    yield Replacement(rasa.core.actions.action, "DEFAULT_REQUEST_TIMEOUT", patience)
