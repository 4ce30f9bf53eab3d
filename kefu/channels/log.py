"""The message log: what the customer of a pushed channel sees, in order, durable; streams and history read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from kefu.channels.columns import as_json, as_moment, from_json, from_moment
from kefu.conversations.transactions import Cursor
from kefu.database import Database

CUSTOMER, BOT, AGENT, NOTICE = "customer", "bot", "agent", "notice"


@dataclass(frozen=True)
class Line:
    """A line to be written. `body`: `{text?, buttons? [{title, payload (sealed)}], image?, custom?, agent?}`."""

    who: str
    body: dict[str, Any]
    message_id: str | None = None


@dataclass(frozen=True)
class Logged:
    """A line as it stands in the log; `is_new` is False where an append found it there already."""

    seq: int
    who: str
    body: dict[str, Any]
    message_id: str | None
    at: datetime
    is_new: bool = False


class MessageLog:
    """Lines by (conversation, seq), seq counting from 1."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """The database that holds the log."""
        return self._database

    async def append(self, conversation: str, lines: Sequence[Line]) -> list[Logged]:
        """Write lines; one whose message_id is there already is not written again. Returns all, in order."""
        return await self._database.quick(
            lambda cursor: append(cursor, conversation, lines), conversation_key(conversation)
        )

    async def find(self, conversation: str, message_id: str) -> Logged | None:
        """The line of a message; None where it is not there."""
        found = await self._database.quick_read(lambda cursor: _by_message_id(cursor, conversation, [message_id]))
        return found.get(message_id)

    async def after(self, conversation: str, seq: int, limit: int = 200) -> list[Logged]:
        """The first lines behind `seq`, oldest first."""
        where = "conversation = ? AND seq > ? ORDER BY seq LIMIT ?"
        return await self._database.quick_read(lambda cursor: _select(cursor, where, (conversation, seq, limit)))

    async def before(self, conversation: str, seq: int | None = None, limit: int = 50) -> list[Logged]:
        """The last lines before `seq` (default: the newest there are), oldest first."""
        is_before = "" if seq is None else "AND seq < ? "
        where = f"conversation = ? {is_before}ORDER BY seq DESC LIMIT ?"
        values = (conversation, *(() if seq is None else (seq,)), limit)
        return (await self._database.quick_read(lambda cursor: _select(cursor, where, values)))[::-1]


def conversation_key(conversation: str) -> str:
    """What a transaction names that writes lines of a conversation, so that no two count at once."""
    return f"conversation:{conversation}"


def append(cursor: Cursor, conversation: str, lines: Sequence[Line]) -> list[Logged]:
    """`MessageLog.append` within a transaction on `conversation_key`."""
    there = _by_message_id(cursor, conversation, [line.message_id for line in lines if line.message_id])
    last = cursor.rows("SELECT COALESCE(MAX(seq), 0) FROM messages WHERE conversation = ?", (conversation,))
    seq: int = last[0][0]
    now = datetime.now(timezone.utc)
    logged: list[Logged] = []
    for line in lines:
        known = there.get(line.message_id) if line.message_id else None
        if known is None:
            seq += 1
            known = Logged(seq, line.who, line.body, line.message_id, now, is_new=True)
            if line.message_id:
                there[line.message_id] = Logged(seq, line.who, line.body, line.message_id, now)
            _insert(cursor, conversation, known)
        logged.append(known)
    return logged


def _by_message_id(cursor: Cursor, conversation: str, ids: Sequence[str]) -> dict[str, Logged]:
    if not ids:
        return {}
    where = f"conversation = ? AND message_id IN ({', '.join('?' * len(ids))})"
    return {line.message_id: line for line in _select(cursor, where, (conversation, *ids)) if line.message_id}


def _select(cursor: Cursor, where: str, values: Sequence[Any]) -> list[Logged]:
    rows = cursor.rows(f"SELECT seq, who, body, message_id, at FROM messages WHERE {where}", values)
    return [Logged(seq, who, from_json(body), name, from_moment(at)) for seq, who, body, name, at in rows]


def _insert(cursor: Cursor, conversation: str, line: Logged) -> None:
    cursor.execute(
        "INSERT INTO messages (conversation, seq, who, body, message_id, at) VALUES (?, ?, ?, ?, ?, ?)",
        (conversation, line.seq, line.who, as_json(line.body), line.message_id, as_moment(cursor, line.at)),
    )
