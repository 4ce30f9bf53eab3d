"""The ticket service: opens, appends, reads and moves tickets; each call is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.lifecycle import TRANSITIONS, Priority, Status, due, priority_of
from kefu.desk.models import Ticket, TicketEvent
from kefu.desk.receipt import new_receipt
from kefu.sealing import fingerprint, seal

SAME_MATTER = timedelta(hours=24)


class TicketError(ValueError):
    """A change that the ticket's life cycle does not allow."""


@dataclass(frozen=True)
class NewTicket:
    """What is known when a ticket is asked for. `customer` is the conversation id; texts are masked already."""

    brand: str
    channel: str
    customer: str
    intent: str
    description: str
    idempotency_key: str
    priority: Priority | None = None
    amount: Decimal | None = None
    time: str | None = None
    order_id: str | None = None
    phone: str | None = None
    phone_sealed: str | None = None
    transcript: Sequence[dict[str, Any]] = ()
    faq_ids: Sequence[str] = ()

    @property
    def customer_key(self) -> str:
        """Finds the same customer of the same brand again."""
        return fingerprint(self.brand, self.customer)


@dataclass(frozen=True)
class Opened:
    """The ticket that holds the matter now. `created` is False where it was there before."""

    ticket: Ticket
    created: bool = field(default=True)


class TicketService:
    """Tickets over a database. Safe to call from several processes at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, new: NewTicket, now: datetime | None = None) -> Opened:
        """Open a ticket, or append to the one that is open for the same matter since less than 24 h.

        The same idempotency key never does anything twice, whichever process repeats it.
        The same matter: same customer and intent, and no two different order numbers.
        """
        moment = now or datetime.now(timezone.utc)
        async with self._database.write(f"ticket:{new.customer_key}") as session:
            repeated = await _by_idempotency_key(session, new.idempotency_key)
            if repeated:
                return Opened(repeated, created=False)
            existing = await _same_matter(session, new, moment)
            if existing:
                _append(session, existing, new, moment)
                return Opened(existing, created=False)
            ticket = _build(new, moment)
            session.add(ticket)
            await session.flush()  # the ticket before its history
            session.add(_event(ticket.id, moment, "customer", "created", {"description": new.description}))
            return Opened(ticket)

    async def get(self, ticket_id: str) -> Ticket | None:
        """The ticket of that number."""
        async with self._database.read() as session:
            return await session.get(Ticket, ticket_id)

    async def history(self, ticket_id: str) -> list[TicketEvent]:
        """All changes of a ticket, oldest first."""
        query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def of_customer(self, brand: str, customer: str, limit: int = 5) -> list[Ticket]:
        """A customer's latest tickets with one brand, newest first."""
        query = select(Ticket).where(Ticket.customer_key == fingerprint(brand, customer))
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(Ticket.created_at.desc()).limit(limit))).scalars())

    async def queue(self, limit: int = 100) -> list[Ticket]:
        """What needs doing first: active tickets by priority, then by due time."""
        active = [status.value for status in Status if status.is_active]
        query = select(Ticket).where(Ticket.status.in_(active)).order_by(Ticket.priority, Ticket.sla_due).limit(limit)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def add_note(self, ticket_id: str, text: str, key: str, now: datetime | None = None) -> Ticket:
        """Add a customer's words to a ticket; one that was finished is opened again. The same key adds once.

        Raises:
            KeyError: there is no such ticket.
        """
        moment = now or datetime.now(timezone.utc)
        async with self._database.write(f"ticket-id:{ticket_id}") as session:
            ticket = await session.get(Ticket, ticket_id)
            if ticket is None:
                raise KeyError(ticket_id)
            if await _by_idempotency_key(session, key):
                return ticket
            session.add(_event(ticket_id, moment, "customer", "note", {"text": text}, key))
            before = Status(ticket.status)
            if Status.REOPENED in TRANSITIONS[before]:
                ticket.status = Status.REOPENED.value
                change = {"from": before.value, "to": Status.REOPENED.value}
                session.add(_event(ticket_id, moment, "customer", "status", change))
            ticket.updated_at = moment
            return ticket

    async def move(self, ticket_id: str, to: Status, actor: str, now: datetime | None = None) -> Ticket:
        """Change a ticket's status.

        Raises:
            KeyError: there is no such ticket.
            TicketError: the life cycle does not allow this change.
        """
        moment = now or datetime.now(timezone.utc)
        async with self._database.write(f"ticket-id:{ticket_id}") as session:
            ticket = await session.get(Ticket, ticket_id)
            if ticket is None:
                raise KeyError(ticket_id)
            current = Status(ticket.status)
            if to not in TRANSITIONS[current]:
                raise TicketError(f"工单 {ticket_id} 现在是 {current.value}，不能改成 {to.value}")
            ticket.status, ticket.updated_at = to.value, moment
            session.add(_event(ticket_id, moment, actor, "status", {"from": current.value, "to": to.value}))
            return ticket


