"""The product's own database: SQLite (WAL) by default, PostgreSQL by KEFU_DATABASE_URL; always asynchronous."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, nullcontext
from datetime import datetime, timezone
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg2
from sqlalchemy import BigInteger, DateTime, MetaData, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import declarative_base
from sqlalchemy.pool import AsyncAdaptedQueuePool
from sqlalchemy.types import TypeDecorator

from kefu import sqlite
from kefu.conversations.transactions import Cursor, Transactions, Work
from kefu.settings import settings

Base: Any = declarative_base(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
)

T = TypeVar("T")

_WRITES = "kefu_writes"


class UtcDateTime(TypeDecorator):
    """A moment: aware UTC in Python, whatever the database does with time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse a naive moment rather than guess its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """SQLite forgets the zone: put it back."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class Yuan(TypeDecorator):
    """An amount of money: Decimal yuan in Python, whole fen in the database (SQLite has no decimals)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> int | None:
        """Yuan to fen, rounded to whole fen."""
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Any) -> Decimal | None:
        """Fen to yuan."""
        return None if value is None else Decimal(value) / 100


class Database:
    """One database and its connections; belongs to the event loop that first uses it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _create_engine(self.url, self.is_sqlite)
        self._transactions = Transactions(self.url.render_as_string(hide_password=False))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; sees one consistent state."""
        engine = self._engine if self.is_sqlite else self._engine.execution_options(isolation_level="REPEATABLE READ")
        async with AsyncSession(engine, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self, *keys: str) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block and is rolled back by an exception.

        Args:
            keys: whoever names the same key waits until the other's transaction has ended
                (SQLite has one writer at a time anyway).
        """
        engine = self._engine.execution_options(**{_WRITES: True})
        async with self._turn(), AsyncSession(engine, expire_on_commit=False) as session, session.begin():
            await self._wait_for(session, keys)
            yield session

    @asynccontextmanager
    async def transaction(self, *keys: str) -> AsyncIterator[AsyncConnection]:
        """`write` for statements without objects."""
        async with self._turn(), self._engine.execution_options(**{_WRITES: True}).begin() as connection:
            await self._wait_for(connection, keys)
            yield connection

    async def apart(self, look: "Callable[[Database], Awaitable[T]]") -> T:
        """What `look` finds that reads for long: it gets the database to read from.

        SQLite is asked on the event loop, where everybody else would wait (decision 0069): there `look` runs in a
        thread with a loop and a connection of its own.
        """
        if not self.is_sqlite:
            return await look(self)

        async def alone() -> T:
            own = Database(self.url.render_as_string(hide_password=False))
            try:
                return await look(own)
            finally:
                await own.close()

        return await asyncio.to_thread(lambda: asyncio.run(alone()))

    async def quick(self, work: Work[T], *keys: str) -> T:
        """`write` for plain SQL, on the paths that every message takes: what SQLAlchemy adds costs more than the SQL.

        Args:
            work: all of the transaction; it may be run again where the connection had broken.
            keys: as in `write`.
        """

        def locked(cursor: Cursor) -> T:
            lock(cursor, *keys)
            return work(cursor)

        with _as_sqlalchemy():
            return await self._transactions.write(locked)

    async def quick_read(self, work: Work[T]) -> T:
        """`quick` for a transaction that only reads."""
        with _as_sqlalchemy():
            return await self._transactions.read(work)

    def _turn(self) -> AbstractAsyncContextManager[None]:
        """SQLite has one writer; those of this process take turns."""
        return sqlite.writer(self.url.database or "") if self.is_sqlite else nullcontext()

    async def _wait_for(self, transaction: AsyncSession | AsyncConnection, keys: tuple[str, ...]) -> None:
        if not self.is_sqlite:
            for key in sorted(keys):
                await transaction.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:k, 0))"), {"k": key})

    async def check(self) -> None:
        """Raise the driver's error where the database does not answer."""
        async with self.read() as session:
            await session.execute(text("SELECT 1"))

    def wipe(self) -> None:
        """Let nothing of what was deleted stay in SQLite's files; PostgreSQL does so by itself (autovacuum)."""
        if self.is_sqlite and self.url.database:
            sqlite.empty_log(self.url.database)

    async def close(self) -> None:
        """Close all connections."""
        self._transactions.close()
        await self._engine.dispose()


def lock(cursor: Cursor, *keys: str) -> None:
    """Wait in a transaction for the others that name the same keys (SQLite has one writer at a time anyway)."""
    if not cursor.is_sqlite:
        for key in sorted(keys):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", (key,))


@contextmanager
def _as_sqlalchemy() -> Iterator[None]:
    """The drivers' errors as those that callers know, without what was to be stored."""
    try:
        yield
    except (sqlite3.Error, psycopg2.Error) as error:
        raise OperationalError("", {}, error, hide_parameters=True) from error


def sync_url(url: str) -> URL:
    """The address with the synchronous driver, for Alembic."""
    parsed = make_url(url)
    return parsed.set(drivername="sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg2")


def _create_engine(url: URL, is_sqlite: bool) -> AsyncEngine:
    if not is_sqlite:
        return create_async_engine(
            url.set(drivername="postgresql+asyncpg"), pool_size=5, pool_pre_ping=True, hide_parameters=True
        )
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    sqlite.register()
    engine = create_async_engine(
        url.set(drivername=sqlite.DRIVER),
        poolclass=AsyncAdaptedQueuePool,
        hide_parameters=True,  # errors are logged, what customers write is not
    )
    event.listen(engine.sync_engine, "connect", lambda connection, _: sqlite.prepare_in_loop(connection))
    event.listen(engine.sync_engine, "begin", _begin_as_asked)
    return engine


def _begin_as_asked(connection: Any) -> None:
    sqlite.begin(connection.connection.dbapi_connection, bool(connection.get_execution_options().get(_WRITES)))


@lru_cache(maxsize=1)
def database() -> Database:
    """The database of this process, as the settings name it."""
    return Database(settings().database)
