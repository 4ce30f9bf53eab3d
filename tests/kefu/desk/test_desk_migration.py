"""Tickets from before the desk's tables: their conversation ids in clear become fingerprints, and still work."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from kefu.database import Database, sync_url
from kefu.desk.search import TicketSearch, Wanted
from kefu.desk.tickets import NewTicket, TicketService
from kefu.migrate import migrate
from kefu.sealing import fingerprint, seal
from tests.servers import empty_postgres

BEFORE = "0003"
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
KEY = "form:web-1:m1"
ROWS = {
    "tickets": {
        "id": "KF0000000001",
        "brand": "post",
        "channel": "rest",
        "customer_key": fingerprint("post", "web-1"),
        "customer_sealed": seal("web-1"),
        "phone": "138****8000",
        "phone_sealed": seal("13800138000"),
        "intent": "refund",
        "priority": "P3",
        "status": "open",
        "description": "退款没到",
        "transcript": "[]",
        "faq_ids": "[]",
        "idempotency_key": KEY,
        "sla_due": NOW,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
    },
    "ticket_events": {
        "ticket_id": "KF0000000001",
        "at": NOW,
        "actor": "customer",
        "kind": "appended",
        "data": "{}",
        "idempotency_key": "form:web-1:m2",
    },
    "feedback": {
        "brand": "post",
        "channel": "rest",
        "customer_key": "x",
        "kind": "rating",
        "idempotency_key": "rate:web-1:m3",
        "at": NOW,
    },
}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/kefu.db"
    return empty_postgres(request.getfixturevalue("postgres_url"))


async def test_an_old_ticket_is_found_again_without_the_conversation_in_clear(url: str) -> None:
    migrate(url, BEFORE)
    engine = create_engine(sync_url(url), future=True)
    with engine.begin() as connection:
        for table, row in ROWS.items():
            names = ", ".join(row)
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
    migrate(url)
    with engine.connect() as connection:
        keys = [connection.execute(text(f"SELECT idempotency_key FROM {table}")).scalar_one() for table in ROWS]
    engine.dispose()
    assert keys == [fingerprint(str(row["idempotency_key"])) for row in ROWS.values()]
    database = Database(url)
    try:
        service = TicketService(database)
        for key in (KEY, "form:web-1:m2"):
            opened = await service.open(NewTicket("post", "rest", "web-1", "refund", "x", key), NOW + timedelta(days=9))
            assert (opened.ticket.id, opened.created) == ("KF0000000001", False)
        ticket = await service.get("KF0000000001")
        assert (ticket.waiting_since, ticket.sla_missed) == (NOW, False)
        assert (await TicketSearch(database).find(Wanted("13800138000"))).tickets != []
    finally:
        await database.close()
