"""What is written at the same time is durable at once, and what goes wrong is undone alone."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kefu import sqlite
from kefu.conversations.group_commit import GroupCommit
from kefu.conversations.transactions import Cursor, DuplicateKeyError, Transactions

Write = Callable[[sqlite3.Connection], Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kefu.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(path)
    sqlite.prepare_in_loop(opened)
    opened.execute(
        "CREATE TABLE said (text TEXT PRIMARY KEY, after TEXT REFERENCES said DEFERRABLE INITIALLY DEFERRED)"
    )
    yield opened
    opened.close()


def says(text: str, after: str | None = None) -> Write:
    def write(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO said VALUES (?, ?)", (text, after))
        return text

    return write


def stored(path: Path) -> list[str]:
    other = sqlite3.connect(path)
    try:
        return [text for (text,) in other.execute("SELECT text FROM said ORDER BY text")]
    finally:
        other.close()


async def test_all_of_a_round_is_one_transaction(path: Path, connection: sqlite3.Connection) -> None:
    ran: list[str] = []
    connection.set_trace_callback(ran.append)
    group = GroupCommit(str(path), connection)
    assert await asyncio.gather(*(group.write(says(text)) for text in "abc")) == ["a", "b", "c"]
    assert ran.count("COMMIT") == 1
    assert stored(path) == ["a", "b", "c"]
    assert not group.is_open


async def test_what_fails_is_undone_alone(path: Path, connection: sqlite3.Connection) -> None:
    def fails(opened: sqlite3.Connection) -> None:
        says("half")(opened)
        says("a")(opened)

    group = GroupCommit(str(path), connection)
    results = await asyncio.gather(
        group.write(says("a")), group.write(fails), group.write(says("c")), return_exceptions=True
    )
    assert results[0] == "a"
    assert isinstance(results[1], sqlite3.IntegrityError)
    assert results[2] == "c"
    assert stored(path) == ["a", "c"]


async def test_what_fails_without_company_is_undone(path: Path, connection: sqlite3.Connection) -> None:
    def fails(opened: sqlite3.Connection) -> None:
        says("half")(opened)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await GroupCommit(str(path), connection).write(fails)
    assert stored(path) == []
    assert await GroupCommit(str(path), connection).write(says("c")) == "c", "and the connection is fit for the next"
    assert stored(path) == ["c"]


async def test_where_the_whole_cannot_be_stored_everybody_hears_of_it(
    path: Path, connection: sqlite3.Connection
) -> None:
    group = GroupCommit(str(path), connection)
    results = await asyncio.gather(
        group.write(says("a")), group.write(says("b", after="nothing")), return_exceptions=True
    )
    assert [type(result) for result in results] == [sqlite3.IntegrityError] * 2
    assert stored(path) == []
    assert await GroupCommit(str(path), connection).write(says("c")) == "c", "and the connection is fit for the next"


async def test_a_connection_that_is_gone_leaves_nobody_waiting(path: Path, connection: sqlite3.Connection) -> None:
    group = GroupCommit(str(path), connection)
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError):
        await asyncio.wait_for(group.write(says("a")), 5)


async def test_a_full_disk_is_called_one(path: Path, connection: sqlite3.Connection) -> None:
    [(pages,)] = connection.execute("PRAGMA page_count")
    connection.execute(f"PRAGMA max_page_count={pages}")
    group = GroupCommit(str(path), connection)
    results = await asyncio.gather(
        group.write(says("a")), group.write(says("b" * 50_000)), group.write(says("c")), return_exceptions=True
    )
    assert [str(result) for result in results] == ["database or disk is full"] * 3
    assert stored(path) == []


async def test_nobody_joins_what_has_begun(path: Path, connection: sqlite3.Connection) -> None:
    group = GroupCommit(str(path), connection)
    await group.write(says("a"))
    with pytest.raises(AssertionError):
        await group.write(says("b"))


async def test_who_is_cancelled_in_time_has_written_nothing(path: Path, connection: sqlite3.Connection) -> None:
    group = GroupCommit(str(path), connection)
    async with sqlite.writer(str(path)):  # the group waits for its turn
        first, second = (asyncio.create_task(group.write(says(text))) for text in "ab")
        await asyncio.sleep(0)  # both are in the group now
        first.cancel()
        await asyncio.wait({first})
    assert await second == "b"
    assert stored(path) == ["b"]


async def test_transactions_of_one_round_are_grouped(path: Path, connection: sqlite3.Connection) -> None:
    transactions = Transactions(f"sqlite:///{path}")
    ran: list[str] = []

    def insert(text: str) -> Callable[[Cursor], int]:
        return lambda cursor: cursor.execute("INSERT INTO said VALUES (?, NULL)", (text,))

    await transactions.write(insert("first"))
    transactions._backend._connection.set_trace_callback(ran.append)  # type: ignore[union-attr]
    results = await asyncio.gather(
        *(transactions.write(insert(text)) for text in ("a", "first", "b")), return_exceptions=True
    )
    assert [results[0], results[2]] == [1, 1]
    assert isinstance(results[1], DuplicateKeyError)
    assert ran.count("COMMIT") == 1
    assert stored(path) == ["a", "b", "first"]
    transactions.close()
