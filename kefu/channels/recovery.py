"""Recovery: what a dead process has stored and not answered is answered by a live one."""

import asyncio
import logging
from collections.abc import Callable

from kefu.channels.inbox import Inbox

logger = logging.getLogger(__name__)

_LOOK_SECONDS = 2.0


class Recovery:
    """Looks for abandoned messages of a channel."""

    def __init__(
        self, inbox: Inbox, channel: str, is_ready: Callable[[], bool], notice: Callable[[str, bool], None]
    ) -> None:
        """Recovery of one channel.

        Args:
            is_ready: whether messages would be answered now.
            notice: is given each conversation that was taken over, and that it is urgent.
        """
        self._inbox = inbox
        self._channel = channel
        self._is_ready = is_ready
        self._notice = notice
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look, now and every few seconds."""
        self._task = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _look(self) -> None:
        while True:
            try:
                if self._is_ready():
                    for conversation in await self._inbox.abandoned(self._channel):
                        self._notice(conversation, True)
            except Exception as error:  # whatever it is, the next look may do
                logger.warning("could not look for abandoned messages: %r", error)
            await asyncio.sleep(_LOOK_SECONDS)
