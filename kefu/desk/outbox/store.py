"""Putting things into the outbox, within the transaction of what they tell; and looking at what is there."""

from collections.abc import Sequence
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.outbox.models import Delivery


class Kind(str, Enum):
    """Whom a delivery is for."""

    CUSTOMER = "customer"
    WEBHOOK = "webhook"
    STAFF = "staff"


class State(str, Enum):
    """How far a delivery is; a failed one stays visible until somebody tries it again or gives it up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


UNSETTLED = (State.PENDING.value, State.FAILED.value)  # named, not "all but": the index on states is no use for that


async def put(
    session: AsyncSession,
    kind: Kind,
    key: str,
    target: str,
    body: dict[str, Any] | list[dict[str, Any]],
    now: datetime,
    lane: str | None = None,
    ticket_id: str | None = None,
) -> bool:
    """Add a delivery to the caller's transaction; False where one with this key is there already.

    Args:
        key: unique among all deliveries, at most 128 characters.
        lane: deliveries of one lane keep their order; default: a lane of its own.
    """
    if (await session.execute(select(Delivery.id).where(Delivery.key == key))).first():
        return False
    session.add(
        Delivery(
            kind=kind.value,
            key=key,
            lane=lane or key[:80],
            ticket_id=ticket_id,
            target=target,
            body=body,
            state=State.PENDING.value,
            next_at=now,
            created_at=now,
        )
    )
    return True


async def revive(session: AsyncSession, lane: str) -> None:
    """Try again what failed for good: whoever the lane leads to is there again."""
    failed = update(Delivery).where(Delivery.lane == lane, Delivery.state == State.FAILED.value)
    again = failed.values(state=State.PENDING.value, attempts=0, next_at=datetime.now(timezone.utc))
    await session.execute(again.execution_options(synchronize_session=False))


class Outbox:
    """What the console shows of the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_ticket(self, ticket_ids: Sequence[str]) -> list[Delivery]:
        """Everything that was or is to be told to a ticket's customer, oldest first."""
        query = select(Delivery).where(Delivery.ticket_id.in_(ticket_ids), Delivery.kind == Kind.CUSTOMER.value)
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(Delivery.id))).scalars())

    async def by_keys(self, keys: Sequence[str]) -> dict[str, Delivery]:
        """The deliveries of these keys, as far as they are there."""
        async with self._database.read() as session:
            found = (await session.execute(select(Delivery).where(Delivery.key.in_(keys)))).scalars()
            return {str(delivery.key): delivery for delivery in found}

    async def failed(self, limit: int = 100, before: int | None = None) -> list[Delivery]:
        """What could not be delivered, newest first; `before`: of those older than the one of this id."""
        query = select(Delivery).where(Delivery.state == State.FAILED.value).order_by(Delivery.id.desc()).limit(limit)
        if before is not None:
            query = query.where(Delivery.id < before)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def counts(self) -> dict[tuple[str, str], int]:
        """How many deliveries there are by (kind, state) that are neither made nor given up."""
        query = (
            select(Delivery.kind, Delivery.state, func.count())
            .where(Delivery.state.in_(UNSETTLED))
            .group_by(Delivery.kind, Delivery.state)
        )
        async with self._database.read() as session:
            return {(kind, state): count for kind, state, count in await session.execute(query)}

    async def retry(self, delivery_id: int) -> bool:
        """Try a failed delivery again, from the beginning; False where there is none."""
        return await self._settle(delivery_id, State.PENDING)

    async def give_up(self, delivery_id: int) -> bool:
        """Take a failed delivery off the list; False where there is none."""
        return await self._settle(delivery_id, State.GIVEN_UP)

    async def _settle(self, delivery_id: int, state: State) -> bool:
        async with self._database.write() as session:
            found = await session.get(Delivery, delivery_id, with_for_update=True)
            if found is None or found.state != State.FAILED.value:
                return False
            found.state, found.attempts, found.next_at = state.value, 0, datetime.now(timezone.utc)
            return True
