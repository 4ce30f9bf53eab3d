"""Pictures of conversations: checked by what they are, kept in the database, shown to their owner only."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import filetype
from sqlalchemy import insert, select

from kefu.channels.message import BadMessage
from kefu.channels.models import Upload
from kefu.database import Database

LARGEST = 5 * 1024 * 1024  # bytes
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")

_ADDRESS = re.compile(r"(uploads|attachments)/([0-9a-f]{32})")

_uploads = Upload.__table__


@dataclass(frozen=True)
class Picture:
    """A picture's bytes and what they are."""

    content: bytes
    media_type: str


def path_of(upload_id: str) -> str:
    """How a line of the log names a picture."""
    return f"uploads/{upload_id}"


def upload_of(image: Any) -> str | None:
    """The upload that a line's `image` names; None where it is something else."""
    return _named("uploads", image)


def attachment_of(image: Any) -> str | None:
    """The picture of a ticket that the desk's message names; None where it is something else."""
    return _named("attachments", image)


def _named(where: str, image: Any) -> str | None:
    found = _ADDRESS.fullmatch(image) if isinstance(image, str) else None
    return found[2] if found and found[1] == where else None


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

    async def copy(self, upload_id: str, owner: str, conversation: str, message_id: str) -> str | None:
        """The id of the owner's picture as another conversation of the same customer has it; None where it has none."""
        query = select(_uploads).where(_uploads.c.id == upload_id, _uploads.c.conversation == owner)
        async with self._database.read() as session:
            row = (await session.execute(query)).one_or_none()
        if row is None:
            return None
        return await self.store(conversation, message_id, row.brand, Picture(row.content, row.media_type))

    async def get(self, conversation: str, upload_id: str) -> Picture | None:
        """A picture of a conversation."""
        query = select(_uploads.c.content, _uploads.c.media_type).where(
            _uploads.c.id == upload_id, _uploads.c.conversation == conversation
        )
        async with self._database.read() as session:
            row = (await session.execute(query)).one_or_none()
            return None if row is None else Picture(row.content, row.media_type)
