"""The conversations in the database: events are only ever appended; a turn reads one row and writes a few."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

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
class Stored:
    """What the next turn needs of a conversation, and the number that its first event will have."""

    seq: int
    state: str


class ConversationLog:
    """Reads and appends; all errors of the database reach the caller."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def load(self, sender_id: str) -> Stored | None:
        """What the next turn needs; None where nothing of the conversation is stored."""
        return await self._transactions.read(lambda cursor: _load(cursor, sender_id))

    async def append(self, sender_id: str, seq: int, new: Sequence[NewEvent], state: str) -> None:
        """Store a turn: all of it or nothing.

        Args:
            seq: number of the first new event, as it was when the conversation was read; 0: it was new.

        Raises:
            ConversationMovedOnError: somebody else has appended since.
        """

        def work(cursor: Cursor) -> None:
            if seq == 0:
                _insert_state(cursor, sender_id, len(new), state)
            elif not _update_state(cursor, sender_id, seq, seq + len(new), state):
                # The row's lock makes a second writer wait, and then find another number.
                raise ConversationMovedOnError(sender_id)
            _insert_events(cursor, sender_id, seq, new)

        try:
            await self._transactions.write(work)
        except DuplicateKeyError as error:
            raise ConversationMovedOnError(sender_id) from error

    async def replace(self, sender_id: str, new: Sequence[NewEvent], state: str) -> None:
        """Forget a conversation and store another history in its place.

        Numbers go on from the old ones, so that a turn that is under way cannot take this for what it has read.
        """

        def work(cursor: Cursor) -> None:
            stored = _load(cursor, sender_id)
            first = stored.seq if stored else 0
            cursor.execute("DELETE FROM conversation_states WHERE sender_id = ?", (sender_id,))
            cursor.execute("DELETE FROM conversation_events WHERE sender_id = ?", (sender_id,))
            if new:
                _insert_state(cursor, sender_id, first + len(new), state)
                _insert_events(cursor, sender_id, first, new)

        await self._transactions.write(work)

    async def load_all(self, sender_id: str) -> tuple[Stored | None, list[str]]:
        """As `load`, with all events of one and the same moment."""
        return await self._transactions.read(lambda cursor: (_load(cursor, sender_id), _history(cursor, sender_id)))

    async def history(self, sender_id: str) -> list[str]:
        """All events of a conversation in order, each as JSON; empty where there is none."""
        return await self._transactions.read(lambda cursor: _history(cursor, sender_id))

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


def _load(cursor: Cursor, sender_id: str) -> Stored | None:
    rows = cursor.rows("SELECT seq, state FROM conversation_states WHERE sender_id = ?", (sender_id,))
    return Stored(*rows[0]) if rows else None


def _history(cursor: Cursor, sender_id: str) -> list[str]:
    rows = cursor.rows("SELECT data FROM conversation_events WHERE sender_id = ? ORDER BY seq", (sender_id,))
    return [data for (data,) in rows]


def _insert_state(cursor: Cursor, sender_id: str, seq: int, state: str) -> None:
    cursor.execute(
        "INSERT INTO conversation_states (sender_id, seq, updated_at, state) VALUES (?, ?, ?, ?)",
        (sender_id, seq, time.time(), state),
    )


def _update_state(cursor: Cursor, sender_id: str, seq: int, then: int, state: str) -> int:
    return cursor.execute(
        "UPDATE conversation_states SET seq = ?, updated_at = ?, state = ? WHERE sender_id = ? AND seq = ?",
        (then, time.time(), state, sender_id, seq),
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
