"""Pictures that customers send: checked by what they are, kept in the database, shown to their owner only."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timezone

import filetype
from sqlalchemy import insert, select

from kefu.channels.message import BadMessage
from kefu.channels.models import Upload
from kefu.database import Database

LARGEST = 5 * 1024 * 1024  # bytes
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")

_uploads = Upload.__table__


@dataclass(frozen=True)
class Picture:
    """A picture's bytes and what they are."""

    content: bytes
    media_type: str


def picture_of(content: bytes) -> Picture:
    """A picture from outside, whatever it is said to be.

    Raises:
        BadMessage: it is no PNG, JPEG, WebP or GIF.
    """
    kind = filetype.guess(content)
    if kind is None or kind.mime not in MEDIA_TYPES:
        raise BadMessage("只能发 PNG、JPEG、WebP 或 GIF 图片")
    return Picture(content, kind.mime)


class Uploads:
    """The pictures of all conversations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, conversation: str, message_id: str, brand: str, picture: Picture) -> str:
        """Keep the picture of a message; its id, the same where the message is repeated."""
        query = select(_uploads.c.id).where(
            _uploads.c.conversation == conversation, _uploads.c.message_id == message_id
        )
        async with self._database.transaction(f"upload:{conversation}") as transaction:
            known: str | None = (await transaction.execute(query)).scalar_one_or_none()
            if known is not None:
                return known
            row = {
                "id": secrets.token_hex(16),
                "conversation": conversation,
                "message_id": message_id,
                "brand": brand,
                "media_type": picture.media_type,
                "content": picture.content,
                "at": datetime.now(timezone.utc),
            }
            await transaction.execute(insert(_uploads), row)
            return str(row["id"])

    async def get(self, conversation: str, upload_id: str) -> Picture | None:
        """A picture of a conversation."""
        query = select(_uploads.c.content, _uploads.c.media_type).where(
            _uploads.c.id == upload_id, _uploads.c.conversation == conversation
        )
        async with self._database.read() as session:
            row = (await session.execute(query)).one_or_none()
            return None if row is None else Picture(row.content, row.media_type)
