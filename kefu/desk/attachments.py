"""Pictures that belong to a ticket: checked by what they are, not by what they are called."""

import asyncio
import hashlib
import re
import secrets
from datetime import datetime, timezone

import filetype
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from kefu.database import Database
from kefu.desk.errors import TicketError, Unacceptable
from kefu.desk.lifecycle import Status
from kefu.desk.models import Attachment, Ticket
from kefu.desk.outbox.customers import tell_picture
from kefu.desk.sla import heard_from_us
from kefu.desk.ticket_events import record
from kefu.desk.ticket_rows import family, lock_survivor

LARGEST = 5 * 2**20  # bytes
MOST = 20  # of a ticket
TYPES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
# What a picture is served with: whatever a browser makes of it, nothing in it runs.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class Attachments:
    """Attachments over a database; they are kept in it, so that a back-up or a replica has them too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self,
        ticket_id: str,
        name: str,
        data: bytes,
        actor: str,
        now: datetime | None = None,
        shown_by: str | None = None,
    ) -> Attachment:
        """Keep a picture; the same one again is the one that is there. A merged ticket's goes to the survivor.

        Args:
            shown_by: the customer gets it too (once), from the agent of that display name.

        Raises:
            KeyError: there is no such ticket.
            TicketError: it is to be shown, and the ticket is closed.
            Unacceptable: it is no picture, too large, or one too many.
        """
        moment = now or datetime.now(timezone.utc)
        content_type = checked_type(data)
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        async with self._database.write() as session:
            ticket = await lock_survivor(session, ticket_id)
            same = select(Attachment).where(Attachment.ticket_id == ticket.id, Attachment.sha256 == digest)
            kept = (await session.execute(same)).scalar_one_or_none()
            is_new = kept is None
            if kept is None:
                query = select(func.count()).select_from(Attachment).where(Attachment.ticket_id == ticket.id)
                if (await session.execute(query)).scalar_one() >= MOST:
                    raise Unacceptable(f"一张工单最多 {MOST} 张图片")
                kept = Attachment(
                    id=secrets.token_hex(16),
                    ticket_id=ticket.id,
                    at=moment,
                    author=actor,
                    name=_plain_name(name),
                    content_type=content_type,
                    size=len(data),
                    sha256=digest,
                    data=data,
                )
                session.add(kept)
            is_shown = bool(shown_by) and await _show(session, ticket, kept, shown_by or "", moment)
            if is_new or is_shown:
                what = {"id": kept.id, "name": kept.name, **({"shown": True} if is_shown else {})}
                await record(session, ticket, actor, "attachment", what, moment)
            return kept

    async def of(self, ticket_id: str) -> list[Attachment]:
        """The pictures of a ticket and of those merged into it, oldest first, without their data."""
        query = select(Attachment).where(Attachment.ticket_id.in_(family(ticket_id)))
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(Attachment.at, Attachment.id))).scalars())

    async def read(self, attachment_id: str) -> Attachment | None:
        """One picture with its data; serve it with HEADERS."""
        query = select(Attachment).where(Attachment.id == attachment_id).options(undefer(Attachment.data))
        async with self._database.read() as session:
            return (await session.execute(query)).scalar_one_or_none()


async def _show(session: AsyncSession, ticket: Ticket, picture: Attachment, agent: str, now: datetime) -> bool:
    """Send a picture to the customer, an answer like others; False where that was done before."""
    is_told = await tell_picture(session, ticket, picture.id, agent, now)
    if is_told and ticket.status == Status.CLOSED.value:
        raise TicketError(f"工单 {ticket.id} 已关闭，要先重新打开才能给客户发图片")
    if is_told:
        heard_from_us(ticket, now)
    return is_told


def checked_type(data: bytes) -> str:
    """The type of a picture, by its content.

    Raises:
        Unacceptable: it is empty, too large, or none of png, jpeg, webp and gif.
    """
    if not data:
        raise Unacceptable("图片是空的")
    if len(data) > LARGEST:
        raise Unacceptable(f"图片最大 {LARGEST // 2**20} MB")
    found = filetype.guess_mime(data)
    if found not in TYPES:
        raise Unacceptable("只支持 PNG、JPEG、WebP 和 GIF 图片")
    return str(found)


def _plain_name(name: str) -> str:
    """A name to show, of visible characters; never used as a path."""
    last = re.split(r"[\\/]", name)[-1]
    return "".join(char for char in last if char.isprintable()).strip(" .")[:128] or "图片"
