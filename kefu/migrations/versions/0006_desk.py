"""People, messages, attachments and the outbox of the desk; idempotency keys become fingerprints."""

import sqlalchemy as sa
from alembic import op

from kefu.sealing import fingerprint, unseal

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TICKET = {"assignee": 32, "merged_into": 16, "phone_key": 64}  # new columns that are looked up, with their lengths
_MOMENTS = ("waiting_since", "first_response_at", "resolved_at")


def upgrade() -> None:
    for name, length in _TICKET.items():
        op.add_column("tickets", sa.Column(name, sa.String(length)))
        op.create_index(f"ix_tickets_{name}", "tickets", [name])
    for name in _MOMENTS:
        op.add_column("tickets", sa.Column(name, _MOMENT))
    op.add_column("tickets", sa.Column("sla_missed", sa.Boolean, nullable=False, server_default=sa.false()))
    _hide_conversations()
    _key_phones()
    op.execute("UPDATE tickets SET resolved_at = updated_at WHERE status IN ('resolved', 'closed')")
    op.execute("UPDATE tickets SET waiting_since = created_at WHERE status NOT IN ('resolved', 'closed')")
    _create_ticket_parts()
    _create_people()
    _create_outbox()


def downgrade() -> None:
    """The old idempotency keys can't be had back: a message repeated across a downgrade counts as new."""
    tables = ("webhooks", "deliveries", "api_tokens", "sign_in_attempts", "user_sessions", "users")
    for table in (*tables, "attachments", "ticket_messages"):
        op.drop_table(table)
    for name in _TICKET:
        op.drop_index(f"ix_tickets_{name}", "tickets")
    for name in (*_TICKET, *_MOMENTS, "sla_missed"):
        op.drop_column("tickets", name)


def _hide_conversations() -> None:
    """The keys held conversation ids in clear."""
    connection = op.get_bind()
    for name in ("tickets", "ticket_events", "feedback"):
        table = sa.table(name, sa.column("id"), sa.column("idempotency_key"))
        found = connection.execute(sa.select(table.c.id, table.c.idempotency_key)).all()
        for row_id, key in found:
            if key is not None:
                changed = table.update().where(table.c.id == row_id).values(idempotency_key=fingerprint(key))
                connection.execute(changed)


def _key_phones() -> None:
    """A person's tickets can be found by phone without opening every sealed number."""
    connection = op.get_bind()
    table = sa.table("tickets", sa.column("id"), sa.column("phone_sealed"), sa.column("phone_key"))
    found = connection.execute(sa.select(table.c.id, table.c.phone_sealed).where(table.c.phone_sealed.is_not(None)))
    for row_id, sealed in found.all():
        phone = unseal(sealed)
        if phone:
            key = fingerprint("phone", phone)
            connection.execute(table.update().where(table.c.id == row_id).values(phone_key=key))


def _create_ticket_parts() -> None:
    op.create_table(
        "ticket_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ticket_id", sa.String(16), sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.String(64), unique=True),
    )
    op.create_index("ix_ticket_messages_ticket_id", "ticket_messages", ["ticket_id"])
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("ticket_id", sa.String(16), sa.ForeignKey("tickets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("content_type", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("ticket_id", "sha256"),
    )


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("display_name", sa.String(32), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("totp_sealed", sa.Text),
        sa.Column("totp_step", sa.BigInteger),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("presence", sa.String(8), nullable=False),
        sa.Column("seen_at", _MOMENT),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("disabled_at", _MOMENT),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(32), sa.ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT),
    )
    op.create_index("ix_user_sessions_user", "user_sessions", ["user"])
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_key", sa.String(64), nullable=False),
        sa.Column("address_key", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("ix_sign_in_attempts_user", "sign_in_attempts", ["user_key", "at"])
    op.create_index("ix_sign_in_attempts_address", "sign_in_attempts", ["address_key", "at"])
    op.create_table(
        "api_tokens",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT),
    )


def _create_outbox() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("key", sa.String(128), nullable=False, unique=True),
        sa.Column("lane", sa.String(80), nullable=False),
        sa.Column("ticket_id", sa.String(16), sa.ForeignKey("tickets.id", ondelete="CASCADE")),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("error", sa.String(200)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("delivered_at", _MOMENT),
    )
    op.create_index("ix_deliveries_ticket_id", "deliveries", ["ticket_id"])
    op.create_index("ix_deliveries_due", "deliveries", ["state", "next_at"])
    op.create_index("ix_deliveries_lane", "deliveries", ["lane", "state", "id"])
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret_sealed", sa.Text, nullable=False),
        sa.Column("events", sa.JSON, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("disabled_at", _MOMENT),
        sa.Column("disabled_why", sa.String(200)),
    )
