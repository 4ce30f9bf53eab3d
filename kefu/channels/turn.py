"""One turn: Rasa is asked once for the lines of a turn, and something is always said."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from rasa.core.channels.channel import UserMessage

from kefu.channels.apology import apologise, with_cut_notice
from kefu.channels.inbox import Inbox, Replies, Stored
from kefu.channels.joining import joined, masked_again
from kefu.channels.log import Logged, conversation_key
from kefu.channels.prepare import Prepared
from kefu.channels.quick_replies import seal_buttons
from kefu.channels.rasa_agent import LINES, Recall, ReplyCollector
from kefu.conversations.transactions import Cursor
from kefu.conversations.turn_record import stored_beside
from kefu.database import lock
from kefu.desk.tickets import TicketService
from kefu.settings import settings

logger = logging.getLogger(__name__)

_MOST_TRIES = 4  # a message that ends the process each time is not tried for ever: as it came, and three times again
_OLDEST = timedelta(days=1)  # what waited longer gets no answer out of the blue, but a ticket

Handler = Callable[[UserMessage], Awaitable[Any]]


@dataclass(frozen=True)
class Answered:
    """The lines that a turn answers, the answer (not empty), and how it stands in the log once it is stored.

    `logged` is None where somebody else has answered.
    """

    lines: Sequence[Stored]
    replies: Replies
    logged: list[Logged] | None


class Turns:
    """Makes the replies to stored lines, and stores them."""

    def __init__(
        self, on_new_message: Handler, inbox: Inbox, tickets: TicketService, recall: Recall | None = None
    ) -> None:
        """Turns over Rasa.

        Args:
            inbox: holds the lines, and gets their answers.
            recall: finds a turn on record; without it none is ever found.
        """
        self._on_new_message = on_new_message
        self._inbox = inbox
        self._tickets = tickets
        self._recall = recall

    async def answer(self, lines: Sequence[Stored], is_first_try: bool) -> Answered:
        """Answer the lines of a turn, all or the first of them.

        What Rasa answers is stored in one transaction with the turn itself: there is never one without the other.

        Args:
            lines: the lines of the turn.
            is_first_try: False where a process may have run it before: then the try is counted, and the tracker is
                looked into first.

        Raises:
            Exception: of the database: nothing was answered, and nothing may be.
        """
        if not is_first_try:
            lines = await self._inbox.begin_again(lines)
        if not is_first_try and self._recall is not None:
            ids = [line.message.message_id for line in lines]
            found = await self._recall(lines[0].message.conversation, ids)
            if found is not None:
                done = [line for line in lines if line.message.message_id in found.message_ids]
                collected = ReplyCollector(lines[0].message.channel)
                for said in found.said:
                    await collected.send_response(lines[0].message.conversation, said)
                replies = _replies(done, joined(done), collected)
                return await self._store(done, replies, any(line.is_half for line in done))
        prepared = joined(lines)
        return await self._ask_rasa(lines, prepared) or await self._store(lines, [])

    async def _store(self, lines: Sequence[Stored], replies: Replies, is_half: bool = False) -> Answered:
        """Store an answer by itself; where there is none, an apology, unless the turn is on record after all.

        A message that is not in the inbox any more was deleted with all else of that person: nothing is kept of it.

        Args:
            is_half: the turn has failed after these replies: the apology follows them.
        """
        message, prepared = lines[0].message, joined(lines)
        known = await self._inbox.look(message)
        if known is None:
            return Answered(lines, replies, None)
        if not replies and known.replies is not None:  # the connection broke just when the turn was stored
            return Answered(lines, known.replies, None)
        if is_half:
            replies = [*replies, *await apologise(self._tickets, message, prepared, is_midway=True)]
        elif not replies:
            replies = _with_notice(lines, prepared, await apologise(self._tickets, message, prepared))
        return Answered(lines, replies, await self._inbox.answer(lines, replies, masked_again(lines)))

    async def _ask_rasa(self, lines: Sequence[Stored], prepared: Prepared) -> Answered | None:
        """The bot's answer, stored; None where the turn failed, whatever was said before it did: it is not on record.

        None also where the bot said nothing.
        """
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
            message_id=ids[-1],  # should a later line join at another try, what was done for these is not that turn's
            metadata={**metadata, LINES: ids} if len(ids) > 1 else metadata,
        )
        answered: list[Answered] = []

        def store(cursor: Cursor) -> bool:
            answered.clear()  # a transaction may be run again
            replies = _replies(lines, prepared, output)
            if replies:
                lock(cursor, conversation_key(message.conversation))
            if replies and output.has_failed:  # the apology is made outside: whoever takes over must know of it
                self._inbox.half_within(cursor, lines, replies)
            elif replies:
                logged = self._inbox.answer_within(cursor, lines, replies, masked_again(lines))
                answered.append(Answered(lines, replies, logged))
            return bool(answered)

        with stored_beside(store) as record:
            try:
                await self._on_new_message(asked)
            except Exception:
                logger.exception("Rasa failed: channel=%s message=%s", message.channel, message.message_id)
                return answered[0] if answered and record.is_stored else None
        if answered and record.is_stored:
            return answered[0]
        replies = _replies(lines, prepared, output)  # of half a turn, or of a handler that keeps no record
        return await self._store(lines, replies, output.has_failed) if replies else None


def _replies(lines: Sequence[Stored], prepared: Prepared, output: ReplyCollector) -> Replies:
    """What the bot has said; empty where that is nothing."""
    said = [_with_sealed_buttons(reply) for reply in output.messages]
    return _with_notice(lines, prepared, said) if said else []


def _with_notice(lines: Sequence[Stored], prepared: Prepared, replies: Replies) -> Replies:
    return with_cut_notice(lines[0].message, replies, settings().max_message_chars) if prepared.was_cut else replies


def _with_sealed_buttons(reply: dict[str, Any]) -> dict[str, Any]:
    if not reply.get("buttons"):
        return reply
    return {**reply, "buttons": seal_buttons(reply["recipient_id"], reply["buttons"])}
