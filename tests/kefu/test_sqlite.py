"""SQLite on the event loop: writers of a process take turns, and a busy file keeps nobody else from running."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kefu import sqlite
from kefu.database import Database


@pytest.fixture
async def counted(tmp_path: Path) -> Database:
    opened = Database(f"sqlite:///{tmp_path}/counted.db")
    async with opened.transaction() as transaction:
        await transaction.execute(text("CREATE TABLE counted (n INTEGER)"))
        await transaction.execute(text("INSERT INTO counted VALUES (0)"))
    return opened


async def count_up(database: Database, pause: float = 0.0) -> None:
    async with database.transaction() as transaction:
        found = (await transaction.execute(text("SELECT n FROM counted"))).scalar_one()
        await asyncio.sleep(pause)
        await transaction.execute(text("UPDATE counted SET n = :n"), {"n": found + 1})


async def test_writers_that_pause_in_the_midst_lose_nothing(counted: Database) -> None:
    await asyncio.gather(*(count_up(counted, 0.001) for _ in range(20)))
    async with counted.read() as session:
        assert (await session.execute(text("SELECT n FROM counted"))).scalar_one() == 20


async def test_only_one_of_a_process_waits_for_another_process(
    counted: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: set[int] = set()
    tried = asyncio.Event()
    begun = sqlite._has_begun

    def noting(connection: sqlite3.Connection, writes: bool, is_last: bool) -> bool:
        tries.add(id(connection))
        tried.set()
        return begun(connection, writes, is_last)

    monkeypatch.setattr(sqlite, "_has_begun", noting)
    other = sqlite3.connect(counted.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = [asyncio.create_task(count_up(counted)) for _ in range(5)]
    await tried.wait()
    assert len(tries) == 1 and not any(task.done() for task in waiting)
    other.execute("ROLLBACK")
    await asyncio.gather(*waiting)


async def test_who_waits_too_long_hears_it_as_an_error_of_the_database(
    counted: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_LOCK_WAIT", 0.05)
    async with counted.transaction():
        with pytest.raises(SQLAlchemyError, match="busy"):
            await asyncio.create_task(count_up(counted))
    await count_up(counted)


async def test_a_waiter_that_is_cancelled_leaves_the_turn_to_the_next(counted: Database) -> None:
    async with counted.transaction():
        gone, stays = (asyncio.create_task(count_up(counted)) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
    await stays
    assert gone.cancelled() or isinstance(gone.exception(), asyncio.CancelledError)
