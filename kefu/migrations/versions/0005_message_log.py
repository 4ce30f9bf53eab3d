"""The message log, and what it takes to run a stored message again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NEW = (
    sa.Column("prepared", sa.Text),
    sa.Column("sealed", sa.JSON),
    sa.Column("was_cut", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("pressed", sa.Boolean, nullable=False, server_default="0"),
    sa.Column("seq", sa.Integer),
    sa.Column("leased_by", sa.String(32)),
    sa.Column("lease_until", sa.DateTime(timezone=True)),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
)


def upgrade() -> None:
    for column in _NEW:
        op.add_column("inbound_messages", column.copy())
    op.create_index("ix_inbound_messages_conversation", "inbound_messages", ["conversation", "answered_at"])
    op.create_table(
        "messages",
        sa.Column("conversation", sa.String(128), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("who", sa.String(16), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("message_id", sa.String(128)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_messages_message_id", "messages", ["conversation", "message_id"], unique=True)


def downgrade() -> None:
    op.drop_table("messages")
    op.drop_index("ix_inbound_messages_conversation", "inbound_messages")
    with op.batch_alter_table("inbound_messages") as table:
        for column in reversed(_NEW):
            table.drop_column(column.name)
