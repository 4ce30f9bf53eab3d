"""Table of the channels: every message that came in, and what it was answered with."""

from sqlalchemy import JSON, Column, Index, String, Text

from kefu.database import Base, UtcDateTime


class InboundMessage(Base):
    """A customer's message, stored (masked) before anything is done with it."""

    __tablename__ = "inbound_messages"

    conversation = Column(String(128), primary_key=True)
    message_id = Column(String(128), primary_key=True)
    channel = Column(String(32), nullable=False)
    brand = Column(String(16), nullable=False)
    text = Column(Text, nullable=False)
    received_at = Column(UtcDateTime, nullable=False)
    replies = Column(JSON(none_as_null=True))
    answered_at = Column(UtcDateTime)

    __table_args__ = (Index("ix_inbound_messages_unanswered", "answered_at", "received_at"),)
