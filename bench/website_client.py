"""Many visitors of the website at once, in a process of their own: `python -m bench.website_client URL …`.

Each has a session and an open event stream; messages go out at a steady rate, whoever's turn it is. Prints what
became of every message as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

QUESTIONS = ("退款多久到账", "余额在哪里看", "提现要手续费吗", "充值没到账", "怎么改手机号", "你好")
_AT_ONCE = 20  # sessions and streams that are opened at the same time
_PATIENCE = 30.0  # seconds for the last answers


@dataclass
class Sent:
    """A message: moments of the loop's clock at which it went out, was acknowledged, was seen, and was answered."""

    sent: float
    acknowledged: float | None = None
    seen: float | None = None
    answered: float | None = None
    copies: int = 0
    is_over: asyncio.Event = field(default_factory=asyncio.Event)  # answered


@dataclass
class Visitor:
    """A session, and what its stream brought."""

    http: aiohttp.ClientSession
    url: str
    headers: dict[str, str]
    messages: dict[str, Sent] = field(default_factory=dict)
    waiting: list[Sent] = field(default_factory=list)  # seen, not answered
    seqs: list[int] = field(default_factory=list)

    async def listen(self, is_open: asyncio.Future[None]) -> None:
        """Follow the stream, coming back where it left off when it breaks."""
        while True:
            last = str(self.seqs[-1] if self.seqs else 0)
            try:
                async with self.http.get(
                    f"{self.url}/events", headers={**self.headers, "Last-Event-ID": last}
                ) as answer:
                    if not is_open.done():
                        is_open.set_result(None)
                    async for row in answer.content:
                        if row.startswith(b'data: {"seq"'):
                            self._hear(json.loads(row[6:]))
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(1)

    def _hear(self, line: dict[str, Any]) -> None:
        now = time.monotonic()
        self.seqs.append(line["seq"])
        if line["who"] == "customer":
            message = self.messages[line["id"]]
            message.copies += 1
            message.seen = message.seen or now
            self.waiting.append(message)
        else:
            for message in self.waiting:
                message.answered = now
                message.is_over.set()
            self.waiting.clear()

    async def say(self, message_id: str, text: str) -> None:
        """Send a message, again and again until it is acknowledged."""
        message = self.messages[message_id] = Sent(time.monotonic())
        while message.acknowledged is None:
            try:
                body = {"id": message_id, "text": text}
                async with self.http.post(f"{self.url}/messages", json=body, headers=self.headers) as answer:
                    if answer.status == 202:
                        message.acknowledged = time.monotonic()
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(1)


async def run(url: str, streams: int, rate: float, seconds: float) -> dict[str, Any]:
    """Measure; the counts and latencies (seconds)."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(None)) as http:
        gate = asyncio.Semaphore(_AT_ONCE)
        visitors = await asyncio.gather(*(_arrive(http, url, gate) for _ in range(streams)))
        listening = await _listen(visitors)
        sending = await _send(visitors, rate, seconds)
        await asyncio.wait(sending, timeout=_PATIENCE)
        answers = [asyncio.create_task(m.is_over.wait()) for visitor in visitors for m in visitor.messages.values()]
        await asyncio.wait(answers, timeout=_PATIENCE)
        for task in (*listening, *sending, *answers):
            task.cancel()
        return _result(visitors)


async def _arrive(http: aiohttp.ClientSession, url: str, gate: asyncio.Semaphore) -> Visitor:
    async with gate, http.post(f"{url}/session", json={"brand": random.choice(["post", "my"])}) as answer:
        answer.raise_for_status()
        return Visitor(http, url, {"Authorization": f"Bearer {(await answer.json())['token']}"})


async def _listen(visitors: list[Visitor]) -> list[asyncio.Task[None]]:
    """Open all streams; returns when they are open."""
    tasks = []
    loop = asyncio.get_running_loop()
    for group in range(0, len(visitors), _AT_ONCE):
        opened = [loop.create_future() for _ in visitors[group : group + _AT_ONCE]]
        pairs = zip(visitors[group : group + _AT_ONCE], opened, strict=True)
        tasks += [asyncio.create_task(visitor.listen(is_open)) for visitor, is_open in pairs]
        await asyncio.gather(*opened)
    return tasks


async def _send(visitors: list[Visitor], rate: float, seconds: float) -> list[asyncio.Task[None]]:
    """Send at a steady rate, however long the answers take."""
    tasks = []
    start = time.monotonic()
    turns = itertools.cycle(visitors)
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(next(turns).say(f"m{number}", QUESTIONS[number % len(QUESTIONS)])))
    return tasks


def _result(visitors: list[Visitor]) -> dict[str, Any]:
    messages = [message for visitor in visitors for message in visitor.messages.values()]
    gaps = sum(visitor.seqs != list(range(1, len(visitor.seqs) + 1)) for visitor in visitors)
    return {
        "sent": len(messages),
        "acknowledged": sum(message.acknowledged is not None for message in messages),
        "seen": sum(message.copies >= 1 for message in messages),
        "doubled": sum(message.copies > 1 for message in messages),
        "answered": sum(message.answered is not None for message in messages),
        "streams": len(visitors),
        "streams_with_gaps": gaps,
        "acknowledge": _latencies([m.acknowledged - m.sent for m in messages if m.acknowledged]),
        "answer": _latencies([m.answered - m.sent for m in messages if m.answered]),
    }


def _latencies(values: list[float]) -> dict[str, float]:
    ordered = sorted(values) or [float("nan")]
    return {name: ordered[int(part * (len(ordered) - 1))] for name, part in (("p50", 0.5), ("p99", 0.99))}


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="…/webhooks/website")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50, help="messages a second, all together")
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args(arguments)
    print(json.dumps(asyncio.run(run(options.url, options.streams, options.rate, options.seconds))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
