"""Whole transactions in one hop off the event loop: plain SQL for what every turn does, where an ORM costs too much."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
from sqlalchemy.engine import make_url

from kefu.database import prepare_sqlite

T = TypeVar("T")

_POSTGRES_CONNECTIONS = 4
_LOCK_WAIT = 10.0  # seconds that SQLite waits for another writer


class DuplicateKeyError(Exception):
    """A row with this key is there already."""


class Cursor:
    """Runs SQL with `?` for values, in either database."""

    def __init__(self, cursor: Any, is_sqlite: bool) -> None:
        self._cursor = cursor
        self._is_sqlite = is_sqlite

    def execute(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; returns the number of rows that it changed.

        Raises:
            DuplicateKeyError: the key is taken.
        """
        try:
            self._cursor.execute(sql if self._is_sqlite else sql.replace("?", "%s"), values)
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
        self._url = make_url(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        # SQLite has one writer at a time anyway.
        workers = 1 if self.is_sqlite else _POSTGRES_CONNECTIONS
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="conversations")
        self._here = threading.local()
        self._open: list[Any] = []

    async def write(self, work: Work[T]) -> T:
        """Run in a transaction that commits at the end and is rolled back by an exception."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._attempt, work, True)

    async def read(self, work: Work[T]) -> T:
        """Run in a transaction that only reads."""
        if self.is_sqlite:
            return self.read_now(work)  # no network and, under WAL, no lock: cheaper than the way to a thread
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._attempt, work, False)

    def read_now(self, work: Work[T]) -> T:
        """As `read`, for a caller that cannot wait."""
        return self._attempt(work, False)

    def close(self) -> None:
        """Close all connections; nothing may run any more."""
        self._threads.shutdown()
        while self._open:
            self._open.pop().close()
        self._here = threading.local()

    def _attempt(self, work: Work[T], writes: bool) -> T:
        connection = self._connection()
        try:
            return self._transact(connection, work, writes)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if not connection.closed or getattr(self._here, "committing", False):
                raise
        # The server had closed it while it was idle; nothing was committed, so do it on a new one.
        self._forget(connection)
        return self._transact(self._connection(), work, writes)

    def _transact(self, connection: Any, work: Work[T], writes: bool) -> T:
        self._here.committing = False
        raw = connection.cursor()
        try:
            if self.is_sqlite:
                raw.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            result = work(Cursor(raw, self.is_sqlite))
            self._here.committing = True
            connection.commit()
            return result
        except BaseException:
            self._roll_back(connection)
            raise

    def _roll_back(self, connection: Any) -> None:
        try:
            connection.rollback()
        except (sqlite3.Error, psycopg2.Error):
            self._forget(connection)

    def _connection(self) -> Any:
        found = getattr(self._here, "connection", None)
        if found is None:
            found = self._here.connection = self._connect()
            self._open.append(found)
        return found

    def _forget(self, connection: Any) -> None:
        self._here.connection = None
        if connection in self._open:
            self._open.remove(connection)
        connection.close()

    def _connect(self) -> Any:
        if not self.is_sqlite:
            return psycopg2.connect(self._url.set(drivername="postgresql").render_as_string(hide_password=False))
        Path(self._url.database or "").parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._url.database or "", timeout=_LOCK_WAIT, check_same_thread=False)
        prepare_sqlite(connection, None)
        return connection
