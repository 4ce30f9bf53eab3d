"""Transactions of plain SQL: what becomes of a connection that could not be made."""

import sqlite3
from pathlib import Path

import pytest

from kefu.conversations.transactions import Cursor, Transactions


async def test_a_database_that_could_not_be_opened_is_opened_anew(tmp_path: Path) -> None:
    path = tmp_path / "kefu.db"
    path.write_bytes(b"no database" * 100)
    transactions = Transactions(f"sqlite:///{path}")

    def write(cursor: Cursor) -> list[tuple[int, ...]]:
        cursor.execute("CREATE TABLE things (id INTEGER)")
        return [*cursor.rows("PRAGMA secure_delete"), *cursor.rows("PRAGMA foreign_keys")]

    for _ in range(2):
        with pytest.raises(sqlite3.DatabaseError):
            await transactions.write(write)
    path.unlink()
    assert await transactions.write(write) == [(1,), (1,)], "as it is to be used"
    transactions.close()
