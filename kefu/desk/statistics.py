"""Figures of the service for a period and a brand: what the dashboard draws and exports."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from typing import Any

from sqlalchemy import and_, case, cast, column, distinct, extract, func, literal_column, or_, select, table, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement, Select
from sqlalchemy.types import Date, String

from kefu.database import Database, UtcDateTime
from kefu.desk.handoffs import Ending
from kefu.desk.models import Feedback, Handoff, Ticket
from kefu.show import CHINA

PERIODS = (7, 30, 90)  # days
STARS = (1, 2, 3, 4, 5)

_ZONE = literal_column("'Asia/Shanghai'")  # no parameter: PostgreSQL has to see that it groups by what it selects

# The channels' table of what came in; the desk may not import them (DESIGN.md §2), and only counts here.
_INBOUND = table(
    "inbound_messages",
    *(column("conversation"), column("brand")),
    *(column("received_at", UtcDateTime), column("answered_at", UtcDateTime)),
)


@dataclass
class DayFigures:
    """What happened on one day (China time)."""

    day: date
    messages: int = 0
    conversations: int = 0
    needed_people: int = 0  # customers with a ticket or a talk that began on the day
    handoffs: int = 0
    tickets: int = 0
    resolved: int = 0
    sla_missed: int = 0

    @property
    def by_bot(self) -> int:
        """Conversations that needed nobody."""
        return max(0, self.conversations - self.needed_people)


@dataclass
class Figures:
    """A period in figures; times are medians, None where there was nothing to measure."""

    days: list[DayFigures] = field(default_factory=list)
    first_response: timedelta | None = None
    resolution: timedelta | None = None
    wait: timedelta | None = None  # for a person
    untaken: int = 0
    stars: dict[int, int] = field(default_factory=dict)
    topics: list[tuple[str, int]] = field(default_factory=list)  # intent, tickets; most first

    def total(self, name: str) -> int:
        """The sum of a day's figure over the period."""
        return sum(getattr(day, name) for day in self.days)

    def share(self, name: str, of: str) -> float | None:
        """One total as a share of another."""
        whole = self.total(of)
        return self.total(name) / whole if whole else None

    @property
    def rating(self) -> float | None:
        """The average of the stars."""
        count = sum(self.stars.values())
        return sum(stars * times for stars, times in self.stars.items()) / count if count else None


