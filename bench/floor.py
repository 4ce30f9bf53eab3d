"""Two bare servers: `python -m bench.floor PORT [NEXT]`. With NEXT, each message is passed on there and back.

What Rasa and its action server do at the least for a message, and nothing else: JSON in, a hop over a kept
connection, JSON out.
"""

from __future__ import annotations

import sys
from typing import Any

import aiohttp
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json


def app(following: str | None) -> Sanic:
    """The server; where `following` is given, it asks that address for the answer."""
    server = Sanic("floor")
    sessions: list[aiohttp.ClientSession] = []

    @server.listener("before_server_start")
    async def start(*_: Any) -> None:
        sessions.append(aiohttp.ClientSession())

    @server.listener("after_server_stop")
    async def stop(*_: Any) -> None:
        await sessions.pop().close()

    @server.get("/health")
    async def health(_: Request) -> HTTPResponse:
        return json({"status": "ok"})

    @server.post("/webhook")
    @server.post("/webhooks/rest/webhook", name="rest")
    async def receive(request: Request) -> HTTPResponse:
        message = request.json
        if following is None:
            return json([{"recipient_id": message["sender"], "text": message["message"]}], ensure_ascii=False)
        async with sessions[0].post(following, json=message) as answer:
            return json(await answer.json(), ensure_ascii=False)

    return server


if __name__ == "__main__":
    next_hop = sys.argv[2] if len(sys.argv) > 2 else None
    app(next_hop).run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False, motd=False)
