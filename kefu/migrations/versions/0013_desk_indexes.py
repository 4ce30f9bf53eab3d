"""Indexes for lists by date and for counts: without them each looks at every ticket there ever was."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_tickets_created_at", "tickets", ["created_at", "id"]),
    ("ix_tickets_counts", "tickets", ["brand", "status", "priority", "sla_missed"]),
    ("ix_handoffs_asked_at", "handoffs", ["asked_at"]),
    ("ix_feedback_kind", "feedback", ["kind", "at"]),
)


def upgrade() -> None:
    for name, table, columns in _INDEXES:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in _INDEXES:
        op.drop_index(name, table)
