"""WeChat: users, passive replies, tokens, nonces; bindings between channels."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "wechat_users",
        sa.Column("conversation", sa.String(128), primary_key=True),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("openid_sealed", sa.Text),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("window_until", _MOMENT),
        sa.Column("quota", sa.Integer, nullable=False),
        sa.Column("delivered_seq", sa.Integer, nullable=False),
        sa.Column("delivered_part", sa.Integer, nullable=False),
        sa.Column("reserved_until", _MOMENT),
        sa.Column("claimed_until", _MOMENT),
        sa.Column("claim", sa.String(32)),
        sa.Column("waiting", sa.Boolean, nullable=False),
        sa.Column("asked", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("retry_at", _MOMENT),
    )
    op.create_index("ix_wechat_users_seen", "wechat_users", ["waiting", "seen_at"])
    op.create_table(
        "wechat_replies",
        sa.Column("conversation", sa.String(128), primary_key=True),
        sa.Column("message_id", sa.String(128), primary_key=True),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("claim", sa.String(32)),
        sa.Column("to_seq", sa.Integer, nullable=False),
        sa.Column("to_part", sa.Integer, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_wechat_replies_at", "wechat_replies", ["at"])
    op.create_table(
        "wechat_tokens",
        sa.Column("app_id", sa.String(64), primary_key=True),
        sa.Column("token_sealed", sa.Text),
        sa.Column("expires_at", _MOMENT),
        sa.Column("asking_until", _MOMENT),
    )
    op.create_table(
        "wechat_nonces",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_wechat_nonces_at", "wechat_nonces", ["at"])
    _bindings()


def _bindings() -> None:
    op.create_table(
        "bindings",
        sa.Column("conversation", sa.String(128), primary_key=True),
        sa.Column("customer", sa.String(128), nullable=False, unique=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("bound_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "binding_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("conversation", sa.String(128), nullable=False),
        sa.Column("brand", sa.String(16), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "binding_tries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation", sa.String(128), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_binding_tries_at", "binding_tries", ["at"])


def downgrade() -> None:
    for table in (
        "binding_tries",
        "binding_codes",
        "bindings",
        "wechat_nonces",
        "wechat_tokens",
        "wechat_replies",
        "wechat_users",
    ):
        op.drop_table(table)
