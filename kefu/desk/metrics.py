"""`GET /metrics` for Prometheus: the state of the desk, read when asked, and how long requests took."""

from datetime import datetime, timezone
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, Histogram, generate_latest
from sqlalchemy import func, select

from kefu.database import Database
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.outbox.store import Outbox
from kefu.desk.people.roles import Scope
from kefu.desk.principal import require_scope

router = APIRouter(include_in_schema=False)

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_PROXIED = ("x-forwarded-for", "forwarded", "x-real-ip")
_check_reader = require_scope(Scope.READ)


class Metrics:
    """The figures of one application."""

    def __init__(self, database: Database) -> None:
        self._database, self._registry = database, CollectorRegistry()
        self._tickets = self._gauge("tickets", "Tickets", "brand", "status", "priority")
        self._missed = self._gauge("tickets_sla_missed", "Tickets whose customer heard from us too late", "brand")
        self._overdue = self._gauge("tickets_overdue", "Tickets whose customer waits too long now", "brand")
        self._waiting = self._gauge("oldest_wait_seconds", "How long the customer waits who waits longest", "brand")
        self._outbox = self._gauge("outbox", "Deliveries not made", "kind", "state")
        self._durations = Histogram(
            "kefu_desk_request_seconds", "Requests", ("method", "route", "status"), registry=self._registry
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._durations.labels(method, route, str(status)).observe(seconds)

    async def text(self, now: datetime | None = None) -> bytes:
        """All figures in Prometheus' format."""
        moment = now or datetime.now(timezone.utc)
        await self._read(moment)
        return generate_latest(self._registry)

    async def _read(self, now: datetime) -> None:
        active = Ticket.status.in_([status.value for status in Status if status.is_active])
        waits = (active, Ticket.waiting_since.is_not(None))
        kinds = (Ticket.brand, Ticket.status, Ticket.priority)
        async with self._database.read() as session:
            tickets = await session.execute(select(*kinds, func.count()).group_by(*kinds))
            _fill(self._tickets, tickets)
            missed = select(Ticket.brand, func.count()).where(Ticket.sla_missed).group_by(Ticket.brand)
            _fill(self._missed, await session.execute(missed))
            overdue = select(Ticket.brand, func.count()).where(*waits, Ticket.sla_due < now).group_by(Ticket.brand)
            _fill(self._overdue, await session.execute(overdue))
            oldest = select(Ticket.brand, func.min(Ticket.waiting_since)).where(*waits).group_by(Ticket.brand)
            _fill(
                self._waiting,
                [(brand, (now - since).total_seconds()) for brand, since in await session.execute(oldest)],
            )
        _fill(self._outbox, [(*labels, count) for labels, count in (await Outbox(self._database).counts()).items()])

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"kefu_{name}", text, labels, registry=self._registry)


def _fill(gauge: Gauge, rows: Any) -> None:
    gauge.clear()
    for *labels, value in rows:
        gauge.labels(*labels).set(value)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """For callers on this very machine, or with a token that may read."""
    if not _is_local(request):
        await _check_reader(request)
    found: Metrics = request.app.state.metrics
    return Response(await found.text(), media_type=CONTENT_TYPE_LATEST)


def _is_local(request: Request) -> bool:
    """Whether the caller is on this machine, and no proxy speaks for somebody else."""
    proxied = any(name in request.headers for name in _PROXIED)
    return request.client is not None and request.client.host in _LOOPBACK and not proxied
