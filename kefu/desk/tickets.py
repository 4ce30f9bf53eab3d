"""Opening tickets on behalf of customers, and reading them; each call is one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.lifecycle import GENERAL, REOPENABLE, Priority, Status, priority_of
from kefu.desk.models import Ticket, TicketEvent
from kefu.desk.outbox.customers import customer_is_there
from kefu.desk.outbox.staff import tell_urgent
from kefu.desk.receipt import new_receipt
from kefu.desk.sla import begin_waiting, due
from kefu.desk.ticket_events import record
from kefu.desk.ticket_rows import family, find_survivor, lock_survivor
from kefu.desk.work import prioritise
from kefu.sealing import fingerprint, fingerprints, seal, unseal

SAME_MATTER = timedelta(hours=24)
_FACTS = ("amount", "time", "order_id", "phone", "phone_sealed")


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
    reopened: bool = field(default=False)


class TicketService:
    """Tickets over a database. Safe to call from several processes at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def database(self) -> Database:
        """The database that holds the tickets."""
        return self._database

    async def open(self, new: NewTicket, now: datetime | None = None, actor: str = "customer") -> Opened:
        """Open a ticket, or append to the one that is there for the same matter.

        The same idempotency key never does anything twice, whichever process repeats it.
        The same matter: same customer and intent, and no two different order numbers; the ticket is
        less than 24 h old, or was resolved less than 7 days ago (it is then reopened), or one of
        these was merged into it.
        """
        moment = now or datetime.now(timezone.utc)
        key = fingerprint(new.idempotency_key)
        async with self._database.write(f"ticket:{new.customer_key}", f"key:{key}") as session:
            repeated = await _by_idempotency_key(session, new.idempotency_key)
            if repeated:
                return Opened(await lock_survivor(session, repeated), created=False)
            existing = await _same_matter(session, new, moment)
            if existing:
                reopened = await _reopen(session, existing, actor, moment)
                await _append(session, existing, new, actor, key, moment)
                return Opened(existing, created=False, reopened=reopened)
            ticket = _build(new, key, moment)
            session.add(ticket)
            await session.flush()  # the ticket before its history
            await record(session, ticket, actor, "created", {"description": new.description}, moment)
            if ticket.priority == Priority.P1.value:
                await tell_urgent(session, ticket, moment)
            return Opened(ticket)

    async def complete(self, ticket_id: str, facts: Mapping[str, Any]) -> None:
        """Fill in what a ticket lacks; what it had stays.

        Args:
            ticket_id: its number; of a merged ticket, the one that lives on is filled in.
            facts: by name (amount, time, order_id, phone, phone_sealed); others, and None, are passed over.

        Raises:
            KeyError: there is no such ticket.
        """
        async with self._database.write(f"facts:{ticket_id}") as session:
            _fill(await lock_survivor(session, ticket_id), facts)

    async def correct(self, ticket_id: str, facts: Mapping[str, Any], now: datetime | None = None) -> list[str]:
        """Put what the customer says now in the place of what a ticket had; its history keeps both.

        Args:
            ticket_id: its number; of a merged ticket, the one that lives on is corrected.
            facts: as for `complete`; `phone` is masked.
            now: the moment of the change.

        Returns:
            The names of what has changed; what was the same already is none of them.

        Raises:
            KeyError: there is no such ticket.
        """
        moment = now or datetime.now(timezone.utc)
        async with self._database.write(f"facts:{ticket_id}") as session:
            ticket = await lock_survivor(session, ticket_id)
            change = {
                name: [_shown(getattr(ticket, name)), _shown(facts[name])]
                for name in _FACTS
                if name != "phone_sealed" and facts.get(name) and _is_news(ticket, name, facts)
            }
            if not change:
                return []
            for name in (*change, *(("phone_sealed",) if "phone" in change else ())):
                setattr(ticket, name, facts.get(name))
            ticket.phone_key = _phone_key(ticket.phone_sealed)
            customer_is_back(ticket, moment)
            await record(session, ticket, "customer", "corrected", change, moment)
            return list(change)

    async def get(self, ticket_id: str) -> Ticket | None:
        """The ticket of that number."""
        async with self._database.read() as session:
            return await session.get(Ticket, ticket_id)

    async def history(self, ticket_id: str) -> list[TicketEvent]:
        """All changes of a ticket and of those merged into it, oldest first."""
        query = select(TicketEvent).where(TicketEvent.ticket_id.in_(family(ticket_id))).order_by(TicketEvent.id)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())

    async def of_customer(self, brand: str, customer: str, limit: int = 5) -> list[Ticket]:
        """A customer's latest tickets with one brand, newest first."""
        query = select(Ticket).where(Ticket.customer_key.in_(fingerprints(brand, customer)))
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(Ticket.created_at.desc()).limit(limit))).scalars())

    async def queue(self, limit: int = 100) -> list[Ticket]:
        """What needs doing first: active tickets by priority, those whose customer waits first, then by due time."""
        active = [status.value for status in Status if status.is_active]
        first = (Ticket.priority, Ticket.is_quiet, Ticket.sla_due, Ticket.id)
        query = select(Ticket).where(Ticket.status.in_(active)).order_by(*first).limit(limit)
        async with self._database.read() as session:
            return list((await session.execute(query)).scalars())


