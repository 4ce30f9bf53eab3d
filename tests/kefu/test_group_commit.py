"""Group commit: many blocks, few commits, and each block is there or not there for itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, event, insert, select

from kefu import group_commit
from kefu.database import Database

NUMBERS = Table("numbers", MetaData(), Column("number", Integer, primary_key=True))


class Counted:
    """A database of numbers that counts its commits."""

    def __init__(self, path: Path) -> None:
        self.database, self.url = Database(f"sqlite:///{path}"), f"sqlite:///{path}"
        self.commits = 0

    async def add(self, number: int) -> None:
        async with self.database.transaction() as transaction:
            await transaction.execute(insert(NUMBERS).values(number=number))

    async def numbers(self) -> list[int]:
        """As another process sees them."""
        other = Database(self.url)
        async with other.read() as session:
            found = list((await session.execute(select(NUMBERS.c.number).order_by(NUMBERS.c.number))).scalars())
        await other.close()
        return found


@pytest.fixture
async def counted(tmp_path: Path) -> AsyncIterator[Counted]:
    counted = Counted(tmp_path / "numbers.db")
    async with counted.database.transaction() as transaction:
        await transaction.run_sync(NUMBERS.create)

    def count(_: Any) -> None:
        counted.commits += 1

    event.listen(counted.database._engine.sync_engine, "commit", count)
    yield counted
    await counted.database.close()


async def test_blocks_that_wait_share_a_commit_and_are_on_disk_when_they_end(counted: Counted) -> None:
    async def add_and_look(number: int) -> bool:
        await counted.add(number)
        return number in await counted.numbers()

    assert all(await asyncio.gather(*(add_and_look(number) for number in range(100))))
    assert counted.commits <= 20
    await counted.add(100)
    assert await counted.numbers() == list(range(101))


async def test_a_block_that_fails_takes_back_only_itself(counted: Counted) -> None:
    async def add(number: int) -> None:
        async with counted.database.transaction() as transaction:
            await transaction.execute(insert(NUMBERS).values(number=number))
            if not number % 3:
                raise ValueError(number)

    results = await asyncio.gather(*(add(number) for number in range(10)), return_exceptions=True)
    assert [isinstance(result, ValueError) for result in results] == [not number % 3 for number in range(10)]
    assert await counted.numbers() == [number for number in range(10) if number % 3]


async def test_a_statement_that_fails_takes_back_only_its_block(counted: Counted) -> None:
    results = await asyncio.gather(*(counted.add(number // 2) for number in range(10)), return_exceptions=True)
    assert sum(result is None for result in results) == 5
    assert await counted.numbers() == list(range(5))


async def test_a_commit_that_fails_is_told_to_all_its_blocks(counted: Counted) -> None:
    def fail(_: Any) -> None:
        raise OSError("disk full")

    event.listen(counted.database._engine.sync_engine, "commit", fail)
    results = await asyncio.gather(*(counted.add(number) for number in range(5)), return_exceptions=True)
    assert all(isinstance(result, OSError) for result in results)
    event.remove(counted.database._engine.sync_engine, "commit", fail)
    assert await counted.numbers() == []
    await counted.add(7)
    assert await counted.numbers() == [7]


@pytest.mark.parametrize("steps", range(8))
async def test_who_gives_up_waiting_does_not_hold_up_those_before(counted: Counted, steps: int) -> None:
    """Whatever step of the handing over the cancellation meets; in the midst of a statement it costs all of them,
    and they are told so."""
    in_block, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with counted.database.transaction() as transaction:
            await transaction.execute(insert(NUMBERS).values(number=1))
            in_block.set()
            await go_on.wait()

    first = asyncio.create_task(slow())
    await in_block.wait()
    second = asyncio.create_task(counted.add(2))
    await asyncio.sleep(0)
    go_on.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait_for(asyncio.gather(first, second, return_exceptions=True), 20)
    assert (1 in await counted.numbers()) == (first.exception() is None)
    await asyncio.wait_for(counted.add(3), 20)


async def test_nobody_waits_for_ever(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_commit, "PATIENCE", 0.05)
    in_block, go_on = asyncio.Event(), asyncio.Event()

    async def hangs() -> None:
        async with counted.database.transaction():
            in_block.set()
            await go_on.wait()

    first = asyncio.create_task(hangs())
    await in_block.wait()
    with pytest.raises(TimeoutError, match="busy"):
        await asyncio.wait_for(counted.add(1), 20)
    go_on.set()
    await asyncio.wait_for(first, 20)
    await counted.add(2)
    assert await counted.numbers() == [2]


async def test_sessions_and_blocks_take_turns(counted: Counted) -> None:
    async def write(number: int) -> None:
        async with counted.database.write() as session:
            await session.execute(insert(NUMBERS).values(number=number))

    await asyncio.gather(*((write if number % 2 else counted.add)(number) for number in range(20)))
    assert await counted.numbers() == list(range(20))
