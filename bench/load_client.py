"""A client in a process of its own: `python -m bench.load_client`; the job comes as JSON on stdin, results on stdout.

Asyncio streams and kept connections, nothing more, so that it takes little of the machine from the servers.
Job: `{url, seconds, talks: [{sender, messages}]}`; the talks run side by side, each on its own connection, one
message after the other; no message begins after `seconds`. Result: `{wall, talks: [[[seconds, status, text], …], …]}`;
`wall`: from the first request to the last answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any
from urllib.parse import urlsplit

_PATIENCE = 60.0  # seconds for one answer


async def run(job: dict[str, Any]) -> dict[str, Any]:
    """Do a job."""
    address = urlsplit(job["url"])
    if address.hostname != "127.0.0.1":
        raise ValueError("only this machine is put under load")
    lines = [await asyncio.open_connection("127.0.0.1", address.port) for _ in job["talks"]]
    start = time.perf_counter()
    deadline = start + job["seconds"]
    talks = await asyncio.gather(
        *(_talk(line, address.path, talk, deadline) for line, talk in zip(lines, job["talks"], strict=True))
    )
    wall = time.perf_counter() - start
    for _, writer in lines:
        writer.close()
    return {"wall": wall, "talks": talks}


async def _talk(line: Any, path: str, talk: dict[str, Any], deadline: float) -> list[tuple[float, int, str]]:
    reader, writer = line
    turns = []
    for text in talk["messages"]:
        start = time.perf_counter()
        if start > deadline:
            break
        writer.write(_request(path, {"sender": talk["sender"], "message": text}))
        status, body = await asyncio.wait_for(_answer(reader), _PATIENCE)
        turns.append((time.perf_counter() - start, status, _text(body)))
    return turns


def _request(path: str, message: dict[str, str]) -> bytes:
    body = json.dumps(message).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"{head}\r\n\r\n".encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


def _text(body: bytes) -> str:
    """The bot's words; empty where it has said nothing."""
    try:
        return "\n".join(reply.get("text") or "" for reply in json.loads(body))
    except (ValueError, AttributeError, TypeError):
        return ""


if __name__ == "__main__":
    json.dump(asyncio.run(run(json.load(sys.stdin))), sys.stdout)
