"""Many streams and steady messages on one server: none lost, none twice (bench/website.py measures the real size)."""

import asyncio
import itertools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bench import website, website_client
from bench.plan import BenchError
from bench.website import Load, Run, checked, rates
from bench.website_visitor import Message, Visitor, shown
from tests.kefu.channels.website.conftest import own_database  # noqa: F401  # a fixture
from tests.website_server import Bot, website_server

WELL: dict[str, Any] = {
    **{name: 100 for name in ("sent", "acknowledged", "answered")},
    **{name: 0 for name in ("doubled", "wrong", "surplus", "gaps", "breaks")},
    "behind": 1.1,
}


def made(load: Load, **changes: Any) -> Run:
    return Run("product", load, {**WELL, **changes}, 1, 0.01)


def measured(behind: Callable[[float], float], loads: list[float]) -> Callable[[Load], Run]:
    """A server whose last answer is so late, by rate; notes what it was asked."""

    def put(load: Load) -> Run:
        loads.append(load.rate)
        return made(load, behind=behind(load.rate))

    return put


async def test_no_message_is_lost_or_doubled(own_database) -> None:  # noqa: F811
    async with website_server() as server:
        client = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.website_client", server.url),
            *("--streams", "60", "--rate", "30", "--seconds", "4"),
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await asyncio.wait_for(client.communicate(), 90)
    found = json.loads(output)
    assert [found[name] for name in ("streams", "sent", "acknowledged", "answered")] == [60, 120, 120, 120]
    assert [found[name] for name in ("doubled", "wrong", "surplus", "gaps")] == [0] * 4
    assert 0 < found["acknowledge"]["p50"] < 60  # seconds


async def test_answers_that_are_missing_wrong_or_too_many_are_counted_within_a_bound(own_database) -> None:  # noqa: F811
    bot, end = Bot(), asyncio.Event()
    rehearsed = len(website_client.BRANDS) * len(website_client.QUESTIONS)
    calls = itertools.count(-rehearsed)

    async def answer(message: UserMessage) -> list[dict[str, Any]]:
        call = next(calls)
        if call == 3:
            await end.wait()
        said = "别的" if call == 5 else f"听到:{message.text}"
        return [{"text": said}] * (2 if call == 7 else 1)

    bot.answer = answer
    async with website_server(bot) as server:
        found = await asyncio.wait_for(website_client.run(server.url, 10, 10, 1, patience=5), 60)
        end.set()
    assert [found[name] for name in ("sent", "acknowledged", "answered")] == [10, 10, 9]
    assert [found[name] for name in ("doubled", "wrong", "surplus", "gaps")] == [0, 1, 1, 0]


async def test_a_load_that_cannot_begin_says_so(own_database, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(website_client, "OPENING", 0.2)
    bot, end = Bot(), asyncio.Event()

    async def answer(_: UserMessage) -> list[dict[str, Any]]:
        await end.wait()
        return [{"text": "好"}]

    bot.answer = answer
    async with website_server(bot) as server:
        with pytest.raises(BenchError, match="no answers in the rehearsal within"):
            await website_client.run(server.url, 2, 2, 1)
        end.set()


async def test_more_messages_than_there_are_questions_are_refused() -> None:
    with pytest.raises(BenchError, match="2 visitors have too few questions for 100 messages"):
        await website_client.run("http://127.0.0.1:9", 2, 10, 10)


async def test_a_message_is_answered_by_the_last_line_of_its_answer() -> None:
    lines = [{"who": "bot", "text": text} for text in ("退款", "还有", "充值")]
    refund, top_up = tuple(map(shown, lines[:2])), tuple(map(shown, lines[2:]))
    visitor = Visitor(None, "", "")  # type: ignore[arg-type]  # it asks nothing
    visitor.messages = {"m1": Message(0, refund, 2), "m2": Message(0, top_up, 3)}
    visitor.hear({"seq": 1, "who": "customer", "id": "m1"}, 1)
    visitor.hear({"seq": 2, **lines[0]}, 2)
    assert visitor.messages["m1"].answered is None
    visitor.hear({"seq": 3, **lines[1]}, 3)
    visitor.hear({"seq": 4, **lines[0]}, 4)
    assert [message.answered for message in visitor.messages.values()] == [3, 4]
    assert (visitor.wrong, visitor.surplus, visitor.has_gap) == (1, 0, False)
    visitor.hear({"seq": 4, **lines[0]}, 5)
    visitor.hear({"seq": 5, "who": "customer", "id": "m1"}, 6)
    assert (visitor.surplus, visitor.has_gap, visitor.messages["m1"].copies) == (1, True, 2)


def test_a_run_with_a_loss_is_refused_with_the_number() -> None:
    load = Load(500, 50, 20)
    assert checked(made(load)).problem == ""
    with pytest.raises(BenchError, match=r"500 streams, 50 messages/s, 100 in all: 3 answers were missing 30 s after"):
        checked(made(load, answered=97))
    for name in ("doubled", "wrong", "surplus", "gaps"):
        with pytest.raises(BenchError, match="2 "):
            checked(made(load, **{name: 2}))


@pytest.mark.parametrize(
    ("limit", "asked", "kept_up"),
    [
        (200, [50, 75, 100], [True, True, True]),
        (60, [50, 75], [True, False]),
        (30, [50, 25], [True, False]),  # the lower comes first in the report
        (20, [50, 25], [False, False]),
    ],
)
def test_a_full_run_looks_for_the_highest_rate_that_is_carried(
    limit: float, asked: list[float], kept_up: list[bool]
) -> None:
    loads: list[float] = []
    runs = rates(Load(500, 50, 20), measured(lambda rate: 3 * rate / limit, loads), is_full=True)
    assert loads == asked
    assert [run.load.rate for run in runs] == sorted(asked)
    assert [run.kept_up for run in runs] == kept_up


def test_a_quick_run_has_one_rate() -> None:
    loads: list[float] = []
    assert len(rates(Load(100, 20, 5), measured(lambda _: 1, loads), is_full=False)) == len(loads) == 1


def test_a_loss_at_a_rate_that_is_too_high_is_shown_at_the_lowest_it_is_refused() -> None:
    load = Load(500, 50, 20)
    lossy = rates(load, lambda load: made(load, answered=97 if load.rate > 50 else 100), is_full=True)
    assert [run.problem for run in lossy] == ["", "3 answers were missing"]
    with pytest.raises(BenchError, match="25 messages/s"):
        rates(load, lambda load: made(load, answered=97), is_full=True)


def test_the_channel_alone_carries_a_small_load(tmp_path: Path) -> None:
    with website.channel(tmp_path) as (process, url):
        run = checked(website.put("channel", process, url, Load(20, 20, 1)))
    assert run.result["answered"] == 20
    assert run.result["answer"]["p50"] > 1, "the joining window is part of it"
    assert 0 < run.cpu < 1


def test_a_client_that_cannot_begin_is_an_error_of_the_benchmark(tmp_path: Path) -> None:
    with website.channel(tmp_path) as (process, url), pytest.raises(BenchError, match="too few questions"):
        website.put("channel", process, url, Load(1, 20, 1))
