"""What is said about a ticket: answers to the customer, the customer's words, notes among the staff."""

from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.errors import TicketError, Unacceptable
from kefu.desk.lifecycle import REOPENABLE, Status
from kefu.desk.models import Ticket, TicketMessage
from kefu.desk.outbox.customers import customer_is_there, tell_reply
from kefu.desk.sla import heard_from_us
from kefu.desk.ticket_events import record
from kefu.desk.ticket_rows import family, lock_survivor
from kefu.desk.tickets import customer_is_back
from kefu.desk.visible import visible
from kefu.desk.work import move, take_up
from kefu.sealing import fingerprint, fingerprints
from kefu.text import mask

LONGEST = 4000  # characters


class MessageKind(str, Enum):
    """Who says something to whom."""

    REPLY = "reply"  # the staff to the customer
    CUSTOMER = "customer"
    NOTE = "note"  # the staff to itself; the customer never sees it


@dataclass(frozen=True)
class Said:
    """A message that is there now, on the ticket that it went to (the survivor of a merge)."""

    message: TicketMessage
    ticket: Ticket
    created: bool = True


class TicketMessages:
    """Messages of tickets; those to a merged ticket reach the one that lives on. Each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reply(
        self,
        ticket_id: str,
        text: str,
        actor: str,
        agent: str,
        key: str,
        then: Status | None = None,
        now: datetime | None = None,
    ) -> Said:
        """Answer the customer: stored, and pushed to the channel used last; nobody's ticket is then the agent's.

        Args:
            agent: the name that the customer sees.
            key: the same key never says anything twice.
            then: the status afterwards, e.g. WAITING_CUSTOMER; None leaves it.

        Raises:
            KeyError: there is no such ticket.
            TicketError: it is closed, or `then` is not allowed.
            Unacceptable: the text is empty or too long.
        """
        return await self._say(ticket_id, MessageKind.REPLY, text, actor, key, agent=agent, then=then, now=now)

    async def note(self, ticket_id: str, text: str, actor: str, key: str, now: datetime | None = None) -> Said:
        """Write something down that only the staff sees; raises as `reply`, but a closed ticket takes notes."""
        return await self._say(ticket_id, MessageKind.NOTE, text, actor, key, now=now)

    async def from_customer(
        self, ticket_id: str, text: str, key: str, actor: str = "customer", now: datetime | None = None
    ) -> Said:
        """Add the customer's words (masked here); reopens a ticket that was resolved less than 7 days ago.

        Raises:
            KeyError: there is no such ticket.
            TicketError: it is over: the customer needs a new one.
            Unacceptable: the text is empty or too long.
        """
        return await self._say(ticket_id, MessageKind.CUSTOMER, mask(text), actor, key, now=now)

    async def of(self, ticket_id: str) -> list[TicketMessage]:
        """All messages of a ticket and of those merged into it, oldest first."""
        query = select(TicketMessage).where(TicketMessage.ticket_id.in_(family(ticket_id)))
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(TicketMessage.at, TicketMessage.id))).scalars())

    async def _say(self, ticket_id: str, kind: MessageKind, text: str, actor: str, key: str, **more: Any) -> Said:
        async with self._database.write(f"message:{fingerprint(kind.value, ticket_id, key)}") as session:
            return await _add(session, ticket_id, kind, text, actor, key, **more)


async def hear(session: AsyncSession, ticket_id: str, text: str, key: str, now: datetime) -> Said:
    """`from_customer`, within the caller's transaction."""
    return await _add(session, ticket_id, MessageKind.CUSTOMER, mask(text), "customer", key, now=now)


async def _add(
    session: AsyncSession,
    ticket_id: str,
    kind: MessageKind,
    text: str,
    actor: str,
    key: str,
    agent: str = "",
    then: Status | None = None,
    now: datetime | None = None,
) -> Said:
    moment, words = now or datetime.now(timezone.utc), checked_text(text)
    key_parts = (kind.value, ticket_id, key)
    ticket = await lock_survivor(session, ticket_id)
    query = select(TicketMessage).where(TicketMessage.idempotency_key.in_(fingerprints(*key_parts)))
    repeated = (await session.execute(query)).scalars().first()
    if repeated:
        return Said(repeated, ticket, created=False)
    message = TicketMessage(
        ticket_id=ticket.id,
        at=moment,
        author=actor,
        kind=kind.value,
        text=words,
        idempotency_key=fingerprint(*key_parts),
    )
    session.add(message)
    await session.flush()
    if kind is MessageKind.REPLY:
        _check_open(ticket)
        heard_from_us(ticket, moment)  # before the record: one event, one version
    await record(session, ticket, actor, kind.value, {"message": message.id}, moment)
    if kind is MessageKind.REPLY:
        await _answer(session, ticket, message, agent, then, moment)
    elif kind is MessageKind.CUSTOMER:
        await _hear(session, ticket, actor, moment)
    return Said(message, ticket)


def checked_text(text: str) -> str:
    """A text without what can't be stored or shown.

    Raises:
        Unacceptable: nothing is left, or it is too long.
    """
    words = visible(text)
    if not words:
        raise Unacceptable("内容不能为空")
    if len(words) > LONGEST:
        raise Unacceptable(f"内容最多 {LONGEST} 个字，现在有 {len(words)} 个")
    return words


def _check_open(ticket: Ticket) -> None:
    if ticket.status == Status.CLOSED.value:
        raise TicketError(f"工单 {ticket.id} 已关闭，要先重新打开才能回复客户")


async def _answer(
    session: AsyncSession, ticket: Ticket, message: TicketMessage, agent: str, then: Status | None, now: datetime
) -> None:
    await tell_reply(session, ticket, message.id, message.text, agent, now)
    await take_up(session, ticket, message.author, now)
    if then is not None and then.value != ticket.status:
        await move(session, ticket, then, message.author, now, tell=then is not Status.WAITING_CUSTOMER)


async def _hear(session: AsyncSession, ticket: Ticket, actor: str, now: datetime) -> None:
    await customer_is_there(session, ticket)
    if Status(ticket.status).is_active:
        customer_is_back(ticket, now)
        return
    if ticket.status == Status.CLOSED.value or now - ticket.resolved_at > REOPENABLE:
        raise TicketError(f"工单 {ticket.id} 已经结束，请登记一张新的")
    await move(session, ticket, Status.REOPENED, actor, now, tell=False)
