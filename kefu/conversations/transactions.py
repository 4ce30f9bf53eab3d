"""Whole transactions of plain SQL, for what every turn does: SQLite on the event loop, PostgreSQL one hop off it."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
from sqlalchemy.engine import URL, make_url

from kefu import sqlite
from kefu.conversations.group_commit import GroupCommit

T = TypeVar("T")

_POSTGRES_CONNECTIONS = 4
# A server that is gone without a word, or somebody who does not let go, must not hold a thread for ever.
_LIMITS = {
    "connect_timeout": 5,  # seconds
    "tcp_user_timeout": 10_000,  # milliseconds
    "options": "-c lock_timeout=10s -c statement_timeout=30s",
}


class DuplicateKeyError(Exception):
    """A row with this key is there already."""


class Cursor:
    """Runs SQL with `?` for values, in either database."""

    def __init__(self, cursor: Any, is_sqlite: bool) -> None:
        self._cursor = cursor
        self.is_sqlite = is_sqlite

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; returns the number of rows that it changed.

        Raises:
            DuplicateKeyError: the key is taken.
        """
        try:
            self._cursor.execute(sql if self.is_sqlite else sql.replace("?", "%s"), values)
        except (sqlite3.IntegrityError, psycopg2.IntegrityError) as error:
            raise DuplicateKeyError(str(error)) from error
        changed: int = self._cursor.rowcount
        return changed

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query finds."""
        self.execute(sql, values)
        return [tuple(row) for row in self._cursor.fetchall()]


Work = Callable[[Cursor], T]


class Transactions:
    """Runs functions of a cursor, each as one transaction; errors of the drivers reach the caller."""

    def __init__(self, url: str) -> None:
        """Connects at the first use."""
        self._url = make_url(url)
        self._backend = _Sqlite(self._url) if self._url.get_backend_name() == "sqlite" else _Postgres(self._url)

    async def write(self, work: Work[T]) -> T:
        """Run in a transaction that commits at the end and is rolled back by an exception."""
        return await self._backend.run(work, writes=True)

    async def read(self, work: Work[T]) -> T:
        """Run in a transaction that only reads."""
        return await self._backend.run(work, writes=False)

    def read_now(self, work: Work[T]) -> T:
        """As `read`, for a caller that cannot wait."""
        return self._backend.run_now(work)

    def close(self) -> None:
        """Close all connections; nothing may run any more."""
        self._backend.close()


class _Sqlite:
    """One connection on the event loop: no network, and no transaction here waits for anything while it is open."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database or "")
        self._connection: sqlite3.Connection | None = None
        self._next: GroupCommit | None = None

    async def run(self, work: Work[T], writes: bool) -> T:
        connection = self._open()
        if not writes:
            await sqlite.begin_async(connection, writes)
            return self._finish(connection, work)
        if self._next is None or not self._next.is_open:
            self._next = GroupCommit(str(self._path), connection)
        result: T = await self._next.write(lambda opened: work(Cursor(opened.cursor(), is_sqlite=True)))
        return result

    def run_now(self, work: Work[T]) -> T:
        connection = self._open()
        connection.execute("BEGIN")
        return self._finish(connection, work)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._next = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._path, check_same_thread=False)
            try:
                sqlite.prepare_in_loop(connection)
            except BaseException:  # a full disk, say: next time anew, or it would do without being prepared
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _finish(self, connection: sqlite3.Connection, work: Work[T]) -> T:
        try:
            result = work(Cursor(connection.cursor(), is_sqlite=True))
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        return result


class _Postgres:
    """A few connections, each with a thread of its own."""

    def __init__(self, url: URL) -> None:
        self._address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._threads = ThreadPoolExecutor(_POSTGRES_CONNECTIONS, thread_name_prefix="conversations")
        self._here = threading.local()
        self._open: list[Any] = []

    async def run(self, work: Work[T], writes: bool) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run_now, work)

    def run_now(self, work: Work[T]) -> T:
        connection = self._connection()
        try:
            result = self._work(connection, work)
        except psycopg2.Error:
            if not connection.closed:
                raise
            # The server had closed it while it was idle. Nothing was committed, so do it on a new one.
            self._forget(connection)
            connection = self._connection()
            result = self._work(connection, work)
        connection.commit()
        return result

    def close(self) -> None:
        self._threads.shutdown()
        while self._open:
            self._open.pop().close()
        self._here = threading.local()

    def _work(self, connection: Any, work: Work[T]) -> T:
        try:
            return work(Cursor(connection.cursor(), is_sqlite=False))
        except BaseException:
            if not connection.closed:
                connection.rollback()
            raise

    def _connection(self) -> Any:
        found = getattr(self._here, "connection", None)
        if found is None or found.closed:
            found = self._here.connection = psycopg2.connect(self._address, **_LIMITS)
            self._open.append(found)
        return found

    def _forget(self, connection: Any) -> None:
        self._here.connection = None
        self._open.remove(connection)
