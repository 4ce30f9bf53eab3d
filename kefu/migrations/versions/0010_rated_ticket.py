"""The ticket that a rating or comment is about."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feedback", sa.Column("ticket_id", sa.String(16)))


def downgrade() -> None:
    op.drop_column("feedback", "ticket_id")