class Statistics:
    """Figures over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_period(self, days: int, brand: str = "", now: datetime | None = None) -> Figures:
        """The last `days` days, today included; an empty brand means all."""
        return await self._database.apart(lambda database: Statistics(database)._read(days, brand, now))

    async def _read(self, days: int, brand: str, now: datetime | None) -> Figures:
        moment = now or datetime.now(timezone.utc)
        today = moment.astimezone(CHINA).date()
        dates = [today - timedelta(days=back) for back in reversed(range(days))]
        begin = datetime.combine(dates[0], time(), CHINA)
        figures = Figures([DayFigures(day) for day in dates])
        async with self._database.read() as session:
            await self._count_conversations(session, figures, brand, begin)
            await self._count_people(session, figures, brand, begin)
            await self._count_tickets(session, figures, brand, begin, moment)
            await self._count_handoffs(session, figures, brand, begin)
            figures.stars = await _stars(session, brand, begin)
        return figures

    async def _count_conversations(self, session: AsyncSession, figures: Figures, brand: str, begin: datetime) -> None:
        received, answered = _INBOUND.c.received_at, _INBOUND.c.answered_at
        day = self._china_day(received)
        counted = select(day, func.count(), func.count(distinct(_INBOUND.c.conversation))).where(received >= begin)
        indexed = or_(answered >= begin, answered.is_(None))  # nothing is answered before it comes; this has an index
        query = _of(counted.where(indexed), _INBOUND.c.brand, brand).group_by(day)
        await _fill(session, figures, query, "messages", "conversations")

    async def _count_people(self, session: AsyncSession, figures: Figures, brand: str, begin: datetime) -> None:
        needed = union_all(
            *(
                _of(select(self._china_day(at).label("day"), key.label("who")).where(at >= begin), which, brand)
                for at, key, which in (
                    (Ticket.created_at, Ticket.customer_key, Ticket.brand),
                    (Handoff.asked_at, Handoff.customer_key, Handoff.brand),
                )
            )
        ).subquery()
        query = select(needed.c.day, func.count(distinct(needed.c.who))).group_by(needed.c.day)
        await _fill(session, figures, query, "needed_people")

    async def _count_tickets(
        self, session: AsyncSession, figures: Figures, brand: str, begin: datetime, now: datetime
    ) -> None:
        """Counted where the rows are: a quarter's tickets would take seconds to read."""
        since, day = Ticket.created_at >= begin, self._china_day(Ticket.created_at)
        late = or_(Ticket.sla_missed, and_(Ticket.waiting_since.is_not(None), Ticket.sla_due < now))
        counted = select(day, func.count(), func.count(Ticket.resolved_at), func.sum(case((late, 1), else_=0)))
        query = _of(counted.where(since), Ticket.brand, brand).group_by(day)
        await _fill(session, figures, query, "tickets", "resolved", "sla_missed")
        lasted = partial(self._median, session, Ticket.created_at, which=Ticket.brand, brand=brand, begin=begin)
        figures.first_response = await lasted(Ticket.first_response_at)
        figures.resolution = await lasted(Ticket.resolved_at)
        topics = _of(select(Ticket.intent, func.count()).where(since), Ticket.brand, brand).group_by(Ticket.intent)
        most = topics.order_by(func.count().desc(), Ticket.intent).limit(10)
        figures.topics = [(str(intent), int(count)) for intent, count in await session.execute(most)]

    async def _count_handoffs(self, session: AsyncSession, figures: Figures, brand: str, begin: datetime) -> None:
        since, day = Handoff.asked_at >= begin, self._china_day(Handoff.asked_at)
        counted = _of(select(day, func.count()).where(since), Handoff.brand, brand).group_by(day)
        await _fill(session, figures, counted, "handoffs")
        figures.wait = await self._median(session, Handoff.asked_at, Handoff.taken_at, Handoff.brand, brand, begin)
        untaken = select(func.count()).where(since, Handoff.ending == Ending.UNTAKEN.value)
        figures.untaken = int((await session.execute(_of(untaken, Handoff.brand, brand))).scalar_one())

    async def _median(
        self, session: AsyncSession, since: Any, until: Any, which: Any, brand: str, begin: datetime
    ) -> timedelta | None:
        """The median of how long it was from one moment to another, for what began in the period and got there."""
        length = self._seconds(since, until)
        there = _of(select(length.label("length")).where(since >= begin, until.is_not(None)), which, brand)
        count = int((await session.execute(select(func.count()).select_from(there.subquery()))).scalar_one())
        if not count:
            return None
        middle = there.order_by(length).offset((count - 1) // 2).limit(2 - count % 2)
        found = [float(seconds) for seconds in (await session.execute(middle)).scalars()]
        return timedelta(seconds=round(sum(found) / len(found)))

    def _china_day(self, moment: Any) -> ColumnElement:
        if self._database.is_sqlite:
            return func.date(cast(moment, String), "+8 hours")
        return cast(func.timezone(_ZONE, moment), Date)

    def _seconds(self, since: Any, until: Any) -> ColumnElement:
        """How long it was from one moment to another, counted by the database."""
        if self._database.is_sqlite:
            return (func.julianday(cast(until, String)) - func.julianday(cast(since, String))) * 86400
        return extract("epoch", until - since)


async def _fill(session: AsyncSession, figures: Figures, query: Select, *names: str) -> None:
    """Put what a query counts by day into the figures of these names."""
    known = {found.day: found for found in figures.days}
    for when, *counts in await session.execute(query):
        if found := known.get(_date(when)):  # else the day has changed since
            for name, count in zip(names, counts, strict=True):
                setattr(found, name, int(count))


async def _stars(session: AsyncSession, brand: str, begin: datetime) -> dict[int, int]:
    query = select(Feedback.stars, func.count()).where(Feedback.at >= begin, Feedback.kind == "rating")
    found = dict((await session.execute(_of(query, Feedback.brand, brand).group_by(Feedback.stars))).all())
    return {stars: int(found.get(stars, 0)) for stars in STARS}


def _of(query: Select, which: Any, brand: str) -> Select:
    return query.where(which == brand) if brand else query


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
