"""Looks after the clock: due times that are near or missed, a long queue, resolved tickets that are over."""

import asyncio
import logging
from datetime import datetime, timezone

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.lifecycle import REOPENABLE, Status
from kefu.desk.models import Ticket
from kefu.desk.outbox.staff import tell_at_risk, tell_long_queue
from kefu.desk.sla import AT_RISK, is_overdue
from kefu.desk.ticket_events import record
from kefu.desk.ticket_rows import lock
from kefu.desk.work import move
from kefu.settings import Settings

logger = logging.getLogger(__name__)

_EVERY = 30.0  # seconds
_MOST = 200  # tickets of a kind in one look
_SYSTEM = "system"
_ACTIVE = [status.value for status in Status if status.is_active]


class Watch:
    """One look at a time, whichever process of the desk takes it."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database, self._settings = database, settings

    async def run(self) -> None:
        """Look until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.once()
            except (SQLAlchemyError, OSError):
                logger.exception("due times can't be looked after")
            await asyncio.sleep(_EVERY)

    async def once(self, now: datetime | None = None) -> None:
        """Do what the clock asks for; doing it again changes nothing."""
        moment = now or datetime.now(timezone.utc)
        for ticket_id in await self._ids(
            Ticket.status.in_(_ACTIVE), Ticket.waiting_since.is_not(None), Ticket.sla_due < moment, ~Ticket.sla_missed
        ):
            await self._miss(ticket_id, moment)
        for ticket_id in await self._ids(Ticket.status == "resolved", Ticket.resolved_at <= moment - REOPENABLE):
            await self._close(ticket_id, moment)
        async with self._database.write("watch") as session:
            await _warn_of_due_times(session, moment)
            await _warn_of_queue(session, self._settings.queue_alarm, moment)

    async def _ids(self, *conditions: object) -> list[str]:
        query = select(Ticket.id).where(*conditions).order_by(Ticket.sla_due).limit(_MOST)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def _miss(self, ticket_id: str, now: datetime) -> None:
        async with self._database.write() as session:
            ticket = await lock(session, ticket_id)
            if is_overdue(ticket, now) and not ticket.sla_missed:
                ticket.sla_missed = True
                await record(session, ticket, _SYSTEM, "sla_missed", {"due": ticket.sla_due.isoformat()}, now)

    async def _close(self, ticket_id: str, now: datetime) -> None:
        async with self._database.write() as session:
            ticket = await lock(session, ticket_id)
            if ticket.status == Status.RESOLVED.value and ticket.resolved_at <= now - REOPENABLE:
                await move(session, ticket, Status.CLOSED, _SYSTEM, now, tell=False)


async def _warn_of_due_times(session: AsyncSession, now: datetime) -> None:
    query = select(Ticket).where(
        Ticket.status.in_(_ACTIVE),
        Ticket.waiting_since.is_not(None),
        Ticket.sla_due > now,
        Ticket.sla_due <= now + AT_RISK,
    )
    for ticket in (await session.execute(query.order_by(Ticket.sla_due).limit(_MOST))).scalars().all():
        await tell_at_risk(session, ticket, now)


async def _warn_of_queue(session: AsyncSession, alarm: int, now: datetime) -> None:
    query = select(func.count(), func.min(Ticket.waiting_since)).where(
        Ticket.status.in_(_ACTIVE), Ticket.assignee.is_(None), Ticket.waiting_since.is_not(None)
    )
    waiting, oldest = (await session.execute(query)).one()
    if waiting >= alarm:
        await tell_long_queue(session, waiting, oldest, now)
