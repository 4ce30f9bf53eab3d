"""Live pages: one task per process asks the database cheaply what has changed, and wakes all open pages."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from kefu.database import Database
from kefu.desk.handoffs import State
from kefu.desk.models import Handoff, HandoffLine, TicketEvent
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import UNSETTLED

logger = logging.getLogger(__name__)

_INTERVAL = 1.0  # seconds between two looks while somebody watches


@dataclass(frozen=True)
class Mark:
    """How things stand: two marks differ where something has changed."""

    tickets: int = 0  # the newest change of any ticket
    lines: dict[int, int] = field(default_factory=dict)  # open talk → its newest line
    talks: dict[int, tuple[object, ...]] = field(default_factory=dict)  # open talk → its state
    unsettled: tuple[object, ...] = ()  # what is on its way to customers

    def of_talk(self, talk_id: int) -> tuple[object, ...]:
        """What one talk's page shows."""
        return self.talks.get(talk_id), self.lines.get(talk_id), self.unsettled


class Changes:
    """Lets any number of pages wait for a change that any process has made."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mark = Mark()
        self._changed = asyncio.Condition()
        self._watchers = 0
        self._look = asyncio.Event()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While somebody is within, the database is asked."""
        self._watchers += 1
        self._look.set()
        try:
            yield
        finally:
            self._watchers -= 1

    @property
    def mark(self) -> Mark:
        """The newest known state."""
        return self._mark

    async def wait(self, seen: Mark, timeout: float) -> Mark:
        """The next state that is not `seen`; after `timeout` seconds the same again."""
        async with self._changed:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait_for(lambda: self._mark != seen), timeout)
            return self._mark

    def hurry(self) -> None:
        """Look at once: this process has just written something."""
        self._look.set()

    async def run(self) -> None:
        """Look until cancelled; without watchers it sleeps."""
        while True:
            self._look.clear()
            if self._watchers:
                await self._refresh()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._look.wait(), _INTERVAL if self._watchers else None)

    async def _refresh(self) -> None:
        try:
            found = await self._read()
        except (SQLAlchemyError, OSError):
            logger.exception("the state of the desk can't be read")
            return
        if found != self._mark:
            async with self._changed:
                self._mark = found
                self._changed.notify_all()

    async def _read(self) -> Mark:
        is_open = Handoff.state.in_((State.WAITING.value, State.ACTIVE.value))
        talks = select(Handoff.id, Handoff.state, Handoff.agent, Handoff.urgent, Handoff.customer_at, Handoff.agent_at)
        lines = select(HandoffLine.handoff_id, func.max(HandoffLine.id)).join(Handoff).where(is_open)
        unsettled = select(func.count(), func.max(Delivery.id), func.sum(Delivery.attempts))
        async with self._database.read() as session:
            tickets = (await session.execute(select(func.max(TicketEvent.id)))).scalar_one()
            waiting = (await session.execute(unsettled.where(Delivery.state.in_(UNSETTLED)))).one()
            return Mark(
                tickets=tickets or 0,
                lines={row[0]: row[1] for row in await session.execute(lines.group_by(HandoffLine.handoff_id))},
                talks={row[0]: tuple(row[1:]) for row in await session.execute(talks.where(is_open))},
                unsettled=tuple(waiting),
            )
