"""Many visitors of the website at once, in a process of their own: `python -m bench.website_client URL …`.

Each has a session and an open event stream; messages go out at a steady rate, whoever's turn it is and however long
the answers take. What the answers have to be is found out beforehand, by a few visitors who have the server to
themselves. Prints what became of every message as JSON; ends within a bound, whatever the server does.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Awaitable, Sequence
from math import ceil, nan
from typing import Any, TypeVar

import aiohttp

from bench.load import quantile
from bench.plan import BenchError
from bench.website_visitor import Script, Visitor, new_session

T = TypeVar("T")
Part = tuple[str, Script]  # a brand, and what a visitor of its site says

QUESTIONS = ("退款多久到账", "余额在哪里看", "提现要手续费吗", "充值没到账", "怎么改手机号", "你好")
BRANDS = ("post", "my")
OPENING = 60.0  # seconds for the rehearsal, and again until all streams are open
PATIENCE = 30.0  # seconds for the last answers
SETTLING = 2.0  # seconds in which a second answer to the same message would come
_AT_ONCE = 20  # sessions and streams that are opened at the same time
_KEPT = 4.0  # seconds; the server closes connections that are idle for 5, and no request should meet that


async def run(url: str, streams: int, rate: float, seconds: float, patience: float = PATIENCE) -> dict[str, Any]:
    """Measure; the counts, and the latencies in seconds.

    Raises:
        BenchError: the load could not begin.
    """
    total = int(rate * seconds)
    each = ceil(total / streams)
    if each > len(QUESTIONS):
        raise BenchError(f"{streams} visitors have too few questions for {total} messages")
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT)
    async with aiohttp.ClientSession(connector=connector) as http:
        parts = await _within("answers in the rehearsal", _rehearse(http, url, each))
        present = await _within("open streams", _arrive_all(http, url, parts, streams))
        visitors = list(present)
        sending = await _send(visitors, total, rate)
        await _finish(visitors, sending, patience)
        _stop([*present.values(), *sending])
        return _result(visitors)


async def _within(what: str, coming: Awaitable[T]) -> T:
    try:
        return await asyncio.wait_for(coming, OPENING)
    except asyncio.TimeoutError as error:
        raise BenchError(f"no {what} within {OPENING:.0f} s") from error


async def _rehearse(http: aiohttp.ClientSession, url: str, each: int) -> list[Part]:
    """What visitors say, each brand's beginning with each of the questions, with the right answers."""

    async def alone(brand: str, first: int) -> Part:
        visitor, listening = await _arrive(http, url, brand)
        script = await visitor.rehearse((QUESTIONS * 2)[first : first + each])
        listening.cancel()
        return brand, script

    return await asyncio.gather(*itertools.starmap(alone, itertools.product(BRANDS, range(len(QUESTIONS)))))


async def _arrive_all(
    http: aiohttp.ClientSession, url: str, parts: Sequence[Part], streams: int
) -> dict[Visitor, asyncio.Task[None]]:
    """The visitors, and what follows their streams; returns when all are open."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def arrive(brand: str, script: Script) -> tuple[Visitor, asyncio.Task[None]]:
        async with gate:
            return await _arrive(http, url, brand, script)

    cast = itertools.islice(itertools.cycle(parts), streams)
    return dict(await asyncio.gather(*itertools.starmap(arrive, cast)))


async def _arrive(
    http: aiohttp.ClientSession, url: str, brand: str, script: Script = ()
) -> tuple[Visitor, asyncio.Task[None]]:
    visitor = Visitor(http, url, await new_session(http, url, brand), script)
    listening = asyncio.create_task(visitor.listen())
    await visitor.is_listening.wait()
    return visitor, listening


async def _send(visitors: Sequence[Visitor], total: int, rate: float) -> list[asyncio.Task[None]]:
    """Send at a steady rate, however long the answers take."""
    tasks = []
    start = time.monotonic()
    for number, visitor in zip(range(total), itertools.cycle(visitors)):
        await asyncio.sleep(max(0.0, start + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(visitor.speak(f"m{number}")))
    await asyncio.sleep(0)  # the last has begun as well: its answer is to be waited for
    return tasks


async def _finish(visitors: Sequence[Visitor], sending: Sequence[asyncio.Task[None]], patience: float) -> None:
    """Wait for the last acknowledgements and answers, within a bound, and for what may come in excess."""
    messages = [message for visitor in visitors for message in visitor.messages.values()]
    answers = [asyncio.create_task(message.is_answered.wait()) for message in messages]
    _, missing = await asyncio.wait([*sending, *answers], timeout=patience)
    for task in missing:
        task.cancel()
    await asyncio.sleep(SETTLING)


def _stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Stop what still runs; raises what ended a task: a fault of ours would look like one of the server's."""
    for task in tasks:
        if task.done() and not task.cancelled():
            task.result()
        task.cancel()


def _result(visitors: Sequence[Visitor]) -> dict[str, Any]:
    messages = [message for visitor in visitors for message in visitor.messages.values()]
    answered = [message.answered for message in messages if message.answered]
    return {
        "streams": len(visitors),
        "sent": len(messages),
        "acknowledged": sum(message.acknowledged is not None for message in messages),
        "answered": len(answered),
        "doubled": sum(message.copies > 1 for message in messages),
        "wrong": sum(visitor.wrong for visitor in visitors),
        "surplus": sum(visitor.surplus for visitor in visitors),
        "gaps": sum(visitor.has_gap for visitor in visitors),
        "breaks": sum(visitor.breaks for visitor in visitors),
        "behind": max(answered, default=nan) - max(message.sent for message in messages),
        "acknowledge": _latencies([m.acknowledged - m.sent for m in messages if m.acknowledged]),
        "answer": _latencies([m.answered - m.sent for m in messages if m.answered]),
    }


def _latencies(values: Sequence[float]) -> dict[str, float]:
    return {"p50": quantile(values or [nan], 0.5), "p99": quantile(values or [nan], 0.99)}


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", help="…/webhooks/website")
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50, help="messages a second, all together")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds for the last answers")
    options = parser.parse_args(arguments)
    try:
        result = asyncio.run(run(**vars(options)))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
