"""Handoffs: a customer waits for a person, a person takes over, and in the end the bot is back; stored, so that
nothing is lost when a process dies."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import Select

from kefu.database import Database
from kefu.desk.models import Handoff, HandoffLine
from kefu.desk.visible import visible
from kefu.sealing import fingerprint, seal

LONGEST_LINE = 2000  # characters that an agent may send at once
_FORGOTTEN = 3  # times the agent's allowed silence after which a talk in which nobody writes is over


class HandoffError(ValueError):
    """What was asked for is not possible now; the text says why, in the agent's words."""


class State(str, Enum):
    """Where a handoff stands."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class Ending(str, Enum):
    """Why a handoff ended."""

    AGENT = "agent"  # the agent closed it
    CUSTOMER = "customer"  # the customer went back to the bot
    UNTAKEN = "untaken"  # nobody took it in time: it became a ticket
    SILENT = "silent"  # the agent wrote nothing for too long


@dataclass(frozen=True)
class NewHandoff:
    """A customer who asks for a person; `packet` is what is known: slots, FAQ entries tried, masked transcript."""

    brand: str
    channel: str
    conversation: str
    reason: str
    topic: str
    urgent: bool = False
    ticket_id: str | None = None
    packet: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Finds the conversation's handoff again."""
        return conversation_key(self.conversation)


@dataclass(frozen=True)
class Place:
    """A handoff, how many wait before it, and for how long the customer had written nothing (None: the first line)."""

    handoff: Handoff
    before: int
    pause: timedelta | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has taken over yet."""
        return bool(self.handoff.state == State.WAITING.value)


def conversation_key(conversation: str) -> str:
    """The keyed digest under which a conversation's handoffs are stored."""
    return fingerprint("handoff", conversation)


