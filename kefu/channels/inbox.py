"""The durable inbox: a message is stored before it is worked on, and its answer before it is given.

One transaction each, and plain SQL where every message of every channel takes the way.
"""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import case, select, update

from kefu.channels import log
from kefu.channels.columns import as_json, as_moment, from_json, from_moment
from kefu.channels.log import BOT, CUSTOMER, Line, Logged, conversation_key
from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage
from kefu.channels.prepare import Prepared
from kefu.channels.quick_replies import resolve, spoken, typed
from kefu.conversations.transactions import Cursor
from kefu.database import Database

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=6)  # after it, a process that says nothing is dead to the others
_RENEWAL = LEASE.total_seconds() / 4
_MOST_NAMES = 500  # in one statement
_LONGEST_TITLE = 40  # characters of a button: a longer text presses none
_SHOWN = ("text", "buttons", "image", "custom")

Replies = list[dict[str, Any]]

_inbound = InboundMessage.__table__

_COLUMNS = (
    "conversation, message_id, channel, brand, text, prepared, sealed, was_cut, pressed, seq, "
    "received_at, leased_by, lease_until, tries, replies, answered_at"
)


@dataclass(frozen=True)
class Stored:
    """A message in the inbox, with all that a turn needs; `message.text` is masked."""

    message: Inbound
    prepared: Prepared
    received_at: datetime
    seq: int | None = None
    tries: int = 0
    leased_by: str | None = None
    lease_until: datetime | None = None
    replies: Replies | None = None
    is_new: bool = False
    is_half: bool = False  # its turn is on record and has failed on its way; nothing was given to the customer


