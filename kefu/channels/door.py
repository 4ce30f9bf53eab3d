"""The door: every message of every channel goes through here, and none leaves without an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from kefu.channels.apology import apology_unstored, reference_of
from kefu.channels.filing import Filing
from kefu.channels.inbox import Inbox, Replies, Stored
from kefu.channels.log import Logged, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.prepare import prepare
from kefu.channels.rasa_agent import RasaAgent
from kefu.channels.recovery import Recovery
from kefu.channels.turn import Handler, Turns
from kefu.channels.wake import Wakeups
from kefu.channels.worker import Workers
from kefu.database import database
from kefu.desk.tickets import TicketService
from kefu.settings import settings

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 0.2  # between two looks whether another process has answered
_CLOSING_SECONDS = 10.0  # for turns in flight, at the end

Deliver = Callable[[str, Sequence[Logged]], Awaitable[None]]


class NotStored(Exception):
    """A message could not be stored: the channel must not acknowledge it, so that it is sent again."""


@dataclass(frozen=True)
class Taken:
    """A message that is stored and will be answered; `seq` is its line in the log."""

    seq: int
    is_new: bool


class Door:
    """Takes messages in for a channel of this process: `receive` answers, `take` lets the answer be pushed."""

    def __init__(
        self,
        on_new_message: Handler,
        log: MessageLog | None = None,
        wakeups: Wakeups | None = None,
        agent: RasaAgent | None = None,
        deliver: Deliver | None = None,
    ) -> None:
        """A door to Rasa.

        Args:
            on_new_message: Rasa's handler.
            log: of a channel that pushes; lines and answers are written to it.
            wakeups: woken when there are new lines in the log.
            agent: is looked at before a turn is run again; without it every repeated turn is run.
            deliver: called with a conversation and the new lines of an answer (none: not of an answer), after they
                are stored and others woken.
        """
        self._inbox = Inbox(database(), is_logged=log is not None)
        self._tickets = TicketService(database())
        self._agent = agent
        self._turns = Turns(on_new_message, self._inbox, self._tickets, agent.recall if agent else None)
        self._wakeups = wakeups or Wakeups()
        self._deliver = deliver
        self._workers = Workers(self._inbox, self._answer, settings().join_seconds)
        self._recovery: Recovery | None = None
        self._in_flight: dict[tuple[str, str], asyncio.Task[Replies]] = {}
        self._tried: set[tuple[str, str]] = set()  # given to Rasa by us, the answer not stored (yet)
        self._filing = Filing(self._inbox, self._tickets, log, self._announce)
        self._is_closing = False

    # Channels that answer the request

    async def receive(self, message: Inbound) -> Replies:
        """Answer a message: a non-empty list of `{recipient_id, text?, buttons?, image?, custom?}`.

        A repeated message id gets the answer of the first time, also while that is still being made;
        a caller that goes away does not stop the turn.
        """
        key = (message.conversation, message.message_id)
        task = self._in_flight.get(key)
        if task is None:
            task = asyncio.create_task(self._receive(message))
            self._in_flight[key] = task
            task.add_done_callback(lambda _: self._in_flight.pop(key, None))
        return await asyncio.shield(task)

    async def _receive(self, message: Inbound) -> Replies:
        try:
            stored = await self._inbox.store(message, prepare(message.text, settings().max_message_chars))
            if not stored.is_new:
                stored = await self._until_free(stored)
            if stored.replies is not None:
                return stored.replies
            async with self._inbox.held(message.conversation):
                answered = await self._turns.answer([stored], stored.is_new)
            return answered.replies
        except Exception:
            logger.exception("turn failed: channel=%s reference=%s", message.channel, reference_of(message))
            self._filing.file(message)
            return apology_unstored(message)

    async def _until_free(self, stored: Stored) -> Stored:
        """The message when no other live process is at work on it any more."""
        while stored.replies is None and stored.leased_by != self._inbox.owner:
            if stored.lease_until is None or stored.lease_until < datetime.now(timezone.utc):
                break
            await asyncio.sleep(_LOOK_SECONDS)
            stored = await self._inbox.look(stored.message) or stored
        return stored

    # Channels that push

    async def take(self, message: Inbound) -> Taken:
        """Store a message, to be answered through the log; when this returns, nothing can lose it.

        A repeated message id is the same message.

        Raises:
            NotStored: the database is away, or this process is about to end.
        """
        if self._is_closing:
            raise NotStored("closing")
        try:
            stored = await self._inbox.store(message, prepare(message.text, settings().max_message_chars))
        except Exception as error:
            logger.warning("message not stored: channel=%s: %r", message.channel, error)
            raise NotStored("the database is away") from error
        assert stored.seq is not None, "a door without a log has no lines to push"
        if stored.is_new:
            self._workers.notice(message.conversation, stored.prepared.pressed)
            await self._wakeups.wake(message.conversation)
        return Taken(stored.seq, stored.is_new)

    def file(self, message: Inbound) -> None:
        """Make a ticket, as soon as there is a database, of a message that was not stored and will not come again.

        Should it be stored after all, by whoever, it is answered and not filed.
        """
        self._filing.file(message)

    def take_up(self, channel: str) -> None:
        """Go on filing what a process before us could not."""
        self._filing.take_up(channel)

    async def _announce(self, conversation: str) -> None:
        """There are lines in the log that no turn has written."""
        await self._wakeups.wake(conversation)
        if self._deliver is not None:
            await self._deliver(conversation, [])

    async def _answer(self, lines: Sequence[Stored]) -> int:
        """Answer the lines of a turn; how many of them that was."""
        conversation = lines[0].message.conversation
        keys = {(conversation, line.message.message_id) for line in lines}
        is_ours = all(line.leased_by == self._inbox.owner and not line.tries for line in lines)
        is_first_try = is_ours and keys.isdisjoint(self._tried)
        self._tried |= keys
        await self._wakeups.wake(conversation, {"who": "bot", "on": True})
        try:
            answered = await self._turns.answer(lines, is_first_try)
        finally:
            await self._wakeups.wake(conversation, {"who": "bot", "on": False})
        self._tried -= keys
        if answered.logged and self._deliver is not None:
            await self._deliver(conversation, answered.logged)
        return len(answered.lines)

    def recover(self, channel: str) -> None:
        """Answer what a channel has stored and a dead process has left, now and for as long as we run.

        What could not even be stored then is filed.
        """
        self.take_up(channel)
        is_ready = self._agent.is_ready if self._agent else lambda: True
        self._recovery = Recovery(self._inbox, channel, is_ready, self._workers.notice)
        self._recovery.start()

    async def close(self) -> None:
        """Take nothing more; finish the turns in flight, within a bound."""
        self._is_closing = True
        if self._recovery is not None:
            await self._recovery.close()
        await self._workers.close(_CLOSING_SECONDS)
        if self._in_flight:
            await asyncio.wait(self._in_flight.values(), timeout=_CLOSING_SECONDS)
        self._filing.close()
