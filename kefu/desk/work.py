"""What the staff does with a ticket: take it, move it, change how urgent it is."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.errors import TicketError
from kefu.desk.lifecycle import REOPENABLE, TRANSITIONS, Priority, Status
from kefu.desk.models import Ticket
from kefu.desk.outbox.customers import tell_change
from kefu.desk.outbox.staff import tell_urgent
from kefu.desk.people.models import User
from kefu.desk.sla import begin_waiting, heard_from_us, set_due
from kefu.desk.ticket_events import record
from kefu.desk.ticket_rows import lock
from kefu.show import status_for_agents

NOBODY = ""  # as an assignee: take the ticket away from whoever has it
QUEUED = frozenset({Status.OPEN, Status.REOPENED})


@dataclass(frozen=True)
class Changes:
    """What is to be changed; None leaves a thing as it is."""

    status: Status | None = None
    assignee: str | None = None  # a user's name, or NOBODY
    priority: Priority | None = None


class TicketWork:
    """Changes of tickets by the staff; each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def move(self, ticket_id: str, to: Status, actor: str, now: datetime | None = None) -> Ticket:
        """Change a ticket's status; see `change`."""
        return await self.change(ticket_id, Changes(status=to), actor, now=now)

    async def assign(
        self, ticket_id: str, to: str, actor: str, version: int | None = None, now: datetime | None = None
    ) -> Ticket:
        """Give a ticket to a user (NOBODY: back to the queue); see `change`."""
        return await self.change(ticket_id, Changes(assignee=to), actor, version, now)

    async def change(
        self,
        ticket_id: str,
        changes: Changes,
        actor: str,
        version: int | None = None,
        now: datetime | None = None,
        tell: bool = True,
    ) -> Ticket:
        """Change a ticket, all or nothing.

        Args:
            actor: user:<name>, token:<name> or system.
            version: the one that the caller has seen; two agents then can't take the same ticket.
            tell: whether the customer hears of a new status that concerns him or her.

        Raises:
            KeyError: there is no such ticket.
            StaleTicket: it has another version by now.
            TicketError: the life cycle does not allow this change, or the assignee is no agent.
        """
        moment = now or datetime.now(timezone.utc)
        async with self._database.write() as session:
            ticket = await lock(session, ticket_id, version)
            if ticket.merged_into:
                raise TicketError(f"工单 {ticket_id} 已并入 {ticket.merged_into}，请到那张工单上处理")
            if changes.priority is not None:
                await prioritise(session, ticket, changes.priority, actor, moment)
            if changes.assignee is not None:
                await _assign(session, ticket, changes.assignee, actor, moment, tell)
            if changes.status is not None and changes.status.value != ticket.status:
                await move(session, ticket, changes.status, actor, moment, tell)
            return ticket


async def move(session: AsyncSession, ticket: Ticket, to: Status, actor: str, now: datetime, tell: bool) -> None:
    """Change the status of a locked ticket within the caller's transaction.

    Raises:
        TicketError: the life cycle does not allow it.
    """
    current = Status(ticket.status)
    if to not in TRANSITIONS[current]:
        raise TicketError(
            f"工单 {ticket.id} 现在是“{status_for_agents(current.value)}”，不能改成“{status_for_agents(to.value)}”"
        )
    if to is Status.REOPENED and now - ticket.resolved_at > REOPENABLE:
        raise TicketError(f"工单 {ticket.id} 结束已超过 {REOPENABLE.days} 天，不能重新打开，请登记一张新的")
    ticket.status = to.value
    if not to.is_active:
        ticket.resolved_at = ticket.resolved_at if not current.is_active else now
        if to is Status.RESOLVED:
            heard_from_us(ticket, now)
        ticket.waiting_since = None
    elif to is Status.REOPENED:
        ticket.resolved_at = None
        begin_waiting(ticket, now)
    if to is Status.OPEN:
        ticket.assignee = None
    change = {"from": current.value, "to": to.value}
    event = await record(session, ticket, actor, "status", change, now)
    if tell and (to is not Status.ASSIGNED or current in QUEUED):  # a colleague taking over is no news
        await tell_change(session, ticket, event, now)


async def _assign(session: AsyncSession, ticket: Ticket, to: str, actor: str, now: datetime, tell: bool) -> None:
    before = ticket.assignee
    if to == (before or NOBODY):
        return
    if not Status(ticket.status).is_active:
        raise TicketError(f"工单 {ticket.id} 已经结束，要先重新打开才能分派")
    if to != NOBODY:
        await _check_agent(session, to)
    ticket.assignee = to or None
    data: dict[str, Any] = {"from": before, "to": ticket.assignee}
    await record(session, ticket, actor, "assignee", data, now)
    status = Status(ticket.status)
    if ticket.assignee and Status.ASSIGNED in TRANSITIONS[status] and status is not Status.WAITING_CUSTOMER:
        await move(session, ticket, Status.ASSIGNED, actor, now, tell)
    elif not ticket.assignee and Status.OPEN in TRANSITIONS[status]:
        await move(session, ticket, Status.OPEN, actor, now, tell=False)


async def take_up(session: AsyncSession, ticket: Ticket, actor: str, now: datetime) -> None:
    """Whoever answers a ticket that lies in the queue works on it: nobody else should begin, within a transaction.

    A ticket that nobody has is his or hers from then on; a reopened one stays with the agent who had it. The answer
    itself is the news, so that the customer hears of nothing else.
    """
    if Status(ticket.status) not in QUEUED:
        return
    name = actor.removeprefix("user:")
    if ticket.assignee:
        await move(session, ticket, Status.ASSIGNED, actor, now, tell=False)
    elif name != actor and await _is_agent(session, name):
        await _assign(session, ticket, name, actor, now, tell=False)


async def _is_agent(session: AsyncSession, name: str) -> bool:
    user = await session.get(User, name)
    return user is not None and user.disabled_at is None and bool({"agent", "admin"} & set(user.roles))


async def _check_agent(session: AsyncSession, name: str) -> None:
    if not await _is_agent(session, name):
        raise TicketError(f"{name} 不是在职的客服，不能分派")


async def prioritise(session: AsyncSession, ticket: Ticket, priority: Priority, actor: str, now: datetime) -> None:
    """Change how urgent a locked ticket is, within the caller's transaction."""
    before = ticket.priority
    if before == priority.value:
        return
    ticket.priority = priority.value
    set_due(ticket)
    data = {"from": before, "to": priority.value, "due": ticket.sla_due.isoformat()}
    await record(session, ticket, actor, "priority", data, now)
    if priority is Priority.P1:
        await tell_urgent(session, ticket, now)
