"""Tables of the channels: every message that came in with what it was answered with, and what customers see."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, LargeBinary, String, Text

from kefu.database import Base, UtcDateTime


class InboundMessage(Base):
    """A customer's message, stored (masked) before anything is done with it, with all that a turn needs."""

    __tablename__ = "inbound_messages"

    conversation = Column(String(128), primary_key=True)
    message_id = Column(String(128), primary_key=True)
    channel = Column(String(32), nullable=False)
    brand = Column(String(16), nullable=False)
    text = Column(Text, nullable=False)  # as typed, masked
    prepared = Column(Text)  # what Rasa gets
    sealed = Column(JSON(none_as_null=True))
    was_cut = Column(Boolean, nullable=False, default=False, server_default="0")
    pressed = Column(Boolean, nullable=False, default=False, server_default="0")  # a button: stands alone
    seq = Column(Integer)  # its line in the log, where the channel has one
    received_at = Column(UtcDateTime, nullable=False)
    leased_by = Column(String(32))  # the process that answers it
    lease_until = Column(UtcDateTime)  # later, that process is dead
    # 0 as it came, 1 taken over from the dead, and one more for each turn that was begun again
    tries = Column(Integer, nullable=False, default=0, server_default="0")
    replies = Column(JSON(none_as_null=True))
    answered_at = Column(UtcDateTime)

    __table_args__ = (
        Index("ix_inbound_messages_unanswered", "answered_at", "received_at"),
        Index("ix_inbound_messages_conversation", "conversation", "answered_at"),
    )


class Message(Base):
    """A line of a conversation as the customer of a pushed channel sees it."""

    __tablename__ = "messages"

    conversation = Column(String(128), primary_key=True)
    seq = Column(Integer, primary_key=True, autoincrement=False)  # 1, 2, 3 … within the conversation
    who = Column(String(16), nullable=False)  # customer | bot | agent | notice
    body = Column(JSON, nullable=False)
    message_id = Column(String(128))
    at = Column(UtcDateTime, nullable=False)

    __table_args__ = (Index("ix_messages_message_id", "conversation", "message_id", unique=True),)


class Upload(Base):
    """A picture that a customer has sent; its line in the log names it."""

    __tablename__ = "uploads"

    id = Column(String(32), primary_key=True)
    conversation = Column(String(128), nullable=False)
    message_id = Column(String(128), nullable=False)
    brand = Column(String(16), nullable=False)
    media_type = Column(String(32), nullable=False)
    content = Column(LargeBinary, nullable=False)
    at = Column(UtcDateTime, nullable=False)

    __table_args__ = (Index("ix_uploads_message_id", "conversation", "message_id", unique=True),)


class Binding(Base):
    """A WeChat conversation that belongs to a customer of the website."""

    __tablename__ = "bindings"

    conversation = Column(String(128), primary_key=True)
    customer = Column(String(128), nullable=False, unique=True)
    code = Column(String(64), nullable=False)  # digest of the code that made it: the same code again is no wrong one
    bound_at = Column(UtcDateTime, nullable=False)


class BindingCode(Base):
    """A code that was shown and not used yet, and its scene; only keyed digests are kept."""

    __tablename__ = "binding_codes"

    digest = Column(String(64), primary_key=True)
    conversation = Column(String(128), nullable=False)
    brand = Column(String(16), nullable=False)
    expires_at = Column(UtcDateTime, nullable=False)
    scene = Column(String(64), index=True)
    scanned_by = Column(String(128), index=True)  # the WeChat conversation that has scanned it, and may confirm


class BindingTry(Base):
    """A wrong code."""

    __tablename__ = "binding_tries"

    id = Column(Integer, primary_key=True)
    conversation = Column(String(128), nullable=False)
    at = Column(UtcDateTime, nullable=False, index=True)
