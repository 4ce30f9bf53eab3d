"""The conversations in the database: events are only ever appended; a turn reads one row and writes a few."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kefu.conversations.transactions import Cursor, DuplicateKeyError, Transactions

_ROWS = 500  # events in one statement


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
    """What of a conversation's events the next turns need, as text; `positions` is the writer's own affair."""

    text: str
    positions: Sequence[int] = ()


@dataclass(frozen=True)
class Version:
    """How far a conversation has come: the number of its next event, and when the last one was stored."""

    seq: int
    updated_at: float


@dataclass(frozen=True)
class Stored(Version):
    """What the next turn needs of a conversation."""

    snapshot: str
    since: list[str]  # the events after the snapshot


class ConversationLog:
    """Reads and appends; all errors of the database reach the caller."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def version(self, sender_id: str) -> Version | None:
        """How far a conversation has come; None where nothing of it is stored."""
        return await self._transactions.read(lambda cursor: _version(cursor, sender_id))

    async def load(self, sender_id: str) -> Stored | None:
        """What the next turn needs; None where nothing of the conversation is stored."""
        return await self._transactions.read(lambda cursor: _load(cursor, sender_id))

    async def load_all(self, sender_id: str) -> tuple[Stored | None, list[str]]:
        """As `load`, with all events of one and the same moment."""
        return await self._transactions.read(lambda cursor: (_load(cursor, sender_id), _history(cursor, sender_id)))

    async def append(
        self,
        sender_id: str,
        seq: int,
        new: Sequence[NewEvent],
        snapshot: Snapshot | None,
        beside: Callable[[Cursor], None] | None = None,
    ) -> float:
        """Store a turn: all of it or nothing. Returns when that was.

        Args:
            seq: number of the first new event, as it was when the conversation was read; 0: it was new.
            snapshot: including the new events; None: the old one stays, with the events since.
            beside: what else is stored in the same transaction.

        Raises:
            ConversationMovedOnError: somebody else has appended since.
        """
        now = time.time()

        def work(cursor: Cursor) -> None:
            if beside is not None:
                _run_beside(beside, cursor)
            then = seq + len(new)
            if seq == 0:
                _insert_state(cursor, sender_id, then, now)
            elif not cursor.execute(
                "UPDATE conversation_states SET seq = ?, updated_at = ? WHERE sender_id = ? AND seq = ?",
                (then, now, sender_id, seq),
            ):
                # The row's lock makes a second writer wait, and then find another number.
                raise ConversationMovedOnError(sender_id)
            _insert_events(cursor, sender_id, seq, new)
            if snapshot is not None:
                _store_snapshot(cursor, sender_id, then, snapshot)

        try:
            await self._transactions.write(work)
        except DuplicateKeyError as error:
            raise ConversationMovedOnError(sender_id) from error
        return now

    async def replace(self, sender_id: str, new: Sequence[NewEvent], snapshot: Snapshot) -> None:
        """Forget a conversation and store another history in its place.

        Numbers go on from the old ones, so that a turn that is under way cannot take this for what it has read.
        """

        def work(cursor: Cursor) -> None:
            stored = _version(cursor, sender_id)
            first = stored.seq if stored else 0
            for table in ("conversation_states", "conversation_snapshots", "conversation_events"):
                cursor.execute(f"DELETE FROM {table} WHERE sender_id = ?", (sender_id,))
            if new:
                _insert_state(cursor, sender_id, first + len(new), time.time())
                _insert_events(cursor, sender_id, first, new)
                _store_snapshot(cursor, sender_id, first + len(new), snapshot)

        await self._transactions.write(work)

    async def history(self, sender_id: str) -> list[str]:
        """All events of a conversation in order, each as JSON; empty where there is none."""
        return await self._transactions.read(lambda cursor: _history(cursor, sender_id))

    async def messages(self, sender_id: str, limit: int = 200) -> list[dict[str, Any]]:
        """The latest things that customer and bot said, oldest first, as Rasa writes them."""
        return await self._transactions.read(lambda cursor: messages(cursor, sender_id, limit))

    def history_now(self, sender_id: str) -> list[str]:
        """As `history`, for the rare caller that cannot wait."""
        return self._transactions.read_now(lambda cursor: _history(cursor, sender_id))

    async def senders(self) -> list[str]:
        """All conversations."""
        rows = await self._transactions.read(lambda cursor: cursor.rows("SELECT sender_id FROM conversation_states"))
        return [sender for (sender,) in rows]

    async def purge(self, before: float) -> int:
        """Delete all events before a moment (Unix seconds); returns how many. Conversations without any left go too."""

        def work(cursor: Cursor) -> int:
            return cursor.execute(
                "DELETE FROM conversation_events WHERE (sender_id, seq) IN "
                f"(SELECT sender_id, seq FROM conversation_events WHERE timestamp < ? LIMIT {_ROWS})",
                (before,),
            )

        purged = 0
        while deleted := await self._transactions.write(work):
            purged += deleted
        await self._transactions.write(lambda cursor: _forget_empty(cursor, before))
        return purged

    def close(self) -> None:
        """Close the connections."""
        self._transactions.close()


