"""Makes what is written at about the same time durable at once: the disk is what many turns would wait for most."""

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

from kefu import sqlite

Write = Callable[[sqlite3.Connection], Any]


class GroupCommit:
    """The next transaction of one connection on one event loop: it begins in the loop's next round."""

    def __init__(self, path: str, connection: sqlite3.Connection) -> None:
        """A transaction that nobody is in yet.

        Args:
            path: of the file; its writers take turns.
        """
        self._path = path
        self._connection = connection
        self._writes: list[tuple[Write, asyncio.Future[Any]]] = []
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._has_begun = False

    @property
    def is_open(self) -> bool:
        """Whether more can be written in it."""
        return not self._has_begun and self._loop is asyncio.get_running_loop()

    async def write(self, write: Write) -> Any:
        """What `write` returns, once that is durable; what it raises, undone alone.

        Whoever is cancelled before the transaction begins has written nothing. Where another process keeps the file for
        too long, all that have come meanwhile hear so with the first.
        """
        assert self.is_open, "it has begun: nobody would see to this any more"
        done: asyncio.Future[Any] = self._loop.create_future()
        self._writes.append((write, done))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        try:
            async with sqlite.writer(self._path):
                await sqlite.begin_async(self._connection, writes=True)
                self._has_begun = True
                wanted = [(write, done) for write, done in self._writes if not done.done()]
                run = _one if len(wanted) > 1 else _alone
                outcomes = [run(self._connection, write) for write, _ in wanted]
                self._connection.commit()
        except BaseException as error:
            self._has_begun = True
            self._fail(error)
            self._connection.rollback()
            if not isinstance(error, Exception):
                raise
            return
        for (_, done), outcome in zip(wanted, outcomes, strict=True):
            outcome(done)

    def _fail(self, error: BaseException) -> None:
        for _, done in self._writes:
            if done.done():
                continue
            if isinstance(error, Exception):
                done.set_exception(error)
            else:
                done.cancel()


def _one(connection: sqlite3.Connection, write: Write) -> Callable[[asyncio.Future[Any]], None]:
    """Write; returns what tells the outcome to whoever waits, when the whole is durable."""
    connection.execute("SAVEPOINT one")
    try:
        result = write(connection)
    except Exception as error:
        if not connection.in_transaction:  # a full disk: SQLite has rolled everything back by itself
            raise
        connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
        failure = error
        return lambda done: done.set_exception(failure)
    connection.execute("RELEASE one")
    return lambda done: done.set_result(result)


def _alone(connection: sqlite3.Connection, write: Write) -> Callable[[asyncio.Future[Any]], None]:
    """As `_one`, where there is nothing beside it to keep: what it raises undoes the transaction."""
    result = write(connection)
    return lambda done: done.set_result(result)
