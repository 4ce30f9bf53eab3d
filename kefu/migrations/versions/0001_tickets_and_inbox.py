"""Tickets with their history, and the inbox of the channels."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the first tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "tickets",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("brand", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("customer_key", sa.String(64), nullable=False),
        sa.Column("customer_sealed", sa.Text, nullable=False),
        sa.Column("phone", sa.String(16)),
        sa.Column("phone_sealed", sa.Text),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("priority", sa.String(2), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("time", sa.String(16)),
        sa.Column("order_id", sa.String(64)),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("transcript", sa.JSON, nullable=False),
        sa.Column("faq_ids", sa.JSON, nullable=False),
        sa.Column("idempotency_key", sa.String(300), nullable=False, unique=True),
        sa.Column("sla_due", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_tickets_same_matter", "tickets", ["customer_key", "intent", "created_at"])
    op.create_index("ix_tickets_queue", "tickets", ["status", "priority", "sla_due"])
    op.create_table(
        "ticket_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket_id", sa.String(16), sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("idempotency_key", sa.String(300), unique=True),
    )
    op.create_index("ix_ticket_events_ticket_id", "ticket_events", ["ticket_id"])
    op.create_table(
        "inbound_messages",
        sa.Column("conversation", sa.String(128), primary_key=True),
        sa.Column("message_id", sa.String(128), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("brand", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("replies", sa.JSON),
        sa.Column("answered_at", moment),
    )
    op.create_index("ix_inbound_messages_unanswered", "inbound_messages", ["answered_at", "received_at"])


def downgrade() -> None:
    """Drop the first tables."""
    for table in ("inbound_messages", "ticket_events", "tickets"):
        op.drop_table(table)
