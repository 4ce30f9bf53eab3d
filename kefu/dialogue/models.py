"""Tables of the conversations: every event, and for each conversation which of them the next turn needs."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text

from kefu.database import Base

# Plain tables, not mapped classes: a turn writes about ten rows, and an object for each would cost more than the SQL.
conversation_events = Table(
    "conversation_events",
    Base.metadata,
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("type", String(64), nullable=False),
    Column("timestamp", Float(53), nullable=False),
    Column("data", Text, nullable=False),  # the event as Rasa writes it, JSON
    Index("ix_conversation_events_timestamp", "timestamp"),
)

# Made from the events and nothing else: a conversation whose row is lost is read as a whole once, and has one again.
conversation_snapshots = Table(
    "conversation_snapshots",
    Base.metadata,
    Column("sender_id", String(255), primary_key=True),
    Column("seq", Integer, nullable=False),  # of the next event; whoever appends must have seen it
    Column("cut", Integer, nullable=False),  # all events from here on are loaded
    Column("state", Text, nullable=False),  # JSON: "kept", the earlier events that carry the state; "run" and "visible"
)
