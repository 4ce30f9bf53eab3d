"""The durable inbox: a message is stored before it is worked on, and its answer before it is given.

Statements without objects, and one transaction each: every message of every channel takes this way.
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

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from kefu.channels import log
from kefu.channels.log import BOT, CUSTOMER, Line, Logged, conversation_key
from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage, Message
from kefu.channels.prepare import Prepared
from kefu.channels.quick_replies import resolve, spoken, typed
from kefu.database import Database

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=6)  # after it, a process that says nothing is dead to the others
_RENEWAL = LEASE.total_seconds() / 4
_MOST_NAMES = 500  # in one statement
_LONGEST_TITLE = 40  # characters of a button: a longer text presses none
_SHOWN = ("text", "buttons", "image", "custom")

Replies = list[dict[str, Any]]

_inbound = InboundMessage.__table__
_messages = Message.__table__


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
        async with self._database.transaction(conversation_key(message.conversation)) as transaction:
            known = await _find(transaction, message)
            if known is not None:
                return known
            pressed = await self._pressed(transaction, message, prepared)
            stored = Stored(
                replace(message, text=pressed.original),
                pressed,
                datetime.now(timezone.utc),
                leased_by=self.owner,
                is_new=True,
            )
            if self._is_logged:
                line = Line(CUSTOMER, message.shown or {"text": pressed.original}, message.message_id)
                [logged] = await log.append(transaction, message.conversation, [line])
                stored = replace(stored, seq=logged.seq)
            await transaction.execute(insert(_inbound), _columns(stored))
            return stored

    async def waiting(self, conversation: str) -> list[Stored]:
        """The messages of a conversation that have no answer, in the order in which they came."""
        query = select(_inbound).where(_inbound.c.conversation == conversation, _inbound.c.answered_at.is_(None))
        async with self._database.read() as session:
            return [_stored(row) for row in await session.execute(query.order_by(_inbound.c.seq))]

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
        ids = [line.message.message_id for line in lines]
        ours = (_inbound.c.conversation == conversation) & _inbound.c.message_id.in_(ids)
        async with self._database.transaction(conversation_key(conversation)) as transaction:
            now = datetime.now(timezone.utc)
            done = await transaction.execute(
                update(_inbound)
                .where(ours, _inbound.c.answered_at.is_(None))
                .values(replies=replies, answered_at=now, leased_by=None, lease_until=None)
            )
            if not done.rowcount:
                return None
            for message_id, text in (masked or {}).items():
                await _mask_again(transaction, conversation, message_id, text)
            if not self._is_logged:
                return []
            shown = [{name: reply[name] for name in _SHOWN if reply.get(name)} for reply in replies]
            return await log.append(transaction, conversation, [Line(BOT, body) for body in shown])

    async def offered(self, conversation: str) -> list[dict[str, str]]:
        """The buttons (`title`, sealed `payload`) under the latest answer of a conversation."""
        async with self._database.transaction() as transaction:
            return await self._offered(transaction, conversation)

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
                claimed = await transaction.execute(
                    claim.values(leased_by=self.owner, lease_until=now + LEASE, tries=_inbound.c.tries + 1)
                )
                taken += [conversation] if claimed.rowcount else []
        return taken

    async def look(self, message: Inbound) -> Stored | None:
        """A message as it is stored now."""
        async with self._database.read() as session:
            return await _find(session, message)

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

    async def _pressed(self, transaction: AsyncConnection, message: Inbound, prepared: Prepared) -> Prepared:
        """What a clicked or typed button stands for; else what was prepared."""
        pressed = message.text
        if len(pressed) <= _LONGEST_TITLE and message.shown is None:
            pressed = typed(await self._offered(transaction, message.conversation), pressed) or pressed
        command = resolve(message.conversation, pressed) or spoken(pressed)
        return Prepared(*command, pressed=True) if command else prepared

    async def _offered(self, transaction: AsyncConnection, conversation: str) -> list[dict[str, str]]:
        if self._is_logged and (pushed := await _pushed_buttons(transaction, conversation)):
            return pushed
        query = (
            select(_inbound.c.replies)
            .where(_inbound.c.conversation == conversation, _inbound.c.answered_at.is_not(None))
            .order_by(_inbound.c.answered_at.desc())
            .limit(1)
        )
        replies = (await transaction.execute(query)).scalar_one_or_none() or []
        return [button for reply in replies for button in reply.get("buttons") or []]


async def _pushed_buttons(transaction: AsyncConnection, conversation: str) -> list[dict[str, str]]:
    """The buttons of the last thing said, where that was said outside of a turn (it then has an id)."""
    said = select(_messages.c.body, _messages.c.message_id).where(
        _messages.c.conversation == conversation, _messages.c.who != CUSTOMER
    )
    last = (await transaction.execute(said.order_by(_messages.c.seq.desc()).limit(1))).one_or_none()
    return last.body.get("buttons") or [] if last is not None and last.message_id else []


async def _find(transaction: Any, message: Inbound) -> Stored | None:
    query = select(_inbound).where(
        _inbound.c.conversation == message.conversation, _inbound.c.message_id == message.message_id
    )
    row = (await transaction.execute(query)).one_or_none()
    return None if row is None else _stored(row)


async def _mask_again(transaction: AsyncConnection, conversation: str, message_id: str, text: str) -> None:
    where = {"conversation": conversation, "message_id": message_id}
    await transaction.execute(update(_inbound).filter_by(**where).values(text=text, prepared=text))
    await transaction.execute(update(_messages).filter_by(**where).values(body={"text": text}))


def _columns(stored: Stored) -> dict[str, Any]:
    message, prepared = stored.message, stored.prepared
    return {
        "conversation": message.conversation,
        "message_id": message.message_id,
        "channel": message.channel,
        "brand": message.brand or "",
        "text": prepared.original,
        "prepared": prepared.text,
        "sealed": prepared.sealed,
        "was_cut": prepared.was_cut,
        "pressed": prepared.pressed,
        "seq": stored.seq,
        "received_at": stored.received_at,
        "leased_by": stored.leased_by,
        "lease_until": stored.received_at + LEASE,
        "tries": 0,
    }


def _stored(row: Row) -> Stored:
    return Stored(
        Inbound(row.channel, row.conversation, row.text, row.brand or None, row.message_id),
        Prepared(row.prepared or row.text, row.text, row.sealed or {}, row.was_cut, row.pressed),
        row.received_at,
        row.seq,
        row.tries,
        row.leased_by,
        row.lease_until,
        row.replies if row.answered_at else None,
    )
