"""Telling the staff: a P1 ticket, a due time that is near, a long queue. Never with a customer's words or data."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kefu.brands import brand_or_default
from kefu.desk.models import Ticket
from kefu.desk.outbox.store import Kind, put
from kefu.sealing import fingerprint
from kefu.settings import settings
from kefu.show import show_moment
from kefu.topics import title


def addresses() -> dict[str, str]:
    """Where the staff is told (apprise addresses), by a fingerprint that can be stored."""
    urls = settings().notify_urls.get_secret_value().replace(",", " ").split()
    return {fingerprint("staff", url)[:16]: url for url in urls}


async def tell_staff(
    session: AsyncSession, event: str, subject: str, text: str, now: datetime, ticket_id: str | None = None
) -> None:
    """Put a message to every address into the outbox; the same `event` is told once.

    Args:
        ticket_id: what it is about; the message goes when the ticket does.
    """
    body = {"title": subject, "text": text}
    for target in addresses():
        await put(session, Kind.STAFF, f"staff:{event}:{target}", target, body, now, ticket_id=ticket_id)


async def tell_urgent(session: AsyncSession, ticket: Ticket, now: datetime) -> None:
    """A P1 ticket has come in, or a ticket has become one."""
    await tell_staff(session, f"p1:{ticket.id}", f"【紧急】{_about(ticket)}", _due(ticket), now, ticket.id)


async def tell_at_risk(session: AsyncSession, ticket: Ticket, now: datetime) -> None:
    """The customer should hear from us soon, and nobody has written yet."""
    event = f"sla:{ticket.id}:{int(ticket.sla_due.timestamp())}"
    await tell_staff(session, event, f"【快到时限】{_about(ticket)}", _due(ticket), now, ticket.id)


async def tell_long_queue(session: AsyncSession, waiting: int, oldest: datetime, now: datetime) -> None:
    """Too many tickets wait for an agent; told at most once an hour."""
    text = f"{waiting} 张工单还没有人接，最早的从 {show_moment(oldest)} 等到现在。"
    await tell_staff(session, f"queue:{now:%Y%m%d%H}", f"【排队】{waiting} 张工单没人接", text, now)


def _about(ticket: Ticket) -> str:
    return f"{brand_or_default(ticket.brand).name} · {title(ticket.intent)} · {ticket.id}"


def _due(ticket: Ticket) -> str:
    return f"{ticket.priority} 工单 {ticket.id}，最晚 {show_moment(ticket.sla_due)} 前要答复客户。"
