"""Tables of the desk: tickets, what is said about them, and the history of every change."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    case,
    false,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import deferred

from kefu.database import Base, UtcDateTime, Yuan


class Ticket(Base):
    """A customer's matter that the bot could not settle alone (DESIGN.md §4)."""

    __tablename__ = "tickets"

    id = Column(String(16), primary_key=True)
    brand = Column(String(16), nullable=False)
    channel = Column(String(32), nullable=False)
    customer_key = Column(String(64), nullable=False)
    customer_sealed = Column(Text, nullable=False)
    phone = Column(String(16))
    phone_sealed = Column(Text)
    phone_key = Column(String(64), index=True)
    intent = Column(String(64), nullable=False)
    priority = Column(String(2), nullable=False)
    status = Column(String(20), nullable=False)
    amount = Column(Yuan)
    time = Column(String(16))
    order_id = Column(String(64))
    description = Column(Text, nullable=False)
    transcript = Column(JSON, nullable=False, default=list)
    faq_ids = Column(JSON, nullable=False, default=list)
    idempotency_key = Column(String(300), nullable=False, unique=True)
    assignee = Column(String(32), index=True)  # a user's name
    merged_into = Column(String(16), index=True)
    sla_due = Column(UtcDateTime, nullable=False)  # the customer hears from us until then
    waiting_since = Column(UtcDateTime)  # empty once the customer has heard from us
    sla_missed = Column(Boolean, nullable=False, default=False, server_default=false())
    first_response_at = Column(UtcDateTime)
    resolved_at = Column(UtcDateTime)  # when it was resolved or closed, for as long as it is
    created_at = Column(UtcDateTime, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False)
    version = Column(Integer, nullable=False)

    @hybrid_property
    def is_quiet(self) -> int:
        """1 where the customer waits for nothing, else 0: what queues are sorted by."""
        return int(self.waiting_since is None)

    @is_quiet.expression  # type: ignore[no-redef]
    def is_quiet(cls) -> Any:
        """The same for the database."""
        return case((cls.waiting_since.is_(None), 1), else_=0)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        Index("ix_tickets_same_matter", "customer_key", "intent", "created_at"),
        Index("ix_tickets_queue", "status", "priority", "sla_due"),
        Index("ix_tickets_created_at", "created_at", "id"),
        Index("ix_tickets_counts", "brand", "status", "priority", "sla_missed"),
    )


class TicketEvent(Base):
    """One change of a ticket: who, when, what."""

    __tablename__ = "ticket_events"

    id = Column(Integer, primary_key=True)
    ticket_id = Column(String(16), ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True)
    at = Column(UtcDateTime, nullable=False)
    actor = Column(String(64), nullable=False)
    kind = Column(String(32), nullable=False)
    data = Column(JSON, nullable=False, default=dict)
    idempotency_key = Column(String(300), unique=True)


class TicketMessage(Base):
    """Something said about a ticket: to the customer, by the customer, or among the staff."""

    __tablename__ = "ticket_messages"

    id = Column(Integer, primary_key=True)
    ticket_id = Column(String(16), ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False, index=True)
    at = Column(UtcDateTime, nullable=False)
    author = Column(String(64), nullable=False)
    kind = Column(String(16), nullable=False)
    text = Column(Text, nullable=False)
    idempotency_key = Column(String(64), unique=True)


class Attachment(Base):
    """A picture that belongs to a ticket; the same picture is kept once a ticket."""

    __tablename__ = "attachments"

    id = Column(String(32), primary_key=True)
    ticket_id = Column(String(16), ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False)
    at = Column(UtcDateTime, nullable=False)
    author = Column(String(64), nullable=False)
    name = Column(String(128), nullable=False)
    content_type = Column(String(32), nullable=False)
    size = Column(Integer, nullable=False)
    sha256 = Column(String(64), nullable=False)
    data = deferred(Column(LargeBinary, nullable=False))

    __table_args__ = (UniqueConstraint("ticket_id", "sha256"),)


class Feedback(Base):
    """A rating, a comment on one, praise or a suggestion."""

    __tablename__ = "feedback"

    id = Column(Integer, primary_key=True)
    brand = Column(String(16), nullable=False)
    channel = Column(String(32), nullable=False)
    customer_key = Column(String(64), nullable=False)
    kind = Column(String(16), nullable=False)
    stars = Column(Integer)
    text = Column(Text)
    faq_id = Column(String(96))
    ticket_id = Column(String(16))
    idempotency_key = Column(String(300), nullable=False, unique=True)
    at = Column(UtcDateTime, nullable=False)

    __table_args__ = (Index("ix_feedback_kind", "kind", "at"),)


class Notice(Base):
    """An incident that customers of a brand are told about while it lasts."""

    __tablename__ = "notices"

    id = Column(Integer, primary_key=True)
    brand = Column(String(16), nullable=False)
    topics = Column(JSON, nullable=False, default=list)
    text = Column(Text, nullable=False)
    began_at = Column(UtcDateTime, nullable=False)
    ended_at = Column(UtcDateTime)


class Handoff(Base):
    """A customer who waits for a person, or talks with one."""

    __tablename__ = "handoffs"

    id = Column(Integer, primary_key=True)
    conversation_key = Column(String(64), nullable=False)
    conversation_sealed = Column(Text, nullable=False)
    customer_key = Column(String(64), nullable=False, index=True)
    brand = Column(String(16), nullable=False)
    channel = Column(String(32), nullable=False)
    reason = Column(String(16), nullable=False)
    topic = Column(String(64), nullable=False)
    urgent = Column(Boolean, nullable=False, default=False)
    ticket_id = Column(String(16))
    packet = Column(JSON, nullable=False, default=dict)
    state = Column(String(16), nullable=False)
    agent = Column(String(64))
    ending = Column(String(16))
    asked_at = Column(UtcDateTime, nullable=False)
    taken_at = Column(UtcDateTime)
    agent_at = Column(UtcDateTime)
    customer_at = Column(UtcDateTime)
    closed_at = Column(UtcDateTime)

    __table_args__ = (
        Index("ix_handoffs_state", "state", "asked_at"),
        Index("ix_handoffs_asked_at", "asked_at"),
        Index(
            "uq_handoffs_open",
            "conversation_key",
            unique=True,
            sqlite_where=text("state <> 'closed'"),
            postgresql_where=text("state <> 'closed'"),
        ),
    )


class HandoffLine(Base):
    """What one side wrote while a person was asked for or talked."""

    __tablename__ = "handoff_lines"

    id = Column(Integer, primary_key=True)
    handoff_id = Column(Integer, ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False)
    who = Column(String(16), nullable=False)
    author = Column(String(64), nullable=False, default="")
    text = Column(Text, nullable=False)
    message_id = Column(String(160), nullable=False)
    at = Column(UtcDateTime, nullable=False)

    __table_args__ = (Index("uq_handoff_lines_message", "handoff_id", "message_id", unique=True),)
