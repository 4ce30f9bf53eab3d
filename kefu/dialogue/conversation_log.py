"""The stored conversations: events are only ever appended, and a turn reads and writes a few rows whatever came before.

Knows nothing of Rasa: an event is a row of text here.
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, create_engine, delete, exists, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import NullPool

from kefu.database import Database, sync_url
from kefu.dialogue.models import conversation_events as events
from kefu.dialogue.models import conversation_snapshots as snapshots

_BATCH = 500  # events that a purge deletes in one transaction
_BREATH = 0.02  # seconds between two of them, so that turns get their turn


class ConversationMovedOnError(RuntimeError):
    """Somebody else has continued the conversation since it was read: nothing of this turn was stored."""


@dataclass(frozen=True)
class NewEvent:
    """An event to store."""

    type: str
    timestamp: float
    data: str


@dataclass(frozen=True)
class Snapshot:
    """Which events the next turn needs: all from `cut` on, and the `kept` ones before.

    `run`: no event that counts is missing from there on (None: none is missing at all).
    `visible`: no turn that stories see is missing.
    """

    seq: int
    cut: int
    kept: list[int] = field(default_factory=list)
    run: int | None = None
    visible: bool = True


@dataclass(frozen=True)
class Loaded:
    """Events as stored, `(seq, data)` in order; `is_known` says whether the conversation has a snapshot."""

    rows: list[tuple[int, str]]
    seq: int
    run: int | None = None
    visible: bool = True
    is_known: bool = True


# One statement, one consistent state. The kept events are found by key, one by one.
_TAIL = """
SELECT 0 AS part, seq, state AS data FROM conversation_snapshots WHERE sender_id = :sender
UNION ALL
SELECT 1, seq, data FROM conversation_events WHERE sender_id = :sender AND seq {kept}
UNION ALL
SELECT 1, seq, data FROM conversation_events
WHERE sender_id = :sender AND seq >= (SELECT cut FROM conversation_snapshots WHERE sender_id = :sender)
ORDER BY part, seq
"""
_STATE = "(SELECT state FROM conversation_snapshots WHERE sender_id = :sender)"
_KEPT_SQLITE = f"IN (SELECT value FROM json_each({_STATE}, '$.kept'))"
# An array, not IN: whatever the planner knows of the tables, it looks the events up by key.
_KEPT_POSTGRES = (
    f"= ANY (ARRAY(SELECT CAST(value AS integer) FROM json_array_elements_text(CAST({_STATE} AS json) -> 'kept')))"
)


class ConversationLog:
    """Reads and appends; all errors of the database reach the caller."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tail = text(_TAIL.format(kept=_KEPT_SQLITE if database.is_sqlite else _KEPT_POSTGRES))

    async def tail(self, sender_id: str) -> Loaded | None:
        """What the next turn needs; None where nothing of the conversation is stored."""
        async with self._database.read() as session:
            found = (await session.execute(self._tail, {"sender": sender_id})).all()
        rows = [(seq, data) for part, seq, data in found if part]
        if not rows or found[0].part:
            return await self.whole(sender_id)
        state = json.loads(found[0].data)
        return Loaded(rows, found[0].seq, state["run"], state["visible"])

    async def whole(self, sender_id: str) -> Loaded | None:
        """All events; None where there are none."""
        async with self._database.read() as session:
            seq = (await session.execute(_seq_of(sender_id))).scalar_one_or_none()
            rows = [(number, data) for number, data in (await session.execute(_all_of(sender_id))).all()]
        if not rows:
            return None
        return Loaded(rows, rows[-1][0] + 1 if seq is None else seq, is_known=seq is not None)

    def whole_now(self, sender_id: str) -> list[tuple[int, str]]:
        """All events, for the rare caller that cannot wait: blocks the event loop for one query."""
        url = sync_url(self._database.url.render_as_string(hide_password=False))
        engine = create_engine(url, poolclass=NullPool, future=True)
        with engine.connect() as connection:
            return [(number, data) for number, data in connection.execute(_all_of(sender_id)).all()]

    async def append(self, sender_id: str, seq: int, new: Sequence[NewEvent], snapshot: Snapshot, known: bool) -> None:
        """Store a turn; storing the same turn again changes nothing.

        Args:
            seq: number of the first new event, as it was when the conversation was read.
            known: whether the conversation had a snapshot then.

        Raises:
            ConversationMovedOnError: somebody else has appended since.
        """
        rows = _rows(sender_id, seq, new)
        try:
            async with self._database.write() as session:
                if known:
                    # The row's lock makes a second writer wait, and then find another number.
                    seen = update(snapshots).where(snapshots.c.sender_id == sender_id, snapshots.c.seq == seq)
                    if (await session.execute(seen, _values(snapshot))).rowcount != 1:
                        raise ConversationMovedOnError(sender_id)
                else:
                    await session.execute(insert(snapshots), {"sender_id": sender_id, **_values(snapshot)})
                await session.execute(insert(events), rows)
        except (IntegrityError, ConversationMovedOnError) as error:
            if not await self._are_stored(sender_id, rows):
                raise ConversationMovedOnError(f"{sender_id} has moved on from event {seq}") from error

    async def replace(self, sender_id: str, new: Sequence[NewEvent], snapshot: Snapshot) -> None:
        """Forget a conversation and store another history in its place.

        Args:
            snapshot: as if the history began at 0; numbers go on from the old ones, so that a turn that is under way
                cannot take the new history for the one that it has read.
        """
        async with self._database.write() as session:
            first = (await session.execute(_seq_of(sender_id))).scalar_one_or_none()
            if first is None:
                first = (await session.execute(_next_of(sender_id))).scalar_one()
            await session.execute(delete(events).where(events.c.sender_id == sender_id))
            await session.execute(delete(snapshots).where(snapshots.c.sender_id == sender_id))
            if new:
                moved = _values(_moved(snapshot, first))
                await session.execute(insert(snapshots), {"sender_id": sender_id, **moved})
                await session.execute(insert(events), _rows(sender_id, first, new))

    async def senders(self) -> list[str]:
        """All conversations."""
        async with self._database.read() as session:
            return list((await session.execute(select(events.c.sender_id).distinct())).scalars())

    async def has(self, sender_id: str) -> bool:
        """Whether anything of a conversation is stored."""
        query = select(events.c.seq).where(events.c.sender_id == sender_id).limit(1)
        async with self._database.read() as session:
            return (await session.execute(query)).first() is not None

    async def purge(self, older_than: float) -> int:
        """Delete all events before a moment; returns how many. A conversation that is left goes on with the rest."""
        purged = 0
        while deleted := await self._purge_batch(older_than):
            purged += deleted
            await asyncio.sleep(_BREATH)
        return purged

    async def _purge_batch(self, older_than: float) -> int:
        by_age = events.c.timestamp
        query = select(events.c.sender_id, events.c.seq).where(by_age < older_than).order_by(by_age).limit(_BATCH)
        async with self._database.write() as session:
            old = [{"sender": sender, "number": seq} for sender, seq in (await session.execute(query)).all()]
            if old:
                one = (events.c.sender_id == bindparam("sender"), events.c.seq == bindparam("number"))
                await session.execute(delete(events).where(*one), old)
                await _forget_empty(session, {row["sender"] for row in old})
        return len(old)

    async def _are_stored(self, sender_id: str, rows: Sequence[dict[str, Any]]) -> bool:
        """Whether exactly these events are stored: then an earlier attempt went well and only its success was lost."""
        first, last = rows[0]["seq"], rows[-1]["seq"]
        async with self._database.read() as session:
            found = (await session.execute(_all_of(sender_id).where(events.c.seq.between(first, last)))).all()
        return [tuple(row) for row in found] == [(row["seq"], row["data"]) for row in rows]


