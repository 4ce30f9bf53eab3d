"""Bring the database to the newest version of its tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine

from kefu import sqlite
from kefu.database import sync_url
from kefu.settings import settings


def migrate(url: str | None = None, revision: str = "head") -> None:
    """Upgrade the database (default: the configured one) to a version; does nothing where it is up to date.

    Several processes may call this at once: one does the work while the others wait for its
    transaction (SQLite: BEGIN IMMEDIATE; PostgreSQL: an advisory lock).
    """
    config = Config()
    config.set_main_option("script_location", "kefu:migrations")
    engine = _engine(url or settings().database)
    try:
        with engine.begin() as connection:
            _wait_for_others(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(sync_url(url), future=True)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or ".").parent.mkdir(parents=True, exist_ok=True)
        event.listen(engine, "connect", lambda connection, _: sqlite.prepare(connection))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _wait_for_others(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(5056)"))
