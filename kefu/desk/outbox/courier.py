"""Takes things out of the outbox and delivers them: at least once, in order within a lane, with patience."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from kefu.database import Database
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import Kind, State

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # for which a claimed delivery belongs to one process; longer than any sender takes
MOST_ATTEMPTS = 100  # about a day
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
_BATCH = 10
_POLL = 1.0  # seconds between two looks into an empty outbox

Sender = Callable[[Delivery], Awaitable[None]]


class Undeliverable(Exception):
    """This time it did not work; the text (Chinese, nothing secret) is shown in the console."""


class Hopeless(Undeliverable):
    """Trying again would not help."""


class Courier:
    """Delivers one kind of things; any number of processes may run one over the same database."""

    def __init__(self, database: Database, kind: Kind, send: Sender) -> None:
        self._database, self._kind, self._send = database, kind, send

    async def run(self) -> None:
        """Deliver until cancelled; a database that is away is waited for."""
        while True:
            try:
                busy = await self.once()
            except (SQLAlchemyError, OSError):
                logger.exception("the outbox (%s) can't be read", self._kind.value)
                busy = 0
            if not busy:
                await asyncio.sleep(_POLL)

    async def once(self, now: datetime | None = None) -> int:
        """Try everything that is due now, a batch at most; returns how many were tried."""
        claimed = await self._claim(now or datetime.now(timezone.utc))
        await asyncio.gather(*(self._try(delivery, now) for delivery in claimed))
        return len(claimed)

    async def _claim(self, now: datetime) -> list[Delivery]:
        """Take what is due, unless another process is at it or something earlier in its lane is not out yet."""
        earlier = aliased(Delivery)
        waits = select(earlier.id).where(
            earlier.lane == Delivery.lane, earlier.state == State.PENDING.value, earlier.id < Delivery.id
        )
        query = (
            select(Delivery)
            .where(
                Delivery.kind == self._kind.value,
                Delivery.state == State.PENDING.value,
                Delivery.next_at <= now,
                ~waits.exists(),
            )
            .order_by(Delivery.next_at)
            .limit(_BATCH)
        )
        async with self._database.read() as session:  # most looks find nothing and should not lock SQLite
            if not (await session.execute(query.limit(1))).first():
                return []
        async with self._database.write() as session:
            claimed = list((await session.execute(query.with_for_update(skip_locked=True))).scalars())
            for delivery in claimed:
                delivery.attempts, delivery.next_at = delivery.attempts + 1, now + LEASE
            return claimed

    async def _try(self, delivery: Delivery, now: datetime | None) -> None:
        try:
            await self._send(delivery)
            problem = None
        except Undeliverable as error:
            problem = error
        except Exception as error:  # a bug in a sender must not stop the others
            logger.exception("delivery %s failed", delivery.id)
            problem = Undeliverable(type(error).__name__)
        await self._settle(delivery, problem, now or datetime.now(timezone.utc))

    async def _settle(self, claimed: Delivery, problem: Undeliverable | None, now: datetime) -> None:
        async with self._database.write() as session:
            delivery = await session.get(Delivery, claimed.id, with_for_update=True)
            if delivery is None or delivery.state != State.PENDING.value:
                return
            if problem is None:
                delivery.state, delivery.delivered_at, delivery.error = State.DELIVERED.value, now, None
                return
            if delivery.attempts != claimed.attempts:
                return  # the lease had ended, and another process is at it
            delivery.error, delivery.next_at = str(problem)[:200], now + pause_after(delivery.attempts)
            if isinstance(problem, Hopeless) or delivery.attempts >= MOST_ATTEMPTS:
                delivery.state = State.FAILED.value
                logger.error("delivery %s (%s) failed for good", delivery.id, self._kind.value)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many tries."""
    return min(_FIRST_PAUSE * 2 ** min(attempts - 1, 10), _LONGEST_PAUSE)
