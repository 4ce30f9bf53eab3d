"""One turn: Rasa is asked once for the lines of a turn, and something is always said."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from rasa.core.channels.channel import UserMessage

from kefu.channels.apology import apologise, with_cut_notice
from kefu.channels.inbox import Replies, Stored
from kefu.channels.joining import joined
from kefu.channels.prepare import Prepared
from kefu.channels.quick_replies import seal_buttons
from kefu.channels.rasa_agent import LINES, Recall, ReplyCollector
from kefu.desk.tickets import TicketService
from kefu.settings import settings

logger = logging.getLogger(__name__)

_MOST_TRIES = 3  # a message that ends the process each time is not tried for ever
_OLDEST = timedelta(days=1)  # what waited longer gets no answer out of the blue, but a ticket

Handler = Callable[[UserMessage], Awaitable[Any]]


class Turns:
    """Makes the replies to stored lines."""

    def __init__(self, on_new_message: Handler, tickets: TicketService, recall: Recall | None = None) -> None:
        """Turns over Rasa.

        Args:
            recall: finds a turn on record; without it none is ever found.
        """
        self._on_new_message = on_new_message
        self._tickets = tickets
        self._recall = recall

    async def replies(self, lines: Sequence[Stored], is_first_try: bool) -> tuple[Sequence[Stored], Replies]:
        """What the lines of a turn are answered with (not empty), and the lines that this answers.

        Args:
            lines: the lines of the turn.
            is_first_try: False where a process may have run it before: then the tracker is looked into first.

        Raises:
            Exception: of the database: nothing was answered, and nothing may be.
        """
        if not is_first_try and self._recall is not None:
            ids = [line.message.message_id for line in lines]
            found = await self._recall(lines[0].message.conversation, ids)
            if found is not None:
                done = [line for line in lines if line.message.message_id in found.message_ids]
                collected = ReplyCollector(lines[0].message.channel)
                for said in found.said:
                    await collected.send_response(lines[0].message.conversation, said)
                return done, await self._complete(done, joined(done), collected)
        prepared = joined(lines)
        return lines, await self._complete(lines, prepared, await self._ask_rasa(lines, prepared))

    async def _ask_rasa(self, lines: Sequence[Stored], prepared: Prepared) -> ReplyCollector | None:
        """The bot's replies; None where the turn failed, whatever was said before it did: it is not on record."""
        message, ids = lines[0].message, [line.message.message_id for line in lines]
        if lines[0].tries > _MOST_TRIES or datetime.now(timezone.utc) - lines[0].received_at > _OLDEST:
            logger.error("message given up: channel=%s message=%s", message.channel, message.message_id)
            return None
        output = ReplyCollector(message.channel)
        metadata = {"brand": message.brand, "original": prepared.original, "sealed": prepared.sealed}
        asked = UserMessage(
            prepared.text,
            output,
            message.conversation,
            input_channel=message.channel,
            message_id=message.message_id,
            metadata={**metadata, LINES: ids} if len(ids) > 1 else metadata,
        )
        try:
            await self._on_new_message(asked)
        except Exception:
            logger.exception("Rasa failed: channel=%s message=%s", message.channel, message.message_id)
            return None
        return output

    async def _complete(self, lines: Sequence[Stored], prepared: Prepared, output: ReplyCollector | None) -> Replies:
        message = lines[0].message
        said = [_with_sealed_buttons(reply) for reply in output.messages] if output else []
        replies = said or await apologise(self._tickets, message, prepared)
        return with_cut_notice(message, replies, settings().max_message_chars) if prepared.was_cut else replies


def _with_sealed_buttons(reply: dict[str, Any]) -> dict[str, Any]:
    if not reply.get("buttons"):
        return reply
    return {**reply, "buttons": seal_buttons(reply["recipient_id"], reply["buttons"])}
