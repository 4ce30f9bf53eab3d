"""Incident notices: told while they last, to whom and where they matter, and read seldom."""

import asyncio

import pytest
from sqlalchemy import select

from kefu.database import Database
from kefu.desk import notices as module
from kefu.desk.models import Notice
from kefu.desk.notices import NoticeService


class Clock:
    """Stands in for monotonic(), so that no test waits."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr(module, "monotonic", stopped)
    return stopped


@pytest.fixture
def notices(database: Database) -> NoticeService:
    return NoticeService(database)


async def test_without_an_incident_nothing_is_told(notices: NoticeService) -> None:
    assert await notices.active("post") == []
    assert await notices.active("post", "refund") == []


async def test_the_switch_works_at_once_where_it_is_turned(notices: NoticeService) -> None:
    assert await notices.active("post", "fee") == []
    await notices.switch_on("post", "充值通道维护中")
    assert await notices.active("post", "fee") == ["充值通道维护中"]
    assert await notices.switch_off("post") == 1
    assert await notices.active("post", "fee") == []


@pytest.mark.parametrize(
    ("topics", "asked", "is_told"),
    [
        ([], "refund", True),
        ([], None, True),
        (["top_up", "top_up_arrival"], "top_up_arrival", True),
        (["top_up"], "refund", False),
        (["top_up"], "top_up_arrival", False),
        (["top_up"], None, True),
    ],
)
async def test_a_notice_is_told_where_it_matters(
    notices: NoticeService, topics: list[str], asked: str | None, is_told: bool
) -> None:
    await notices.switch_on("post", "维护中", topics)
    assert await notices.active("post", asked) == (["维护中"] if is_told else [])


async def test_brands_do_not_hear_of_each_other(notices: NoticeService) -> None:
    await notices.switch_on("post", "邮政维护")
    await notices.switch_on("my", "MY维护")
    assert (await notices.active("post"), await notices.active("my")) == (["邮政维护"], ["MY维护"])
    await notices.switch_off("post")
    assert (await notices.active("post"), await notices.active("my")) == ([], ["MY维护"])


async def test_several_are_told_in_the_order_of_switching(notices: NoticeService) -> None:
    numbers = [await notices.switch_on("post", text) for text in ("甲", "乙", "丙")]
    assert numbers == sorted(set(numbers))
    assert await notices.active("post") == ["甲", "乙", "丙"]
    assert await notices.switch_off("post") == 3
    assert await notices.switch_off("post") == 0


async def test_another_process_hears_within_two_seconds(database: Database, clock: Clock) -> None:
    desk, bot = NoticeService(database), NoticeService(database)
    assert await bot.active("post") == []
    await desk.switch_on("post", "维护中")
    clock.now += 1.9
    assert await bot.active("post") == []
    clock.now += 0.1
    assert await bot.active("post") == ["维护中"]
    await desk.switch_off("post")
    clock.now += 2
    assert await bot.active("post") == []


async def test_a_busy_bot_reads_once_in_two_seconds(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot, reads, read = NoticeService(database), [], database.read
    monkeypatch.setattr(database, "read", lambda: reads.append(clock.now) or read())
    for _ in range(40):
        await bot.active("post", "refund")
        clock.now += 0.125
    assert reads == [100.0, 102.0, 104.0]


async def test_nothing_is_lost_by_switching_off(notices: NoticeService, database: Database) -> None:
    await notices.switch_on("post", "维护中", ["top_up"])
    await notices.switch_off("post")
    async with database.read() as session:
        [kept] = (await session.execute(select(Notice))).scalars()
    assert (kept.brand, kept.text, kept.topics) == ("post", "维护中", ["top_up"])
    assert kept.began_at <= kept.ended_at


async def test_parallel_switches_count_each_notice_once(database: Database) -> None:
    services = [NoticeService(database) for _ in range(4)]
    await asyncio.gather(*(service.switch_on("post", str(i)) for i, service in enumerate(services)))
    ended = await asyncio.gather(*(service.switch_off("post") for service in services))
    assert sorted(ended) == [0, 0, 0, 4]


async def test_a_database_that_does_not_answer_costs_the_notices_only(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = NoticeService(database)
    await bot.switch_on("post", "维护中")
    assert await bot.active("post") == ["维护中"]

    def fail() -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(database, "read", fail)
    clock.now += 2
    assert await bot.active("post") == ["维护中"]