class HandoffService:
    """Handoffs over a database. Safe to call from several processes at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, new: NewHandoff, now: datetime | None = None) -> Place:
        """Join the queue; who waits or talks already keeps the place."""
        moment = now or _now()
        async with self._database.write(f"handoff:{new.key}") as session:
            found = await _held(session, new.key)
            if found is None:
                found = _build(new, moment)
                session.add(found)
                await session.flush()
            elif new.urgent and not found.urgent:
                found.urgent = True
            return Place(found, await _before(session, found))

    async def place(self, conversation: str) -> Place | None:
        """The open handoff of a conversation, if any."""
        async with self._database.read() as session:
            found = await _open(session, conversation_key(conversation))
            return Place(found, await _before(session, found)) if found else None

    async def say(self, conversation: str, text: str, message_id: str, now: datetime | None = None) -> Place | None:
        """Keep a customer's line for the person; None where the handoff is over. A repeated id is kept once."""
        moment, key = now or _now(), conversation_key(conversation)
        async with self._database.write(f"handoff:{key}") as session:
            found = await _held(session, key)
            if found is None:
                return None
            pause = moment - found.customer_at if found.customer_at else None
            if await _add(session, found, "customer", text, message_id, moment):
                found.customer_at = moment
            return Place(found, await _before(session, found), pause)

    async def leave(self, conversation: str, now: datetime | None = None) -> bool:
        """The customer goes back to the bot; returns whether there was a handoff to leave."""
        key = conversation_key(conversation)
        async with self._database.write(f"handoff:{key}") as session:
            found = await _held(session, key)
            if found is not None:
                _end(found, Ending.CUSTOMER, now or _now())
            return found is not None

    async def get(self, handoff_id: int) -> Handoff | None:
        """The handoff of that number."""
        async with self._database.read() as session:
            return await session.get(Handoff, handoff_id)

    async def of_ticket(self, ticket_id: str, customer_key: str, limit: int = 20) -> list[Handoff]:
        """The handoffs that led to a ticket, and the same customer's others with the brand, newest first."""
        query = select(Handoff).where((Handoff.ticket_id == ticket_id) | (Handoff.customer_key == customer_key))
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(Handoff.id.desc()).limit(limit))).scalars())

    async def lines(self, handoff_id: int, after: int = 0) -> list[HandoffLine]:
        """What both sides have written, oldest first, from a line's number on."""
        query = select(HandoffLine).where(HandoffLine.handoff_id == handoff_id, HandoffLine.id > after)
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(HandoffLine.id))).scalars())

    async def open_ones(self, limit: int = 200) -> list[Handoff]:
        """Who waits and who talks: the urgent first, then the oldest."""
        query = select(Handoff).where(Handoff.state != State.CLOSED.value).order_by(*_ORDER).limit(limit)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def take(self, handoff_id: int, agent: str, capacity: int, now: datetime | None = None) -> Handoff:
        """Take over, in a transaction of its own; see `take_over`."""
        async with self._database.write(*taking(handoff_id, agent)) as session:
            return await self.take_over(session, handoff_id, agent, capacity, now)

    async def take_over(
        self, session: AsyncSession, handoff_id: int, agent: str, capacity: int, now: datetime | None = None
    ) -> Handoff:
        """Take over, in a transaction of the caller on `taking`; of two agents who try, one gets it.

        Args:
            capacity: talks that the agent may have at once.

        Raises:
            KeyError: there is no such handoff.
            HandoffError: somebody else has it, it is over, or the agent has enough to do.
        """
        moment = now or _now()
        found = await _locked(session, handoff_id)
        if found.state == State.ACTIVE.value and found.agent == agent:
            return found
        if found.state != State.WAITING.value:
            raise HandoffError("这个对话已经有同事接了" if found.state == State.ACTIVE.value else "这个对话已经结束")
        if await _talks(session, agent) >= capacity:
            raise HandoffError(f"您手上已有 {capacity} 个对话，先结束一个再接")
        found.state, found.agent, found.taken_at, found.agent_at = State.ACTIVE.value, agent, moment, moment
        return found

    async def reply(
        self, session: AsyncSession, handoff_id: int, agent: str, text: str, key: str, now: datetime | None = None
    ) -> Handoff | None:
        """Keep an agent's line in a transaction of the caller, who adds the delivery to the same; None: a repeat.

        Raises:
            KeyError: there is no such handoff.
            HandoffError: it is not this agent's, it is over, or the text is empty or too long.
        """
        moment, line = now or _now(), visible(text)
        if not 0 < len(line) <= LONGEST_LINE:
            raise HandoffError(f"一次写 1–{LONGEST_LINE} 个字")
        found = await _owned(session, handoff_id, agent)
        found.agent_at = moment
        return found if await _add(session, found, "agent", line, key, moment, agent) else None

    async def owned(self, session: AsyncSession, handoff_id: int, agent: str) -> Handoff:
        """The agent's own running talk, locked until the caller's transaction ends.

        Raises:
            KeyError: there is no such handoff.
            HandoffError: it is not this agent's, or it is over.
        """
        return await _owned(session, handoff_id, agent)

    async def close(self, session: AsyncSession, handoff_id: int, agent: str, now: datetime | None = None) -> Handoff:
        """The agent ends the talk, in a transaction of the caller.

        Raises:
            KeyError: there is no such handoff.
            HandoffError: it is not this agent's, or it is over.
        """
        found = await _owned(session, handoff_id, agent)
        _end(found, Ending.AGENT, now or _now())
        return found

    async def overdue(self, wait: timedelta, silence: timedelta, now: datetime | None = None) -> list[Handoff]:
        """What nobody took in time, and the talks in which the agent owes an answer for too long."""
        async with self._database.read() as session:
            return list((await session.execute(_overdue(wait, silence, now or _now()))).scalars())

    async def end_overdue(
        self,
        session: AsyncSession,
        wait: timedelta,
        silence: timedelta,
        now: datetime | None = None,
        only: int | None = None,
    ) -> list[Handoff]:
        """End what is `overdue` (where `only` is given: that one, if it still is), in a transaction of the caller."""
        moment = now or _now()
        query = _overdue(wait, silence, moment).with_for_update(skip_locked=True)
        if only is not None:
            query = query.where(Handoff.id == only)
        found = list((await session.execute(query)).scalars())
        for handoff in found:
            _end(handoff, Ending.UNTAKEN if handoff.state == State.WAITING.value else Ending.SILENT, moment)
        return found


def taking(handoff_id: int, agent: str) -> tuple[str, str]:
    """What a transaction names that takes a handoff over: its number, and the agent whose talks are counted."""
    return f"agent:{agent}", f"handoff-id:{handoff_id}"


