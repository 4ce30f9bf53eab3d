"""Filing: a message that could not be stored becomes a ticket as soon as the database is back.

Until then it is a sealed file, for this process or the next (docs/decisions/0068).
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from pathlib import Path

from kefu.channels.apology import apologise, reference_of
from kefu.channels.inbox import Inbox
from kefu.channels.log import NOTICE, Line, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.prepare import Prepared, prepare
from kefu.desk.tickets import TicketService
from kefu.sealing import pseudonym, seal, unseal
from kefu.settings import settings

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 2.0  # between two tries to write what could not be stored
_MOST = 1000  # kept at a time; who comes after that was asked to write again as well


class Filing:
    """Keeps what has no other place."""

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
        self._one_by_one = asyncio.Lock()  # when the database is back, they don't all come at once

    def file(self, message: Inbound) -> None:
        """Make a ticket of a message whose sender was told that it was not taken; the ticket names the reference."""
        if len(self._tasks) >= _MOST:
            logger.error("too many messages wait for a ticket: reference=%s is not kept", reference_of(message))
            return
        _keep(message)
        self._start(message)

    def take_up(self, channel: str) -> None:
        """Go on with what a process that has ended could not file."""
        for message in _kept(channel):
            self._start(message)

    def _start(self, message: Inbound) -> None:
        task = asyncio.create_task(self._keep_trying(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Stop trying; the next process goes on."""
        for task in self._tasks:
            task.cancel()

    async def _keep_trying(self, message: Inbound) -> None:
        prepared = prepare(message.text, settings().max_message_chars)
        reference = reference_of(message)
        noted = replace(prepared, original=f"{prepared.original}（编号 {reference}）")
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            try:
                async with self._one_by_one:
                    await self._file(message, prepared, noted)
                _path(message).unlink(missing_ok=True)
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


def _keep(message: Inbound) -> None:
    """Write a message where a process finds it that comes after us; without room for it, memory has to do."""
    path = _path(message)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.with_suffix(".new").write_text(seal(json.dumps(asdict(message))))
        path.with_suffix(".new").replace(path)
    except OSError as error:
        logger.warning("not kept on disk: reference=%s: %s", reference_of(message), type(error).__name__)


def _kept(channel: str) -> list[Inbound]:
    """The messages of a channel that are kept; what was sealed with a lost key stays where it is."""
    found = []
    for path in sorted(_folder().glob("*.sealed")):
        try:
            message = Inbound(**json.loads(unseal(path.read_text()) or "{}"))
        except (OSError, ValueError, TypeError) as error:
            logger.warning("what was kept can't be read: %s: %s", path.name, type(error).__name__)
            continue
        found += [message] if message.channel == channel else []
    return found


def _path(message: Inbound) -> Path:
    name = pseudonym("unstored", message.channel, message.conversation, message.message_id)[:40]
    return _folder() / f"{name}.sealed"


def _folder() -> Path:
    return settings().var_dir / "unstored"
