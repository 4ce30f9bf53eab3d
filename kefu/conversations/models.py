"""Tables of the conversations: every event, and for each conversation what its next turn needs of those before."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from kefu.database import Base

conversation_events = Table(
    "conversation_events",
    Base.metadata,
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(64), nullable=False),
    Column("timestamp", Float(53), nullable=False),  # Unix seconds
    Column("data", Text, nullable=False),  # the event as Rasa writes it, JSON
    Index("ix_conversation_events_timestamp", "timestamp"),
)

conversation_states = Table(
    "conversation_states",
    Base.metadata,
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the next event; whoever appends must have seen it
    Column("updated_at", Float(53), nullable=False),  # Unix seconds
)

conversation_snapshots = Table(
    "conversation_snapshots",
    Base.metadata,
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the first event that came after it
    Column("data", Text, nullable=False),  # made and read by kefu.dialogue.stored_tracker
)
