"""Filing: a message that could not be stored becomes a ticket as soon as the database is back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from kefu.channels.apology import apologise, reference_of
from kefu.channels.inbox import Inbox
from kefu.channels.log import NOTICE, Line, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.prepare import Prepared, prepare
from kefu.desk.tickets import TicketService
from kefu.settings import settings

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 2.0  # between two tries to write what could not be stored


class Filing:
    """Keeps in memory what has no other place, for as long as this process runs."""

    def __init__(
        self,
        inbox: Inbox,
        tickets: TicketService,
        log: MessageLog | None,
        announce: Callable[[str], Awaitable[None]],
    ) -> None:
        """Filing for a door.

        Args:
            log: of a channel that pushes: the customer's line and the ticket's number are written to it.
            announce: called with the conversation after that.
        """
        self._inbox, self._tickets, self._log, self._announce = inbox, tickets, log, announce
        self._tasks: set[asyncio.Task[None]] = set()

    def file(self, message: Inbound) -> None:
        """Make a ticket of a message whose sender was told that it was not taken; the ticket names the reference."""
        task = asyncio.create_task(self._keep_trying(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Stop trying."""
        for task in self._tasks:
            task.cancel()

    async def _keep_trying(self, message: Inbound) -> None:
        prepared = prepare(message.text, settings().max_message_chars)
        reference = reference_of(message)
        noted = replace(prepared, original=f"{prepared.original}（编号 {reference}）")
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            try:
                await self._file(message, prepared, noted)
                return
            except Exception as error:  # whatever it is, the next try may do
                logger.warning("message is still not in a ticket: reference=%s: %s", reference, type(error).__name__)

    async def _file(self, message: Inbound, prepared: Prepared, noted: Prepared) -> None:
        """One try; what is answered after all, or will be, is not filed."""
        if await self._is_taken(message, prepared):
            return
        [told] = await apologise(self._tickets, message, noted)
        logger.info("message is in a ticket: reference=%s", reference_of(message))
        if self._log is not None:
            line = Line(NOTICE, {"text": told["text"]}, f"{message.message_id}.f")
            await self._log.append(message.conversation, [line])
            await self._announce(message.conversation)

    async def _is_taken(self, message: Inbound, prepared: Prepared) -> bool:
        """Of a channel that pushes all that is stored is answered; of one that replies, to who waits or asks again."""
        if self._log is not None:
            return not await self._inbox.set_aside(message, prepared)
        known = await self._inbox.look(message)
        return known is not None and known.replies is not None
