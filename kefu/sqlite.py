"""SQLite for asyncio without threads: a statement takes less time than the way to another thread and back."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from itertools import chain, repeat
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import TimeoutError as WaitedTooLong
from sqlalchemy.util.concurrency import await_only

from kefu.fifo import FifoLocks

DRIVER = "sqlite+inloop"

# What is deleted is overwritten: somebody who was forgotten must not be found in the file's free pages.
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=10000")

_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, FifoLocks] = WeakKeyDictionary()

_LOCK_WAIT = 10.0  # seconds that a writer waits for others
_TRY = 5  # milliseconds of these that SQLite may spend waiting itself, while the event loop stands still


class InLoopDialect(SQLiteDialect_pysqlite):
    """Python's own driver, called on the event loop."""

    driver = "inloop"
    is_async = True  # for SQLAlchemy's AsyncEngine, which calls it in a greenlet
    supports_statement_cache = True

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Run a statement; SQLAlchemy wants to see that something is awaited."""
        await_only(_nothing())
        cursor.execute(statement, parameters)

    def do_executemany(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Run a statement for many rows."""
        await_only(_nothing())
        cursor.executemany(statement, parameters)


async def _nothing() -> None:
    """Ends at once, without giving way to others."""


def register() -> None:
    """Make the driver known to SQLAlchemy."""
    registry.register("sqlite.inloop", __name__, InLoopDialect.__name__)


def prepare(connection: Any) -> None:
    """Durable WAL, and transactions that we begin ourselves (the driver would begin them too late)."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def prepare_in_loop(connection: Any) -> None:
    """As `prepare`, for a connection on the event loop, which must not stand still while another process writes."""
    prepare(connection)
    connection.execute(f"PRAGMA busy_timeout={_TRY}")


@asynccontextmanager
async def writer(path: str) -> AsyncIterator[None]:
    """Our turn among this event loop's writers to a file, first come, first served.

    Whoever waits for another process spends milliseconds of the loop on each try: so only one of us does.

    Raises:
        sqlalchemy.exc.TimeoutError: those before us took too long.
    """
    queues = _queues.setdefault(asyncio.get_running_loop(), FifoLocks())
    async with AsyncExitStack() as held:
        try:
            await held.enter_async_context(queues.hold(_file(path), _LOCK_WAIT))
        except TimeoutError as error:
            raise WaitedTooLong(f"the database was busy for {_LOCK_WAIT:.0f} s") from error
        yield


def _file(path: str) -> str:
    """One name for a file, however it is written."""
    return os.path.normpath(path)


def empty_log(path: str) -> None:
    """Move the write-ahead log into the file and cut it to nothing; until then it shows what was deleted.

    Waits for readers for as long as writers do; where one stays, the next checkpoint does it.
    """
    with closing(sqlite3.connect(path, timeout=_LOCK_WAIT)) as connection:
        prepare(connection)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def begin(connection: sqlite3.Connection, writes: bool) -> None:
    """Begin in a greenlet of SQLAlchemy's; others run while this one waits to write.

    Raises:
        sqlite3.OperationalError: somebody else writes, and does not end.
    """
    for pause in _pauses():
        if _has_begun(connection, writes, is_last=pause is None):
            return
        await_only(asyncio.sleep(pause or 0))


async def begin_async(connection: sqlite3.Connection, writes: bool) -> None:
    """As `begin`, in a coroutine."""
    for pause in _pauses():
        if _has_begun(connection, writes, is_last=pause is None):
            return
        await asyncio.sleep(pause or 0)


def _pauses() -> Iterator[float | None]:
    """Seconds between the tries; None for the last."""
    short = 0.001
    return chain(repeat(short, 20), repeat(0.01, int(_LOCK_WAIT / 0.015)), [None])


def _has_begun(connection: sqlite3.Connection, writes: bool, is_last: bool) -> bool:
    """Taking the write lock at the start, a transaction never fails half-way for want of it."""
    try:
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    except sqlite3.OperationalError as error:
        if is_last or "locked" not in str(error):
            raise
        return False
    return True
