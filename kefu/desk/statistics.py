"""Figures of the service for a period and a brand: what the dashboard draws and exports."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from statistics import median
from typing import Any

from sqlalchemy import cast, column, distinct, func, literal_column, select, table, union_all
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
_INBOUND = table("inbound_messages", column("conversation"), column("brand"), column("received_at", UtcDateTime))


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
        moment = now or datetime.now(timezone.utc)
        today = moment.astimezone(CHINA).date()
        dates = [today - timedelta(days=back) for back in reversed(range(days))]
        begin = datetime.combine(dates[0], time(), CHINA)
        figures = Figures([DayFigures(day) for day in dates])
        async with self._database.read() as session:
            await self._count_conversations(session, figures, brand, begin)
            await self._count_tickets(session, figures, brand, begin, moment)
            await _count_handoffs(session, figures, brand, begin)
            figures.stars = await _stars(session, brand, begin)
        return figures

    async def _count_conversations(self, session: AsyncSession, figures: Figures, brand: str, begin: datetime) -> None:
        day = self._china_day(_INBOUND.c.received_at)
        counted = select(day, func.count(), func.count(distinct(_INBOUND.c.conversation)))
        query = _of(counted.where(_INBOUND.c.received_at >= begin), _INBOUND.c.brand, brand).group_by(day)
        known = _by_day(figures)
        for when, messages, conversations in await session.execute(query):
            if found := known.get(_date(when)):
                found.messages, found.conversations = messages, conversations
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
        for when, people in await session.execute(query):
            if found := known.get(_date(when)):
                found.needed_people = people

    async def _count_tickets(
        self, session: AsyncSession, figures: Figures, brand: str, begin: datetime, now: datetime
    ) -> None:
        wanted = (
            *(Ticket.created_at, Ticket.first_response_at, Ticket.resolved_at, Ticket.sla_missed),
            *(Ticket.waiting_since, Ticket.sla_due, Ticket.intent),
        )
        rows = (
            await session.execute(_of(select(*wanted).where(Ticket.created_at >= begin), Ticket.brand, brand))
        ).all()
        known = _by_day(figures)
        for row in rows:
            found = known.get(row.created_at.astimezone(CHINA).date())
            if found is None:
                continue  # the day has changed since
            found.tickets += 1
            found.resolved += row.resolved_at is not None
            found.sla_missed += bool(row.sla_missed or (row.waiting_since and row.sla_due < now))
        figures.first_response = _median(
            row.first_response_at - row.created_at for row in rows if row.first_response_at
        )
        figures.resolution = _median(row.resolved_at - row.created_at for row in rows if row.resolved_at)
        figures.topics = Counter(str(row.intent) for row in rows).most_common(10)

    def _china_day(self, moment: Any) -> ColumnElement:
        if self._database.is_sqlite:
            return func.date(cast(moment, String), "+8 hours")
        return cast(func.timezone(_ZONE, moment), Date)


async def _count_handoffs(session: AsyncSession, figures: Figures, brand: str, begin: datetime) -> None:
    wanted = select(Handoff.asked_at, Handoff.taken_at, Handoff.ending).where(Handoff.asked_at >= begin)
    rows = (await session.execute(_of(wanted, Handoff.brand, brand))).all()
    known = _by_day(figures)
    for row in rows:
        if found := known.get(row.asked_at.astimezone(CHINA).date()):
            found.handoffs += 1
    figures.wait = _median(row.taken_at - row.asked_at for row in rows if row.taken_at)
    figures.untaken = sum(row.ending == Ending.UNTAKEN.value for row in rows)


async def _stars(session: AsyncSession, brand: str, begin: datetime) -> dict[int, int]:
    query = select(Feedback.stars, func.count()).where(Feedback.at >= begin, Feedback.kind == "rating")
    found = dict((await session.execute(_of(query, Feedback.brand, brand).group_by(Feedback.stars))).all())
    return {stars: int(found.get(stars, 0)) for stars in STARS}


def _by_day(figures: Figures) -> dict[date, DayFigures]:
    return {found.day: found for found in figures.days}


def _of(query: Select, which: Any, brand: str) -> Select:
    return query.where(which == brand) if brand else query


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _median(lengths: Iterable[timedelta]) -> timedelta | None:
    seconds: Sequence[float] = [length.total_seconds() for length in lengths]
    return timedelta(seconds=median(seconds)) if seconds else None
