"""Works through the lines of pushed channels: each conversation in order, joined where lines belong together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from kefu.channels.inbox import Inbox, Stored
from kefu.channels.joining import MOST_LINES, next_turn
from kefu.dialogue.lock_store import FairLockStore

logger = logging.getLogger(__name__)

_PATIENCE = 600.0  # seconds that a turn waits for those before it, wherever they are worked on
_AT_ONCE = 32  # turns of this process: with more, all get slower and none is done sooner

Answer = Callable[[Sequence[Stored]], Awaitable[int]]


@dataclass
class _Conversation:
    """What came in since a worker last looked."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    is_new: bool = False
    is_urgent: bool = False
    lines: int = 0
    last: float = 0.0


class Workers:
    """A task for each conversation that has unanswered lines in this process."""

    def __init__(self, inbox: Inbox, answer: Answer, window: float) -> None:
        """Workers over an inbox.

        Args:
            answer: answers the lines of one turn, the first of them at least, and keeps that; returns how many.
            window: seconds to wait for another line of the same turn; 0: none is waited for.
        """
        self._inbox = inbox
        self._answer = answer
        self._window = window
        self._order = FairLockStore()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._at_work: dict[str, tuple[_Conversation, asyncio.Task[None]]] = {}
        self._is_closing = False

    def notice(self, conversation: str, is_urgent: bool = False) -> None:
        """A line was stored; `is_urgent`: no other is to be waited for (a button was pressed)."""
        state, _ = self._at_work.get(conversation) or self._start(conversation)
        state.is_new, state.is_urgent = True, state.is_urgent or is_urgent
        state.lines += 1
        state.last = asyncio.get_running_loop().time()
        state.changed.set()

    async def close(self, patience: float) -> None:
        """Finish what is being worked on; what is not done after `patience` seconds is left to a later process."""
        self._is_closing = True
        for state, _ in self._at_work.values():
            state.changed.set()
        tasks = {task for _, task in self._at_work.values()}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=patience)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)
        await self._order.close()

    def _start(self, conversation: str) -> tuple[_Conversation, asyncio.Task[None]]:
        state = _Conversation()
        self._at_work[conversation] = state, asyncio.create_task(self._work(conversation, state))
        return self._at_work[conversation]

    async def _work(self, conversation: str, state: _Conversation) -> None:
        try:
            async with self._inbox.held(conversation):
                while state.is_new:
                    await self._settle(state)
                    await self._turn(conversation, state)
        except Exception as error:  # the lines stay in the inbox; when our lease has ended they are taken up again
            logger.error("lines are left for later: %r", error, exc_info=error)
        finally:
            del self._at_work[conversation]

    async def _turn(self, conversation: str, state: _Conversation) -> None:
        """Answer the first turn among the waiting lines. Whoever holds the lock answers for all processes."""
        async with self._order.lock(f"turn:{conversation}", _PATIENCE), self._room:
            state.is_new, state.is_urgent, state.lines = False, False, 0
            waiting = await self._inbox.waiting(conversation)
            if not waiting:
                return
            answered = await self._answer(next_turn(waiting, self._window))
            state.is_new = state.is_new or answered < len(waiting)

    async def _settle(self, state: _Conversation) -> None:
        """Wait for the lines that belong together."""
        clock = asyncio.get_running_loop().time
        while state.lines < MOST_LINES and not state.is_urgent and not self._is_closing:
            rest = state.last + self._window - clock()
            if rest <= 0:
                return
            state.changed.clear()
            try:
                await asyncio.wait_for(state.changed.wait(), rest)
            except asyncio.TimeoutError:
                return
