"""Handoffs to people, and what both sides write."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_key", sa.String(64), nullable=False),
        sa.Column("conversation_sealed", sa.Text, nullable=False),
        sa.Column("customer_key", sa.String(64), nullable=False),
        sa.Column("brand", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("ticket_id", sa.String(16)),
        sa.Column("packet", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(64)),
        sa.Column("ending", sa.String(16)),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("taken_at", moment),
        sa.Column("agent_at", moment),
        sa.Column("customer_at", moment),
        sa.Column("closed_at", moment),
    )
    op.create_index("ix_handoffs_customer_key", "handoffs", ["customer_key"])
    op.create_index("ix_handoffs_state", "handoffs", ["state", "asked_at"])
    is_open = sa.text("state <> 'closed'")
    op.create_index(
        "uq_handoffs_open",
        "handoffs",
        ["conversation_key"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "handoff_lines",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("handoff_id", sa.Integer, sa.ForeignKey("handoffs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("who", sa.String(16), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("message_id", sa.String(160), nullable=False),
        sa.Column("at", moment, nullable=False),
    )
    op.create_index("uq_handoff_lines_message", "handoff_lines", ["handoff_id", "message_id"], unique=True)


def downgrade() -> None:
    op.drop_table("handoff_lines")
    op.drop_table("handoffs")
