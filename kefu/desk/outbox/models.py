"""Tables of the outbox: what has to reach somebody, and the webhooks that other systems have registered."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Text

from kefu.database import Base, UtcDateTime


class Delivery(Base):
    """One thing to tell: a customer, a webhook or the staff.

    `key` makes it unique; within a `lane` deliveries go out one by one, in the order of their ids.
    """

    __tablename__ = "deliveries"

    id = Column(Integer, primary_key=True)
    kind = Column(String(16), nullable=False)  # customer, webhook, staff
    key = Column(String(128), nullable=False, unique=True)
    lane = Column(String(80), nullable=False)
    ticket_id = Column(String(16), ForeignKey("tickets.id", ondelete="CASCADE"), index=True)
    target = Column(Text, nullable=False)  # sealed conversation; webhook's id; fingerprint of a staff address
    body = Column(JSON, nullable=False)
    state = Column(String(16), nullable=False)
    attempts = Column(Integer, nullable=False, default=0)
    next_at = Column(UtcDateTime, nullable=False)  # not tried before; while claimed: when the claim ends
    error = Column(String(200))
    created_at = Column(UtcDateTime, nullable=False)
    delivered_at = Column(UtcDateTime)

    __table_args__ = (
        Index("ix_deliveries_due", "state", "next_at"),
        Index("ix_deliveries_lane", "lane", "state", "id"),
    )


class Webhook(Base):
    """Another system that wants to hear of tickets."""

    __tablename__ = "webhooks"

    id = Column(Integer, primary_key=True)
    url = Column(Text, nullable=False)
    secret_sealed = Column(Text, nullable=False)
    events = Column(JSON, nullable=False, default=list)
    failures = Column(Integer, nullable=False, default=0)  # in a row
    created_at = Column(UtcDateTime, nullable=False)
    disabled_at = Column(UtcDateTime)
    disabled_why = Column(String(200))