class Inbox:
    """Inbound messages by (conversation, message id); makes a repeated message answerable once."""

    def __init__(self, database: Database, is_logged: bool = False) -> None:
        """An inbox of one process.

        Args:
            is_logged: whether customers see the message log: then lines and answers are written to it as well.
        """
        self._database = database
        self._is_logged = is_logged
        self.owner = secrets.token_hex(8)
        self._held: Counter[str] = Counter()
        self._renewing: asyncio.Task[None] | None = None

    async def store(self, message: Inbound, prepared: Prepared) -> Stored:
        """Store a message, or find it as it was stored; a typed button becomes its command."""

        def work(cursor: Cursor) -> Stored:
            known = _find(cursor, message)
            if known is not None:
                return known
            return self._stored_now(cursor, message, self._pressed(cursor, message, prepared))

        return await self._database.quick(work, conversation_key(message.conversation))

    async def set_aside(self, message: Inbound, prepared: Prepared) -> bool:
        """Store a message that no turn is to answer; False where it is stored already, to be answered."""

        def work(cursor: Cursor) -> bool:
            known = _find(cursor, message)
            if known is not None:
                return known.replies == []  # set aside before: that was not told, or not heard
            return self.answer_within(cursor, [self._stored_now(cursor, message, prepared)], []) is not None

        return await self._database.quick(work, conversation_key(message.conversation))

    def _stored_now(self, cursor: Cursor, message: Inbound, prepared: Prepared) -> Stored:
        stored = Stored(
            replace(message, text=prepared.original),
            prepared,
            datetime.now(timezone.utc),
            leased_by=self.owner,
            is_new=True,
        )
        if self._is_logged:
            line = Line(CUSTOMER, message.shown or {"text": prepared.original}, message.message_id)
            [logged] = log.append(cursor, message.conversation, [line])
            stored = replace(stored, seq=logged.seq)
        _insert(cursor, stored)
        return stored

    async def waiting(self, conversation: str) -> list[Stored]:
        """The messages of a conversation that have no answer, in the order in which they came."""
        where = "WHERE conversation = ? AND answered_at IS NULL ORDER BY seq"
        return await self._database.quick_read(lambda cursor: _select(cursor, where, (conversation,)))

    async def answer(
        self, lines: Sequence[Stored], replies: Replies, masked: Mapping[str, str] | None = None
    ) -> list[Logged] | None:
        """Keep what messages of one turn were answered with.

        Args:
            lines: the messages; all get the same answer.
            replies: the answer.
            masked: texts by message id that turned out to hold more personal data than each alone showed.

        Returns:
            The lines of the answer in the log; None where somebody else has answered.
        """
        conversation = lines[0].message.conversation
        return await self._database.quick(
            lambda cursor: self.answer_within(cursor, lines, replies, masked), conversation_key(conversation)
        )

    def answer_within(
        self, cursor: Cursor, lines: Sequence[Stored], replies: Replies, masked: Mapping[str, str] | None = None
    ) -> list[Logged] | None:
        """`answer`, within a transaction on `conversation_key`."""
        conversation = lines[0].message.conversation
        ids = [line.message.message_id for line in lines]
        answered = cursor.execute(
            "UPDATE inbound_messages SET replies = ?, answered_at = ?, leased_by = NULL, lease_until = NULL "
            f"WHERE conversation = ? AND message_id IN ({', '.join('?' * len(ids))}) AND answered_at IS NULL",
            (as_json(replies), as_moment(cursor, datetime.now(timezone.utc)), conversation, *ids),
        )
        if not answered:
            return None
        for message_id, text in (masked or {}).items():
            _mask_again(cursor, conversation, message_id, text)
        if not self._is_logged:
            return []
        shown = [{name: reply[name] for name in _SHOWN if reply.get(name)} for reply in replies]
        return log.append(cursor, conversation, [Line(BOT, body) for body in shown])

    def half_within(self, cursor: Cursor, lines: Sequence[Stored], replies: Replies) -> None:
        """Note, in the transaction of a turn that has failed on its way, what it had said: the answer is to come."""
        ids = [line.message.message_id for line in lines]
        cursor.execute(
            "UPDATE inbound_messages SET replies = ? "
            f"WHERE conversation = ? AND message_id IN ({', '.join('?' * len(ids))}) AND answered_at IS NULL",
            (as_json(replies), lines[0].message.conversation, *ids),
        )

    async def offered(self, conversation: str) -> list[dict[str, str]]:
        """The buttons (`title`, sealed `payload`) under the latest answer of a conversation."""
        return await self._database.quick_read(lambda cursor: self._offered(cursor, conversation))

    async def abandoned(self, channel: str, limit: int = 50) -> list[str]:
        """Take over the conversations of a channel that have messages nobody is working on any more."""
        now = datetime.now(timezone.utc)
        free = (_inbound.c.answered_at.is_(None), _inbound.c.channel == channel, _inbound.c.lease_until < now)
        oldest = select(_inbound.c.conversation).where(*free).order_by(_inbound.c.received_at).limit(limit)
        async with self._database.read() as session:
            found = list(dict.fromkeys((await session.execute(oldest)).scalars()))
        taken = []
        for conversation in found:
            async with self._database.transaction(conversation_key(conversation)) as transaction:
                claim = update(_inbound).where(*free, _inbound.c.conversation == conversation)
                taken_over = case((_inbound.c.tries == 0, 1), else_=_inbound.c.tries)
                claimed = await transaction.execute(
                    claim.values(leased_by=self.owner, lease_until=now + LEASE, tries=taken_over)
                )
                taken += [conversation] if claimed.rowcount else []
        return taken

    async def begin_again(self, lines: Sequence[Stored]) -> list[Stored]:
        """Count that a turn which may have run before begins now; its lines with the new count."""
        conversation, ids = lines[0].message.conversation, [line.message.message_id for line in lines]
        begun = update(_inbound).where(_inbound.c.conversation == conversation, _inbound.c.message_id.in_(ids))
        async with self._database.transaction(conversation_key(conversation)) as transaction:
            await transaction.execute(begun.values(tries=_inbound.c.tries + 1))
        return [replace(line, tries=line.tries + 1) for line in lines]

    async def look(self, message: Inbound) -> Stored | None:
        """A message as it is stored now."""
        return await self._database.quick_read(lambda cursor: _find(cursor, message))

    @asynccontextmanager
    async def held(self, conversation: str) -> AsyncIterator[None]:
        """Keep our messages of a conversation from being taken over during the block."""
        self._held[conversation] += 1
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            self._held[conversation] -= 1
            if not self._held[conversation]:
                del self._held[conversation]
            if not self._held:
                self._renewing.cancel()
                self._renewing = None

    async def _renew(self) -> None:
        """One statement for all that is held: with much to do there are many."""
        while True:
            await asyncio.sleep(_RENEWAL)
            held = list(self._held)
            for some in (held[start : start + _MOST_NAMES] for start in range(0, len(held), _MOST_NAMES)):
                ours = (_inbound.c.conversation.in_(some), _inbound.c.answered_at.is_(None))
                until = datetime.now(timezone.utc) + LEASE
                renewal = update(_inbound).where(*ours, _inbound.c.leased_by == self.owner).values(lease_until=until)
                try:
                    async with self._database.transaction() as transaction:
                        await transaction.execute(renewal)
                except Exception as error:  # whatever it is, the next try may do
                    logger.warning("could not renew the lease of messages: %r", error)

    def _pressed(self, cursor: Cursor, message: Inbound, prepared: Prepared) -> Prepared:
        """What a clicked or typed button stands for; else what was prepared."""
        pressed = message.text
        if len(pressed) <= _LONGEST_TITLE and message.shown is None:
            pressed = typed(self._offered(cursor, message.conversation), pressed) or pressed
        if found := resolve(message.conversation, pressed):
            return Prepared(*found, pressed=True)
        command = spoken(prepared.text)
        return Prepared(command, prepared.original, pressed=True) if command else prepared

    def _offered(self, cursor: Cursor, conversation: str) -> list[dict[str, str]]:
        if self._is_logged and (pushed := _pushed_buttons(cursor, conversation)):
            return pushed
        rows = cursor.rows(
            "SELECT replies FROM inbound_messages WHERE conversation = ? AND answered_at IS NOT NULL "
            "ORDER BY answered_at DESC LIMIT 1",
            (conversation,),
        )
        replies = from_json(rows[0][0]) or [] if rows else []
        return [button for reply in replies for button in reply.get("buttons") or []]


