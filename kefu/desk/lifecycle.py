"""What may happen to a ticket: statuses and priorities."""

from datetime import timedelta
from enum import Enum

from kefu.topics import OTHER_MATTER

REOPENABLE = timedelta(days=7)  # after it was resolved
GENERAL = frozenset({OTHER_MATTER, "human_agent", "contact", "complaint", "feedback"})  # topics that name no matter


class Status(str, Enum):
    """Where a ticket stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    WAITING_CUSTOMER = "waiting_customer"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"

    @property
    def is_active(self) -> bool:
        """Whether somebody still has to do something."""
        return self not in (Status.RESOLVED, Status.CLOSED)


class Priority(str, Enum):
    """P1 theft … P4 feedback."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.OPEN: frozenset({Status.ASSIGNED, Status.RESOLVED, Status.CLOSED}),
    Status.ASSIGNED: frozenset({Status.OPEN, Status.WAITING_CUSTOMER, Status.RESOLVED, Status.CLOSED}),
    Status.WAITING_CUSTOMER: frozenset({Status.OPEN, Status.ASSIGNED, Status.RESOLVED, Status.CLOSED}),
    Status.RESOLVED: frozenset({Status.REOPENED, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.REOPENED}),
    Status.REOPENED: frozenset({Status.ASSIGNED, Status.RESOLVED, Status.CLOSED}),
}

_BY_INTENT = {
    "account_theft": Priority.P1,
    "wrong_charge": Priority.P2,
    "transfer": Priority.P2,
    "account_locked": Priority.P2,
    "top_up_arrival": Priority.P2,
    "withdraw_arrival": Priority.P2,
    "refund_arrival": Priority.P2,
    "complaint": Priority.P2,
    "feedback": Priority.P4,
    "product_news": Priority.P4,
    "about_wallet": Priority.P4,
    "promotion": Priority.P4,
}


def priority_of(intent: str) -> Priority:
    """The priority that a matter starts with."""
    return _BY_INTENT.get(intent, Priority.P3)
