"""The message log: what the customer of a pushed channel sees, in order, durable; streams and history read it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from kefu.channels.models import Message
from kefu.database import Database

CUSTOMER, BOT, AGENT, NOTICE = "customer", "bot", "agent", "notice"

_messages = Message.__table__


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
        async with self._database.transaction(conversation_key(conversation)) as transaction:
            return await append(transaction, conversation, lines)

    async def after(self, conversation: str, seq: int, limit: int = 200) -> list[Logged]:
        """The first lines behind `seq`, oldest first."""
        query = select(_messages).where(_messages.c.conversation == conversation, _messages.c.seq > seq)
        async with self._database.read() as session:
            return [_logged(row) for row in await session.execute(query.order_by(_messages.c.seq).limit(limit))]

    async def before(self, conversation: str, seq: int | None = None, limit: int = 50) -> list[Logged]:
        """The last lines before `seq` (default: the newest there are), oldest first."""
        query = select(_messages).where(_messages.c.conversation == conversation)
        if seq is not None:
            query = query.where(_messages.c.seq < seq)
        async with self._database.read() as session:
            found = await session.execute(query.order_by(_messages.c.seq.desc()).limit(limit))
            return [_logged(row) for row in found][::-1]


def conversation_key(conversation: str) -> str:
    """What a transaction names that writes lines of a conversation, so that no two count at once."""
    return f"conversation:{conversation}"


async def append(transaction: AsyncConnection, conversation: str, lines: Sequence[Line]) -> list[Logged]:
    """`MessageLog.append` within a transaction on `conversation_key`."""
    there = await _by_message_id(transaction, conversation, (line.message_id for line in lines if line.message_id))
    last = select(func.coalesce(func.max(_messages.c.seq), 0)).where(_messages.c.conversation == conversation)
    seq: int = (await transaction.execute(last)).scalar_one()
    now = datetime.now(timezone.utc)
    logged: list[Logged] = []
    for line in lines:
        known = there.get(line.message_id) if line.message_id else None
        if known is None:
            seq += 1
            known = Logged(seq, line.who, line.body, line.message_id, now, is_new=True)
            if line.message_id:
                there[line.message_id] = Logged(seq, line.who, line.body, line.message_id, now)
        logged.append(known)
    new = [{"conversation": conversation, **_columns(line)} for line in logged if line.is_new]
    if new:
        await transaction.execute(insert(_messages), new)
    return logged


async def _by_message_id(transaction: AsyncConnection, conversation: str, ids: Iterable[str]) -> dict[str, Logged]:
    wanted = list(ids)
    if not wanted:
        return {}
    query = select(_messages).where(_messages.c.conversation == conversation, _messages.c.message_id.in_(wanted))
    return {row.message_id: _logged(row) for row in await transaction.execute(query)}


def _columns(line: Logged) -> dict[str, Any]:
    return {"seq": line.seq, "who": line.who, "body": line.body, "message_id": line.message_id, "at": line.at}


def _logged(row: Row) -> Logged:
    return Logged(row.seq, row.who, row.body, row.message_id, row.at)