async def _by_idempotency_key(session: AsyncSession, key: str) -> Ticket | None:
    created = await session.execute(select(Ticket).where(Ticket.idempotency_key == key))
    appended = await session.execute(
        select(Ticket).join(TicketEvent, TicketEvent.ticket_id == Ticket.id).where(TicketEvent.idempotency_key == key)
    )
    return created.scalar_one_or_none() or appended.scalar_one_or_none()


async def _same_matter(session: AsyncSession, new: NewTicket, now: datetime) -> Ticket | None:
    query = select(Ticket).where(
        Ticket.customer_key == new.customer_key,
        Ticket.intent == new.intent,
        Ticket.created_at > now - SAME_MATTER,
    )
    recent = (await session.execute(query.order_by(Ticket.created_at.desc()))).scalars()
    for ticket in recent:
        other_order = new.order_id and ticket.order_id and new.order_id != ticket.order_id
        if Status(ticket.status).is_active and not other_order:
            return ticket
    return None


def _append(session: AsyncSession, ticket: Ticket, new: NewTicket, now: datetime) -> None:
    """Add what is new; what the ticket had stays, and the difference is in its history."""
    facts = {name: getattr(new, name) for name in ("amount", "time", "order_id", "phone", "phone_sealed")}
    for name, value in facts.items():
        if value and not getattr(ticket, name):
            setattr(ticket, name, value)
    ticket.transcript = list(new.transcript) or ticket.transcript
    ticket.faq_ids = [*ticket.faq_ids, *(faq_id for faq_id in new.faq_ids if faq_id not in ticket.faq_ids)]
    ticket.updated_at = now
    data = {"description": new.description, "amount": str(new.amount) if new.amount else None, "time": new.time}
    session.add(_event(ticket.id, now, "customer", "appended", data, new.idempotency_key))


def _build(new: NewTicket, now: datetime) -> Ticket:
    priority = new.priority or priority_of(new.intent)
    return Ticket(
        id=new_receipt(),
        brand=new.brand,
        channel=new.channel,
        customer_key=new.customer_key,
        customer_sealed=seal(new.customer),
        phone=new.phone,
        phone_sealed=new.phone_sealed,
        intent=new.intent,
        priority=priority.value,
        status=Status.OPEN.value,
        amount=new.amount,
        time=new.time,
        order_id=new.order_id,
        description=new.description,
        transcript=list(new.transcript),
        faq_ids=list(new.faq_ids),
        idempotency_key=new.idempotency_key,
        sla_due=due(priority, now),
        created_at=now,
        updated_at=now,
    )


def _event(
    ticket_id: str, at: datetime, actor: str, kind: str, data: dict[str, Any], key: str | None = None
) -> TicketEvent:
    return TicketEvent(ticket_id=ticket_id, at=at, actor=actor, kind=kind, data=data, idempotency_key=key)
