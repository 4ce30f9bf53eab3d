"""When a customer has to hear from us, and whether we kept it."""

from datetime import datetime, timedelta

from kefu.desk.lifecycle import Priority, Status
from kefu.desk.models import Ticket
from kefu.desk.working_time import add_working_time

AT_RISK = timedelta(minutes=30)

_AROUND_THE_CLOCK = {Priority.P1: timedelta(hours=1)}
_IN_WORKING_TIME = {
    Priority.P2: timedelta(hours=4),
    Priority.P3: timedelta(hours=12),  # one working day
    Priority.P4: timedelta(hours=36),
}


def due(priority: Priority, since: datetime) -> datetime:
    """When the customer has to hear from us at the latest."""
    if priority in _AROUND_THE_CLOCK:
        return since + _AROUND_THE_CLOCK[priority]
    return add_working_time(since, _IN_WORKING_TIME[priority])


def begin_waiting(ticket: Ticket, now: datetime) -> None:
    """The customer waits for an answer from now on; one who waits already keeps the earlier due time."""
    if ticket.waiting_since is None:
        ticket.waiting_since = now
        set_due(ticket)


def set_due(ticket: Ticket) -> None:
    """Put the due time right for the priority; one that was kept stays."""
    if ticket.waiting_since is not None:
        ticket.sla_due = due(Priority(ticket.priority), ticket.waiting_since)


def heard_from_us(ticket: Ticket, now: datetime) -> None:
    """The customer has an answer: the due time is kept, or missed for good."""
    if ticket.waiting_since is not None:
        ticket.sla_missed = ticket.sla_missed or now > ticket.sla_due
        ticket.waiting_since = None
    ticket.first_response_at = ticket.first_response_at or now


def is_overdue(ticket: Ticket, now: datetime) -> bool:
    """Whether the customer waits for longer than was promised."""
    return ticket.waiting_since is not None and Status(ticket.status).is_active and now > ticket.sla_due
