"""A customer puts a ticket right: the new value counts, the history keeps both."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from kefu.database import Database
from kefu.desk.console.words import change_text
from kefu.desk.models import Ticket
from kefu.desk.tickets import NewTicket, TicketService
from kefu.sealing import fingerprint, seal, unseal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
FIRST, SAME_MASK = "13812345678", "13899995678"
MASKED = "138****5678"


@pytest.fixture
def tickets(database: Database) -> TicketService:
    return TicketService(database)


@pytest.fixture
async def ticket(tickets: TicketService) -> Ticket:
    new = NewTicket(
        "post",
        "rest",
        "web-1",
        "refund",
        "退款没到",
        "k",
        amount=Decimal("500"),
        phone=MASKED,
        phone_sealed=seal(FIRST),
    )
    return (await tickets.open(new, NOW)).ticket


async def test_an_amount_and_a_time(tickets: TicketService, ticket: Ticket) -> None:
    changed = await tickets.correct(ticket.id, {"amount": Decimal("300"), "time": "2026-11-22"}, NOW)
    assert sorted(changed) == ["amount", "time"]
    stored = await tickets.get(ticket.id)
    assert (stored.amount, stored.time) == (Decimal("300"), "2026-11-22")
    event = (await tickets.history(ticket.id))[-1]
    assert change_text(event, {}) == "更正：金额500元，时间未提供 → 金额300元，时间2026年11月22日"


async def test_a_number_that_looks_the_same_is_another(tickets: TicketService, ticket: Ticket) -> None:
    assert await tickets.correct(ticket.id, {"phone": MASKED, "phone_sealed": seal(SAME_MASK)}, NOW) == ["phone"]
    stored = await tickets.get(ticket.id)
    assert unseal(stored.phone_sealed) == SAME_MASK
    assert stored.phone_key == fingerprint("phone", SAME_MASK), "found again by its number"


async def test_what_is_the_same_changes_nothing(tickets: TicketService, ticket: Ticket) -> None:
    before = len(await tickets.history(ticket.id))
    assert (
        await tickets.correct(
            ticket.id, {"amount": Decimal("500.00"), "phone": MASKED, "phone_sealed": seal(FIRST)}, NOW
        )
        == []
    )
    assert await tickets.correct(ticket.id, {"phone": "139****1111"}, NOW) == [], "nobody could be called there"
    assert len(await tickets.history(ticket.id)) == before


async def test_an_unknown_ticket(tickets: TicketService) -> None:
    with pytest.raises(KeyError):
        await tickets.correct("KF0000000000", {"amount": Decimal("1")})
