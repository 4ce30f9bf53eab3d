"""Locks by name within one event loop: first come, first served, woken at once."""

from asyncio import Future, get_running_loop
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FifoLocks:
    """One lock a name; a name that nobody holds costs nothing."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Future[None]]] = {}  # who waits, for every name that is held

    @asynccontextmanager
    async def hold(self, name: str, patience: float) -> AsyncIterator[None]:
        """Hold the lock of a name during the block.

        Args:
            patience: seconds to wait at most.

        Raises:
            TimeoutError: the patience ended before the turn came.
        """
        await self._enter(name, patience)
        try:
            yield
        finally:
            self._leave(name)

    async def _enter(self, name: str, patience: float) -> None:
        queue = self._queues.get(name)
        if queue is None:
            self._queues[name] = deque()
            return
        loop = get_running_loop()
        turn = loop.create_future()
        queue.append(turn)
        timer = loop.call_later(patience, _give_up, turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._leave(name)  # cancelled in the moment when the turn came: it goes to the next
            raise
        finally:
            timer.cancel()

    def _leave(self, name: str) -> None:
        """Hand the lock itself to the next, so that nobody who comes now can go before."""
        queue = self._queues[name]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._queues[name]


def _give_up(turn: Future[None]) -> None:
    if not turn.done():
        turn.set_exception(TimeoutError())