async def _by_idempotency_key(session: AsyncSession, key: str) -> str | None:
    """The number of the ticket that was opened or extended with this key."""
    kept = fingerprints(key)
    created = await session.execute(select(Ticket.id).where(Ticket.idempotency_key.in_(kept)))
    appended = await session.execute(select(TicketEvent.ticket_id).where(TicketEvent.idempotency_key.in_(kept)))
    return created.scalars().first() or appended.scalars().first()


async def _same_matter(session: AsyncSession, new: NewTicket, now: datetime) -> Ticket | None:
    query = select(Ticket).where(
        Ticket.customer_key.in_(fingerprints(new.brand, new.customer)),
        Ticket.intent == new.intent,
        or_(Ticket.created_at > now - SAME_MATTER, Ticket.resolved_at > now - REOPENABLE),
    )
    recent = (await session.execute(query.order_by(Ticket.created_at.desc()))).scalars().all()
    for named in recent:
        if not _differ(new.order_id, named.order_id) and _goes_on(await find_survivor(session, named.id), new, now):
            ticket = await lock_survivor(session, named.id)
            if _goes_on(ticket, new, now):
                return ticket
    return None


def _goes_on(ticket: Ticket, new: NewTicket, now: datetime) -> bool:
    return Status(ticket.status).is_active or _can_be_reopened(ticket, new, now)


def _differ(one: Any, other: Any) -> bool:
    return bool(one and other and one != other)


def _can_be_reopened(ticket: Ticket, new: NewTicket, now: datetime) -> bool:
    """A vague topic (a complaint, "a person please") is only the same matter where the order number says so."""
    if ticket.status != Status.RESOLVED.value or ticket.resolved_at <= now - REOPENABLE:
        return False
    same_order = bool(new.order_id and new.order_id == ticket.order_id)
    return same_order or (new.intent not in GENERAL and not _differ(new.amount, ticket.amount))


async def _reopen(session: AsyncSession, ticket: Ticket, actor: str, now: datetime) -> bool:
    if ticket.status != Status.RESOLVED.value:
        return False
    ticket.status, ticket.resolved_at = Status.REOPENED.value, None
    change = {"from": Status.RESOLVED.value, "to": Status.REOPENED.value}
    await record(session, ticket, actor, "status", change, now)
    return True


def customer_is_back(ticket: Ticket, now: datetime) -> None:
    """The customer has written: whoever waited for that goes on, and the next answer is due."""
    if ticket.status == Status.WAITING_CUSTOMER.value:
        ticket.status = (Status.ASSIGNED if ticket.assignee else Status.OPEN).value
    begin_waiting(ticket, now)


async def _append(session: AsyncSession, ticket: Ticket, new: NewTicket, actor: str, key: str, now: datetime) -> None:
    """Add what is new; what the ticket had stays, and the difference is in its history."""
    _fill(ticket, {name: getattr(new, name) for name in _FACTS})
    await _raise_priority(session, ticket, new.priority, actor, now)
    ticket.transcript = [*ticket.transcript, *_newer(new.transcript, ticket.transcript)]
    ticket.faq_ids = [*ticket.faq_ids, *(faq_id for faq_id in new.faq_ids if faq_id not in ticket.faq_ids)]
    customer_is_back(ticket, now)
    await customer_is_there(session, ticket)
    data = {"description": new.description, "amount": str(new.amount) if new.amount else None, "time": new.time}
    await record(session, ticket, actor, "appended", data, now, key)


def _fill(ticket: Ticket, facts: Mapping[str, Any]) -> None:
    for name in _FACTS:
        if facts.get(name) and not getattr(ticket, name):
            setattr(ticket, name, facts[name])
    ticket.phone_key = ticket.phone_key or _phone_key(ticket.phone_sealed)


def _is_news(ticket: Ticket, name: str, facts: Mapping[str, Any]) -> bool:
    """Two phone numbers may look the same once they are masked."""
    if name == "phone":
        return bool(facts.get("phone_sealed")) and _phone_key(facts["phone_sealed"]) != ticket.phone_key
    return bool(facts[name] != getattr(ticket, name))


def _shown(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return None if value is None else str(value)


def _newer(lines: Sequence[dict[str, Any]], known: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a talk from after those that are known (`at`: seconds since 1970)."""
    last = max((line.get("at") or 0.0 for line in known), default=0.0)
    return [line for line in lines if not known or (line.get("at") or 0.0) > last]


async def _raise_priority(
    session: AsyncSession, ticket: Ticket, priority: Priority | None, actor: str, now: datetime
) -> None:
    """What has become urgent is urgent, also where its ticket is there already."""
    if priority is None or priority.value >= ticket.priority:
        return
    await prioritise(session, ticket, priority, actor, now)


def _phone_key(sealed: str | None) -> str | None:
    phone = unseal(sealed) if sealed else None
    return fingerprint("phone", phone) if phone else None


def _build(new: NewTicket, key: str, now: datetime) -> Ticket:
    priority = new.priority or priority_of(new.intent)
    return Ticket(
        id=new_receipt(),
        brand=new.brand,
        channel=new.channel,
        customer_key=new.customer_key,
        customer_sealed=seal(new.customer),
        phone=new.phone,
        phone_sealed=new.phone_sealed,
        phone_key=_phone_key(new.phone_sealed),
        intent=new.intent,
        priority=priority.value,
        status=Status.OPEN.value,
        amount=new.amount,
        time=new.time,
        order_id=new.order_id,
        description=new.description,
        transcript=list(new.transcript),
        faq_ids=list(new.faq_ids),
        idempotency_key=key,
        sla_due=due(priority, now),
        waiting_since=now,
        created_at=now,
        updated_at=now,
    )
