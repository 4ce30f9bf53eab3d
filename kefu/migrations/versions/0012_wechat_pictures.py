"""WeChat: who has scanned a binding's QR code; pictures uploaded to the platform."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None

_COLUMNS = (("scene", 64), ("scanned_by", 128))


def upgrade() -> None:
    for name, length in _COLUMNS:
        op.add_column("binding_codes", sa.Column(name, sa.String(length)))
        op.create_index(f"ix_binding_codes_{name}", "binding_codes", [name])
    op.create_table(
        "wechat_media",
        sa.Column("upload_id", sa.String(32), primary_key=True),
        sa.Column("app_id", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(128), nullable=False),
        sa.Column("media_id", sa.String(256), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_wechat_media_expires_at", "wechat_media", ["expires_at"])


def downgrade() -> None:
    op.drop_table("wechat_media")
    for name, _ in _COLUMNS:
        op.drop_index(f"ix_binding_codes_{name}", "binding_codes")
        op.drop_column("binding_codes", name)
