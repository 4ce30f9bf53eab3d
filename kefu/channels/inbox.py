"""The durable inbox: a message is stored before it is worked on, and its answer before it is given."""

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import select

from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage
from kefu.database import Database

Replies = list[dict[str, Any]]


class Inbox:
    """Inbound messages by (conversation, message id); makes a repeated message answerable once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, message: Inbound, masked_text: str) -> Replies | None:
        """Store a message; returns the replies that it was given before, None where it has none yet."""
        async with self._database.write(f"inbox:{message.conversation}") as session:
            found = await session.get(InboundMessage, (message.conversation, message.message_id))
            if found is not None:
                return found.replies
            session.add(
                InboundMessage(
                    conversation=message.conversation,
                    message_id=message.message_id,
                    channel=message.channel,
                    brand=message.brand or "",
                    text=masked_text,
                    received_at=datetime.now(timezone.utc),
                )
            )
            return None

    async def offered(self, conversation: str) -> list[dict[str, str]]:
        """The buttons (`title`, sealed `payload`) under the latest answer of a conversation."""
        query = (
            select(InboundMessage.replies)
            .where(InboundMessage.conversation == conversation, InboundMessage.answered_at.is_not(None))
            .order_by(InboundMessage.answered_at.desc())
            .limit(1)
        )
        async with self._database.read() as session:
            replies = (await session.execute(query)).scalar_one_or_none() or []
        return [button for reply in replies for button in reply.get("buttons") or []]

    async def answer(self, message: Inbound, replies: Replies) -> None:
        """Keep what a message was answered with."""
        async with self._database.write(f"inbox:{message.conversation}") as session:
            found = await session.get(InboundMessage, (message.conversation, message.message_id))
            if found is None:
                raise KeyError((message.conversation, message.message_id))
            found.replies, found.answered_at = replies, datetime.now(timezone.utc)