def messages(cursor: Cursor, sender_id: str, limit: int) -> list[dict[str, Any]]:
    """`ConversationLog.messages` within a transaction."""
    rows = cursor.rows(
        "SELECT data FROM conversation_events WHERE sender_id = ? AND type IN ('user', 'bot') "
        "ORDER BY seq DESC LIMIT ?",
        (sender_id, limit),
    )
    return [json.loads(data) for (data,) in reversed(rows)]


def _run_beside(beside: Callable[[Cursor], None], cursor: Cursor) -> None:
    try:
        beside(cursor)
    except DuplicateKeyError as error:  # has nothing to do with who goes on with the conversation
        raise RuntimeError(f"what belongs to the turn could not be stored: {error}") from error


def _version(cursor: Cursor, sender_id: str) -> Version | None:
    rows = cursor.rows("SELECT seq, updated_at FROM conversation_states WHERE sender_id = ?", (sender_id,))
    return Version(*rows[0]) if rows else None


def _load(cursor: Cursor, sender_id: str) -> Stored | None:
    rows = cursor.rows(
        "SELECT state.seq, state.updated_at, snapshot.seq, snapshot.data FROM conversation_states AS state "
        "JOIN conversation_snapshots AS snapshot ON snapshot.sender_id = state.sender_id WHERE state.sender_id = ?",
        (sender_id,),
    )
    if not rows:
        return None
    seq, updated_at, since, snapshot = rows[0]
    events = cursor.rows(
        "SELECT data FROM conversation_events WHERE sender_id = ? AND seq >= ? ORDER BY seq", (sender_id, since)
    )
    return Stored(seq, updated_at, snapshot, [data for (data,) in events])


def _history(cursor: Cursor, sender_id: str) -> list[str]:
    rows = cursor.rows("SELECT data FROM conversation_events WHERE sender_id = ? ORDER BY seq", (sender_id,))
    return [data for (data,) in rows]


def _insert_state(cursor: Cursor, sender_id: str, seq: int, now: float) -> None:
    cursor.execute(
        "INSERT INTO conversation_states (sender_id, seq, updated_at) VALUES (?, ?, ?)", (sender_id, seq, now)
    )


def _store_snapshot(cursor: Cursor, sender_id: str, seq: int, snapshot: Snapshot) -> None:
    cursor.execute(
        "INSERT INTO conversation_snapshots (sender_id, seq, data) VALUES (?, ?, ?) "
        "ON CONFLICT (sender_id) DO UPDATE SET seq = excluded.seq, data = excluded.data",
        (sender_id, seq, snapshot.text),
    )


def _insert_events(cursor: Cursor, sender_id: str, seq: int, new: Sequence[NewEvent]) -> None:
    for first in range(0, len(new), _ROWS):
        batch = new[first : first + _ROWS]
        cursor.execute(
            "INSERT INTO conversation_events (sender_id, seq, type, timestamp, data) VALUES "
            + ", ".join(["(?, ?, ?, ?, ?)"] * len(batch)),
            [
                value
                for number, event in enumerate(batch, seq + first)
                for value in (sender_id, number, event.type, event.timestamp, event.data)
            ],
        )


def _forget_empty(cursor: Cursor, before: float) -> None:
    """A turn that is under way has made `updated_at` newer, or finds its row gone and stores nothing."""
    cursor.execute(
        "DELETE FROM conversation_states WHERE updated_at < ? AND NOT EXISTS "
        "(SELECT 1 FROM conversation_events WHERE conversation_events.sender_id = conversation_states.sender_id)",
        (before,),
    )
    cursor.execute(
        "DELETE FROM conversation_snapshots WHERE NOT EXISTS "
        "(SELECT 1 FROM conversation_states WHERE conversation_states.sender_id = conversation_snapshots.sender_id)"
    )
