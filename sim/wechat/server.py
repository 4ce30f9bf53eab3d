"""The simulator as a web server on loopback: API, chat page, switches."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from sim.wechat.api import Api
from sim.wechat.pages import Pages
from sim.wechat.platform import Platform


def application(platform: Platform) -> Starlette:
    """All routes over one platform."""
    return Starlette(routes=[*Api(platform).routes(), *Pages(platform).routes()])


class _Guest(uvicorn.Server):
    """A server that leaves signals to whoever runs the loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


@asynccontextmanager
async def serving(platform: Platform, port: int) -> AsyncIterator[str]:
    """Serve in the running loop; yields the base address."""
    options: dict[str, Any] = {"log_level": "warning", "lifespan": "off", "timeout_graceful_shutdown": 1}
    server = _Guest(uvicorn.Config(application(platform), host="127.0.0.1", port=port, **options))
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
        await platform.close()
