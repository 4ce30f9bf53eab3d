"""Migrations: the tables that the code expects, however often and by however many at once they are made."""

import subprocess
import sys
from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select

from kefu.channels.models import InboundMessage
from kefu.database import Base, Database, sync_url
from kefu.migrate import migrate
from kefu.settings import ROOT
from tests.servers import empty_postgres

for path in (ROOT / "kefu").rglob("models.py"):  # tables register on import
    import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
TABLES = set(Base.metadata.tables)
WORKER = """
import sys
from kefu.migrate import migrate
print("ready", flush=True)
sys.stdin.readline()
migrate(sys.argv[1])
"""


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables; SQLite's folder is not there either."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new/kefu.db"
    return empty_postgres(request.getfixturevalue("postgres_url"))


def tables(url: str) -> set[str]:
    engine = create_engine(sync_url(url))
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_makes_the_tables_that_the_code_expects(url: str) -> None:
    migrate(url)
    engine = create_engine(sync_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    assert tables(url) == {*TABLES, "alembic_version"}
    assert {"tickets", "ticket_events", "inbound_messages"} <= TABLES


async def test_twice_is_harmless(database: Database) -> None:
    key = {"conversation": "web-1", "message_id": "m1"}
    async with database.write() as session:
        now = datetime.now(timezone.utc)
        session.add(InboundMessage(**key, channel="rest", brand="post", text="退款", received_at=now))
    migrate(str(database.url))
    async with database.read() as session:
        assert (await session.execute(select(InboundMessage.text).filter_by(**key))).scalar_one() == "退款"


def test_several_processes_at_once_are_harmless(url: str, root: Path) -> None:
    command = [sys.executable, "-c", WORKER, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    started = [subprocess.Popen(command, cwd=root, text=True, **pipes) for _ in range(3)]
    try:
        assert [process.stdout.readline() for process in started] == ["ready\n"] * 3
        for process in started:
            process.stdin.write("\n")
            process.stdin.flush()
        complaints = [process.communicate(timeout=60)[1] for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0] * 3, complaints
    assert tables(url) == {*TABLES, "alembic_version"}


def test_a_failed_migration_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.create_index", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            migrate(url)
    assert tables(url) == set()
    migrate(url)
    assert tables(url) >= TABLES