def _pushed_buttons(cursor: Cursor, conversation: str) -> list[dict[str, str]]:
    """The buttons of the last thing said, where that was said outside of a turn (it then has an id)."""
    rows = cursor.rows(
        "SELECT body, message_id FROM messages WHERE conversation = ? AND who <> ? ORDER BY seq DESC LIMIT 1",
        (conversation, CUSTOMER),
    )
    return from_json(rows[0][0]).get("buttons") or [] if rows and rows[0][1] else []


def _find(cursor: Cursor, message: Inbound) -> Stored | None:
    where = "WHERE conversation = ? AND message_id = ?"
    return next(iter(_select(cursor, where, (message.conversation, message.message_id))), None)


def _mask_again(cursor: Cursor, conversation: str, message_id: str, text: str) -> None:
    where = "WHERE conversation = ? AND message_id = ?"
    key = (conversation, message_id)
    cursor.execute(f"UPDATE inbound_messages SET text = ?, prepared = ? {where}", (text, text, *key))
    cursor.execute(f"UPDATE messages SET body = ? {where}", (as_json({"text": text}), *key))


def _insert(cursor: Cursor, stored: Stored) -> None:
    message, prepared, at = stored.message, stored.prepared, stored.received_at
    cursor.execute(
        f"INSERT INTO inbound_messages ({_COLUMNS}) VALUES ({', '.join('?' * 16)})",
        (
            *(message.conversation, message.message_id, message.channel, message.brand or ""),
            *(prepared.original, prepared.text, as_json(prepared.sealed), prepared.was_cut, prepared.pressed),
            *(stored.seq, as_moment(cursor, at), stored.leased_by, as_moment(cursor, at + LEASE), 0, None, None),
        ),
    )


def _select(cursor: Cursor, where: str, values: Sequence[Any]) -> list[Stored]:
    return [_stored(row) for row in cursor.rows(f"SELECT {_COLUMNS} FROM inbound_messages {where}", values)]


def _stored(row: Sequence[Any]) -> Stored:
    conversation, message_id, channel, brand, text, prepared, sealed, was_cut, pressed, *rest = row
    seq, received_at, leased_by, lease_until, tries, replies, answered_at = rest
    return Stored(
        Inbound(channel, conversation, text, brand or None, message_id),
        Prepared(prepared or text, text, from_json(sealed) or {}, bool(was_cut), bool(pressed)),
        from_moment(received_at),
        seq,
        tries,
        leased_by,
        from_moment(lease_until) if lease_until else None,
        from_json(replies) if answered_at else None,
        is_half=answered_at is None and bool(from_json(replies)),
    )