_ORDER = (Handoff.urgent.desc(), Handoff.asked_at, Handoff.id)


def _overdue(wait: timedelta, silence: timedelta, moment: datetime) -> Select:
    active = Handoff.state == State.ACTIVE.value
    waiting = (Handoff.state == State.WAITING.value) & (Handoff.asked_at < moment - wait)
    owing = active & _unanswered(moment - silence).exists()
    forgotten = active & (func.coalesce(Handoff.customer_at, Handoff.agent_at) < moment - _FORGOTTEN * silence)
    idle = forgotten & (Handoff.agent_at < moment - _FORGOTTEN * silence)
    return select(Handoff).where(waiting | owing | idle)


def _unanswered(before: datetime) -> Select:
    """The customer's lines of a handoff from before that moment which the agent has not answered since."""
    theirs = (HandoffLine.handoff_id == Handoff.id) & (HandoffLine.who == "customer")
    return select(HandoffLine.id).where(theirs, HandoffLine.at > Handoff.agent_at, HandoffLine.at < before)


def _open_of(key: str) -> Select:
    return select(Handoff).where(Handoff.conversation_key == key, Handoff.state != State.CLOSED.value)


async def _open(session: AsyncSession, key: str) -> Handoff | None:
    found: Handoff | None = (await session.execute(_open_of(key))).scalar_one_or_none()
    return found


async def _held(session: AsyncSession, key: str) -> Handoff | None:
    """As `_open`, kept from being ended until the transaction is over; who ends it now is waited for."""
    found: Handoff | None = (await session.execute(_open_of(key).with_for_update())).scalar_one_or_none()
    return found


async def _before(session: AsyncSession, handoff: Handoff) -> int:
    """How many wait before it; the urgent ones go first."""
    if handoff.state != State.WAITING.value:
        return 0
    earlier = (Handoff.asked_at < handoff.asked_at) | (
        (Handoff.asked_at == handoff.asked_at) & (Handoff.id < handoff.id)
    )
    first = (Handoff.urgent.is_(True) & earlier) if handoff.urgent else (Handoff.urgent.is_(True) | earlier)
    query = select(func.count()).where(Handoff.state == State.WAITING.value, Handoff.id != handoff.id, first)
    return int((await session.execute(query)).scalar_one())


async def _talks(session: AsyncSession, agent: str) -> int:
    query = select(func.count()).where(Handoff.state == State.ACTIVE.value, Handoff.agent == agent)
    return int((await session.execute(query)).scalar_one())


async def _locked(session: AsyncSession, handoff_id: int) -> Handoff:
    found: Handoff | None = await session.get(Handoff, handoff_id, with_for_update=True)
    if found is None:
        raise KeyError(handoff_id)
    return found


async def _owned(session: AsyncSession, handoff_id: int, agent: str) -> Handoff:
    found = await _locked(session, handoff_id)
    if found.state != State.ACTIVE.value:
        raise HandoffError("这个对话已经结束" if found.state == State.CLOSED.value else "先接起这个对话")
    if found.agent != agent:
        raise HandoffError("这个对话是别的同事在接")
    return found


async def _add(
    session: AsyncSession, handoff: Handoff, who: str, text: str, key: str, at: datetime, author: str = ""
) -> bool:
    """Add a line once; returns whether it was new."""
    query = select(HandoffLine.id).where(HandoffLine.handoff_id == handoff.id, HandoffLine.message_id == key)
    if (await session.execute(query)).first():
        return False
    session.add(HandoffLine(handoff_id=handoff.id, who=who, author=author, text=text, message_id=key, at=at))
    return True


def _end(handoff: Handoff, ending: Ending, at: datetime) -> None:
    handoff.state, handoff.ending, handoff.closed_at = State.CLOSED.value, ending.value, at


def _build(new: NewHandoff, now: datetime) -> Handoff:
    return Handoff(
        conversation_key=new.key,
        conversation_sealed=seal(new.conversation),
        customer_key=fingerprint(new.brand, new.conversation),
        brand=new.brand,
        channel=new.channel,
        reason=new.reason,
        topic=new.topic,
        urgent=new.urgent,
        ticket_id=new.ticket_id,
        packet=new.packet,
        state=State.WAITING.value,
        asked_at=now,
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)
