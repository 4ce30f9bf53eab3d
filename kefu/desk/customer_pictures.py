"""The pictures that customers have sent in their conversations, for the agents who help them.

The channels keep them; the desk may not import them (DESIGN.md §2), and only reads here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import column, select, table

from kefu.database import Database, UtcDateTime

_MOST = 30  # the newest of a conversation
_uploads = table(
    "uploads",
    *(column("id"), column("conversation"), column("message_id"), column("media_type"), column("content")),
    column("at", UtcDateTime),
)
_lines = table("messages", column("conversation"), column("message_id"), column("who"))
# What agents show and codes to scan are uploads of the conversation as well; the log knows whose a line was.
_THEIRS = (
    _lines.c.conversation == _uploads.c.conversation,
    _lines.c.message_id == _uploads.c.message_id,
    _lines.c.who == "customer",
)


@dataclass(frozen=True)
class Sent:
    """A picture that a customer has sent, without its data."""

    id: str
    at: datetime


class CustomerPictures:
    """Pictures of conversations over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, conversations: Sequence[str], since: datetime) -> list[Sent]:
        """What a customer has sent in these conversations since a moment, oldest first; of many the newest."""
        query = select(_uploads.c.id, _uploads.c.at).where(
            *_THEIRS, _uploads.c.conversation.in_(conversations), _uploads.c.at >= since
        )
        async with self._database.read() as session:
            rows = (await session.execute(query.order_by(_uploads.c.at.desc(), _uploads.c.id).limit(_MOST))).all()
        return [Sent(row.id, row.at) for row in reversed(rows)]

    async def read(self, conversations: Sequence[str], picture: str) -> tuple[bytes, str] | None:
        """A picture of these conversations and its type; None where they have no such one. Serve it with HEADERS."""
        query = select(_uploads.c.content, _uploads.c.media_type).where(
            *_THEIRS, _uploads.c.id == picture, _uploads.c.conversation.in_(conversations)
        )
        async with self._database.read() as session:
            row = (await session.execute(query)).first()
        return (bytes(row.content), str(row.media_type)) if row else None