def _all_of(sender_id: str) -> Any:
    return select(events.c.seq, events.c.data).where(events.c.sender_id == sender_id).order_by(events.c.seq)


def _next_of(sender_id: str) -> Any:
    return select(func.coalesce(func.max(events.c.seq) + 1, 0)).where(events.c.sender_id == sender_id)


def _seq_of(sender_id: str) -> Any:
    return select(snapshots.c.seq).where(snapshots.c.sender_id == sender_id)


async def _forget_empty(session: AsyncSession, senders: Iterable[str]) -> None:
    left = exists().where(events.c.sender_id == snapshots.c.sender_id)
    await session.execute(delete(snapshots).where(snapshots.c.sender_id.in_(senders), ~left))


def _rows(sender_id: str, seq: int, new: Sequence[NewEvent]) -> list[dict[str, Any]]:
    return [{"sender_id": sender_id, "seq": number, **vars(event)} for number, event in enumerate(new, seq)]


def _values(snapshot: Snapshot) -> dict[str, Any]:
    state = {"kept": snapshot.kept, "run": snapshot.run, "visible": snapshot.visible}
    return {"seq": snapshot.seq, "cut": snapshot.cut, "state": json.dumps(state, separators=(",", ":"))}


def _moved(snapshot: Snapshot, by: int) -> Snapshot:
    run = None if snapshot.run is None else snapshot.run + by
    kept = [seq + by for seq in snapshot.kept]
    return Snapshot(snapshot.seq + by, snapshot.cut + by, kept, run, snapshot.visible)
