"""What is asked all the time looks at what it wants by an index: 100,000 old tickets cost nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kefu.database import Database
from kefu.desk.people.roles import Role
from tests.desk_clients import SignIn

LARGE = (
    "inbound_messages",
    "tickets",
    "ticket_events",
    "ticket_messages",
    "deliveries",
    "handoffs",
    "handoff_lines",
    "feedback",
)
OFTEN = ("/", "/queue", "/queue?whose=me", "/queue?whose=nobody", "/deliveries", "/metrics", "/dashboard", "/feedback")
LISTS = ("/api/v1/tickets", "/api/v1/tickets?newest_first=true&status=closed", "/api/v1/deliveries", "/api/v1/feedback")


@pytest.fixture
def database(fresh_database, tmp_path: Path) -> Database:
    """Only SQLite says how it would look without having the rows."""
    return Database(fresh_database("sqlite", tmp_path))


@pytest.fixture
def asked(desk: FastAPI) -> Iterator[list[tuple[str, Any]]]:
    """What the desk asks its database, with parameters."""
    found: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)  # of all: what reads for long has an engine of its own
    yield found
    event.remove(Engine, "before_cursor_execute", note)


async def scans(database: Database, asked: list[tuple[str, Any]]) -> set[str]:
    """The steps that would read a whole large table."""
    found = set()
    async with database.read() as session:
        connection = await (await session.connection()).get_raw_connection()
        for statement, parameters in asked:
            plan = connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in plan]
            stops = "LIMIT" in statement and "USE TEMP B-TREE FOR ORDER BY" not in steps  # in the order of ids
            found |= {f"{step} ← {statement[:200]}" for step in steps if reads_all(step) and not stops}
    return found


def reads_all(step: str) -> bool:
    return step.startswith("SCAN") and step.split()[1] in LARGE and "USING" not in step


@pytest.mark.parametrize("place", [*OFTEN, *LISTS])
async def test_nothing_reads_a_whole_table(
    desk: FastAPI, database: Database, signed_in: SignIn, asked: list[tuple[str, Any]], place: str
) -> None:
    browser = await signed_in(Role.ADMIN)
    assert (await browser.get(place)).status_code == 200
    assert asked
    assert await scans(database, asked) == set()


async def test_nor_do_those_who_look_once_a_second(
    desk: FastAPI, database: Database, asked: list[tuple[str, Any]]
) -> None:
    await desk.state.services.changes._read()
    await desk.state.services.talks.sweep()
    assert len(asked) >= 4
    assert await scans(database, asked) == set()


async def test_the_check_would_see_one(database: Database) -> None:
    assert await scans(database, [("SELECT count(*) FROM tickets WHERE description = ?", ("x",))])
