"""Tables of the desk: tickets and the history of every change."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Text

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
    sla_due = Column(UtcDateTime, nullable=False)
    created_at = Column(UtcDateTime, nullable=False)
    updated_at = Column(UtcDateTime, nullable=False)
    version = Column(Integer, nullable=False)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        Index("ix_tickets_same_matter", "customer_key", "intent", "created_at"),
        Index("ix_tickets_queue", "status", "priority", "sla_due"),
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


class Notice(Base):
    """An incident that customers of a brand are told about while it lasts."""

    __tablename__ = "notices"

    id = Column(Integer, primary_key=True)
    brand = Column(String(16), nullable=False)
    topics = Column(JSON, nullable=False, default=list)
    text = Column(Text, nullable=False)
    began_at = Column(UtcDateTime, nullable=False)
    ended_at = Column(UtcDateTime)
