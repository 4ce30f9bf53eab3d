"""Nobody who does not let go holds a thread for ever."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from kefu.conversations import transactions
from kefu.conversations.transactions import Transactions
from kefu.database import lock

pytestmark = pytest.mark.postgres


async def test_a_lock_that_is_not_let_go_is_an_error(
    fresh_database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(transactions._LIMITS, "options", "-c lock_timeout=100 -c statement_timeout=30s")
    url = fresh_database("postgres", tmp_path)
    holder = psycopg2.connect(url)
    try:
        holder.cursor().execute("SELECT pg_advisory_xact_lock(hashtextextended('a', 0))")
        waiting = Transactions(url)
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            await asyncio.wait_for(waiting.write(lambda cursor: lock(cursor, "a")), 20)
        holder.rollback()
        await asyncio.wait_for(waiting.write(lambda cursor: lock(cursor, "a")), 20)
        waiting.close()
    finally:
        holder.close()


async def test_the_limits_are_in_force(fresh_database: Any, tmp_path: Path) -> None:
    asked = Transactions(fresh_database("postgres", tmp_path))
    rows = await asked.read(
        lambda cursor: [cursor.rows(f"SHOW {name}") for name in ("lock_timeout", "statement_timeout")]
    )
    assert rows == [[("10s",)], [("30s",)]]
    asked.close()
