"""What the staff does with tickets: only what the life cycle allows, and never over each other's changes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone

import pytest

from kefu.database import Database
from kefu.desk.errors import StaleTicket, TicketError
from kefu.desk.lifecycle import TRANSITIONS, Priority, Status
from kefu.desk.models import Ticket
from kefu.desk.people.models import User
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import NOBODY, Changes, TicketWork

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)  # a Monday, 10:30 in China
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1")


@pytest.fixture
async def agents(database: Database) -> AsyncIterator[None]:
    """Users li and wang are agents, zhao is a trainer, chen has left."""
    people = {"li": ["agent"], "wang": ["agent"], "zhao": ["trainer"], "chen": ["agent"]}
    async with database.write() as session:
        for name, roles in people.items():
            left = NOW if name == "chen" else None
            shown = {"display_name": name, "password_hash": "-", "created_at": NOW}
            session.add(User(name=name, roles=roles, disabled_at=left, **shown))
    yield


@pytest.fixture
def work(database: Database, agents: None) -> TicketWork:
    return TicketWork(database)


@pytest.fixture
async def ticket(database: Database) -> Ticket:
    return (await TicketService(database).open(NEW, NOW)).ticket


async def test_only_allowed_changes_of_status(work: TicketWork, ticket: Ticket, database: Database) -> None:
    await work.move(ticket.id, Status.ASSIGNED, "user:li")
    with pytest.raises(TicketError, match="处理中.*重新打开"):
        await work.move(ticket.id, Status.REOPENED, "user:li")
    with pytest.raises(KeyError):
        await work.move("KF0000000000", Status.ASSIGNED, "user:li")
    history = await TicketService(database).history(ticket.id)
    assert (history[-1].actor, history[-1].data) == ("user:li", {"from": "open", "to": "assigned"})


@pytest.mark.parametrize("to", list(Status))
async def test_every_status_but_the_allowed_is_refused(work: TicketWork, ticket: Ticket, to: Status) -> None:
    if to in TRANSITIONS[Status.OPEN]:
        assert (await work.move(ticket.id, to, "user:li")).status == to.value
    elif to is not Status.OPEN:
        with pytest.raises(TicketError):
            await work.move(ticket.id, to, "user:li")


async def test_taking_a_ticket_assigns_it_and_giving_it_back_opens_it(work: TicketWork, ticket: Ticket) -> None:
    taken = await work.assign(ticket.id, "li", "user:li")
    assert (taken.assignee, taken.status) == ("li", "assigned")
    given = await work.assign(ticket.id, NOBODY, "user:li")
    assert (given.assignee, given.status) == (None, "open")


@pytest.mark.parametrize("name", ["zhao", "chen", "nobody"])
async def test_only_an_agent_at_work_gets_a_ticket(work: TicketWork, ticket: Ticket, name: str) -> None:
    with pytest.raises(TicketError, match=name):
        await work.assign(ticket.id, name, "user:li")


async def test_two_agents_cannot_take_the_same_ticket(work: TicketWork, ticket: Ticket) -> None:
    takes = [work.assign(ticket.id, name, f"user:{name}", ticket.version) for name in ("li", "wang")]
    results = await asyncio.gather(*takes, return_exceptions=True)
    [taken] = [result for result in results if isinstance(result, Ticket)]
    [refused] = [result for result in results if isinstance(result, Exception)]
    assert isinstance(refused, StaleTicket)
    assert taken.assignee in ("li", "wang")


async def test_a_change_is_all_or_nothing(work: TicketWork, ticket: Ticket, database: Database) -> None:
    with pytest.raises(TicketError):
        await work.change(ticket.id, Changes(Status.REOPENED, "li", Priority.P1), "user:li")
    kept = await TicketService(database).get(ticket.id)
    assert (kept.status, kept.assignee, kept.priority, kept.version) == ("open", None, "P3", ticket.version)


async def test_a_new_priority_has_its_own_due_time_from_when_the_customer_began_to_wait(
    work: TicketWork, ticket: Ticket, database: Database
) -> None:
    changes = Changes(priority=Priority.P1)
    raised = await work.change(ticket.id, changes, "user:li", now=NOW + timedelta(minutes=20))
    assert raised.sla_due == NOW + timedelta(hours=1)
    event = (await TicketService(database).history(ticket.id))[-1]
    assert (event.kind, event.data["from"], event.data["to"]) == ("priority", "P3", "P1")


async def test_reopening_ends_a_week_after_it_was_resolved(work: TicketWork, ticket: Ticket) -> None:
    await work.move(ticket.id, Status.RESOLVED, "user:li", NOW)
    await work.move(ticket.id, Status.CLOSED, "user:li", NOW + timedelta(days=6))
    with pytest.raises(TicketError, match="7 天"):
        await work.move(ticket.id, Status.REOPENED, "user:li", NOW + timedelta(days=7, hours=1))
    again = await work.move(ticket.id, Status.REOPENED, "user:li", NOW + timedelta(days=6, hours=23))
    assert (again.status, again.resolved_at) == ("reopened", None)
    assert again.waiting_since == NOW + timedelta(days=6, hours=23)


async def test_resolving_late_is_a_miss_for_good(work: TicketWork, ticket: Ticket) -> None:
    late = ticket.sla_due + timedelta(minutes=1)
    resolved = await work.move(ticket.id, Status.RESOLVED, "user:li", late)
    assert (resolved.sla_missed, resolved.first_response_at, resolved.resolved_at) == (True, late, late)
    assert resolved.waiting_since is None
