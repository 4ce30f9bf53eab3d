"""Finding tickets: by number, words, phone, order, and by what they are; page by page, in a stable order."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.models import Ticket, TicketMessage
from kefu.desk.receipt import parse_receipt
from kefu.desk.work import NOBODY
from kefu.sealing import fingerprints
from kefu.text import normalise

LONGEST_WORDS = 100
ACTIVE = tuple(status for status in Status if status.is_active)


@dataclass(frozen=True)
class Wanted:
    """Which tickets are wanted; None and empty mean any."""

    words: str = ""  # a number, a whole phone, an order, or part of what was said
    statuses: Sequence[Status] = field(default=ACTIVE)
    priorities: Sequence[Priority] = ()
    brand: str | None = None
    intent: str | None = None
    assignee: str | None = None  # NOBODY: those without an agent
    customer_of: str | None = None  # tickets of the same customer as this ticket's
    overdue_at: datetime | None = None  # those whose customer waits too long at that moment
    created_from: datetime | None = None
    created_to: datetime | None = None
    newest_first: bool = False  # else by priority, those whose customer waits first, then by due time


@dataclass(frozen=True)
class Page:
    """Some tickets, and the cursor of those that follow (None: there are no more)."""

    tickets: list[Ticket]
    next: str | None


class TicketSearch:
    """Searches over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, wanted: Wanted, cursor: str | None = None, limit: int = 50) -> Page:
        """One page of the tickets that are wanted.

        Raises:
            Unacceptable: the cursor is none of ours, or the words are too many.
        """
        if wanted.words:  # no index helps to find part of a text
            return await self._database.apart(lambda database: TicketSearch(database)._read(wanted, cursor, limit))
        return await self._read(wanted, cursor, limit)

    async def _read(self, wanted: Wanted, cursor: str | None, limit: int) -> Page:
        order = _NEWEST if wanted.newest_first else _QUEUE
        query = select(Ticket).where(*_conditions(wanted))
        if cursor:
            query = query.where(order.after(cursor))
        query = query.order_by(*order.columns).limit(limit + 1)
        async with self._database.read() as session:
            found = list((await session.execute(query)).scalars())
        more = len(found) > limit
        return Page(found[:limit], order.cursor(found[limit - 1]) if more else None)

    async def others_of(self, ticket: Ticket, limit: int = 20) -> list[Ticket]:
        """The other tickets of a ticket's customer, newest first."""
        wanted = Wanted(statuses=(), customer_of=ticket.id, newest_first=True)
        page = await self.find(wanted, limit=limit + 1)
        return [other for other in page.tickets if other.id != ticket.id][:limit]


class _Order:
    """A total order of tickets, and cursors into it (what the last ticket of a page is sorted by)."""

    def __init__(self, name: str, *names: str, descending: bool = False) -> None:
        self._name, self._names, self._descending = name, names, descending
        self._columns = [getattr(Ticket, column) for column in names]
        self.columns = [column.desc() if descending else column.asc() for column in self._columns]

    def cursor(self, ticket: Ticket) -> str:
        values = [_plain(getattr(ticket, name)) for name in self._names]
        return base64.urlsafe_b64encode(json.dumps([self._name, *values]).encode()).decode().rstrip("=")

    def after(self, cursor: str) -> ColumnElement:
        """What follows the ticket of a cursor: the first column that differs decides.

        The first column's bound follows from the rest; said by itself, an index can begin there.
        """
        values = self._read(cursor)
        steps = []
        for index, (column, value) in enumerate(zip(self._columns, values, strict=True)):
            same = [one == other for one, other in zip(self._columns[:index], values, strict=False)]
            steps.append(and_(*same, column < value if self._descending else column > value))
        first, value = self._columns[0], values[0]
        return and_(first <= value if self._descending else first >= value, or_(*steps))

    def _read(self, cursor: str) -> list[Any]:
        try:
            name, *values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if name != self._name or len(values) != len(self._names):
                raise ValueError(name)
            return [_typed(column, str(value)) for column, value in zip(self._names, values, strict=True)]
        except (ValueError, TypeError) as error:
            raise Unacceptable("cursor 不对：请用上一页给出的 next，筛选条件不要变") from error


_QUEUE = _Order("queue", "priority", "is_quiet", "sla_due", "id")
_NEWEST = _Order("newest", "created_at", "id", descending=True)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _typed(column: str, value: str) -> Any:
    if column == "is_quiet":
        return int(value)
    if column not in ("sla_due", "created_at"):
        return value
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _conditions(wanted: Wanted) -> list[ColumnElement]:
    found: list[ColumnElement] = []
    if wanted.statuses:
        found.append(Ticket.status.in_([status.value for status in wanted.statuses]))
    if wanted.priorities:
        found.append(Ticket.priority.in_([priority.value for priority in wanted.priorities]))
    if wanted.brand:
        found.append(Ticket.brand == wanted.brand)
    if wanted.intent:
        found.append(Ticket.intent == wanted.intent)
    if wanted.assignee is not None:
        nobody = wanted.assignee == NOBODY
        found.append(Ticket.assignee.is_(None) if nobody else Ticket.assignee == wanted.assignee)
    if wanted.customer_of:
        one = select(Ticket.customer_key).where(Ticket.id == wanted.customer_of).scalar_subquery()
        found.append(Ticket.customer_key == one)
    if wanted.overdue_at:
        found += [Ticket.waiting_since.is_not(None), Ticket.sla_due < wanted.overdue_at]
    if wanted.created_from:
        found.append(Ticket.created_at >= wanted.created_from)
    if wanted.created_to:
        found.append(Ticket.created_at < wanted.created_to)
    return [*found, *_matching(wanted.words)]


def _matching(words: str) -> list[ColumnElement]:
    if len(words) > LONGEST_WORDS:
        raise Unacceptable(f"搜索内容最多 {LONGEST_WORDS} 个字")
    plain = normalise(words).text.strip()
    if not plain:
        return []
    number = parse_receipt(plain)
    if number:
        return [or_(Ticket.id == number, Ticket.merged_into == number)]
    pattern = f"%{plain.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
    said = select(TicketMessage.ticket_id).where(TicketMessage.text.ilike(pattern, escape="/"))
    return [
        or_(
            Ticket.description.ilike(pattern, escape="/"),
            Ticket.order_id.ilike(pattern, escape="/"),
            Ticket.phone_key.in_(fingerprints("phone", plain)),
            Ticket.id.in_(said),
        )
    ]
