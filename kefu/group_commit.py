"""Group commit for SQLite: transactions of one process that wait for each other share one commit, and its fsync."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.asyncio.base import StartableContext

PATIENCE = 10.0  # seconds to wait for the writers before us
_MOST = 32  # blocks in one commit: other processes want to write, too

Begin = Callable[[], StartableContext]


@dataclass
class _Group:
    """Blocks that ran in one transaction, and whether that is on disk."""

    connection: AsyncConnection
    end: AsyncExitStack
    blocks: int = 0
    committed: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class GroupCommit:
    """Writers of one database in one process, first come, first served; belongs to one event loop."""

    def __init__(self, begin: Begin) -> None:
        """Writers over what begins a transaction that is committed at its end."""
        self._begin = begin
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._group: _Group | None = None
        self._tidying: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A block that is on disk when this ends, or not there at all where it raised.

        Others' exceptions do not matter to it, but for one: a task that is cancelled in the midst of a statement
        breaks the connection, and with it all blocks in the same commit (they raise). So whoever may be cancelled
        by a client calls this in a task of its own (`asyncio.shield`).
        """
        await self._enter()
        try:
            group = self._group or await self._open()
            is_first = not group.blocks
            try:
                async with AsyncExitStack() as undoing:
                    if not is_first:  # then an exception takes back this block, and not those before it
                        await undoing.enter_async_context(group.connection.begin_nested())
                    group.blocks += 1
                    yield group.connection
            except BaseException as error:
                if is_first:
                    await self._give_up(group, error)
                raise
            finally:
                if self._group is group and (not self._waiting or group.blocks >= _MOST):
                    await self._commit()
        finally:
            self._lock.release()
        await asyncio.shield(group.committed)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """A block that brings a transaction of its own, while no other is open here."""
        await self._enter()
        try:
            await self._commit()
            yield
        finally:
            self._lock.release()

    async def _enter(self) -> None:
        """Wait for our turn.

        Raises:
            TimeoutError: somebody else, in this process or another, has the database and does not end.
        """
        if not self._lock.locked():
            await self._lock.acquire()  # at once
            return
        self._waiting += 1
        turn = asyncio.create_task(self._lock.acquire())
        try:
            await asyncio.wait({turn}, timeout=PATIENCE)
            if not turn.done():
                raise TimeoutError(f"the database was busy for {PATIENCE:.0f} s")
        except BaseException:
            turn.add_done_callback(self._pass_on)
            turn.cancel()
            raise
        finally:
            self._waiting -= 1

    def _pass_on(self, turn: "asyncio.Task[bool]") -> None:
        """Whoever waited is gone; the turn may have come all the same, and what those before left to it must end."""
        if not turn.cancelled():
            self._lock.release()
        if self._group is not None and not self._waiting and not self._lock.locked():
            self._tidying = asyncio.create_task(self._tidy())

    async def _tidy(self) -> None:
        async with self._lock:
            if not self._waiting:
                await self._commit()

    async def _open(self) -> _Group:
        end = AsyncExitStack()
        self._group = _Group(await end.enter_async_context(self._begin()), end)
        return self._group

    async def _commit(self) -> None:
        """End the open group, if there is one; its blocks hear whether that went well."""
        group, self._group = self._group, None
        if group is not None:
            # In a task of its own: whoever commits for others may be cancelled.
            await asyncio.shield(asyncio.create_task(self._end(group)))

    async def _end(self, group: _Group) -> None:
        try:
            await group.end.aclose()
        except Exception as error:
            await group.connection.close()  # rolls back: SQLAlchemy leaves it open, with the lock
            group.committed.set_exception(error)
        else:
            group.committed.set_result(None)

    async def _give_up(self, group: _Group, error: BaseException) -> None:
        """Roll back a group whose only block raised."""
        self._group = None
        await group.end.__aexit__(type(error), error, error.__traceback__)
