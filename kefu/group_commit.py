"""Group commit for SQLite: transactions of one process that wait for each other share one commit, and its fsync."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.asyncio.base import StartableContext

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

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A block that is on disk when this ends, or not there at all where it raised; others do not matter to it."""
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
        self._waiting += 1
        try:
            await self._lock.acquire()
        except BaseException:
            if self._waiting == 1 and not self._lock.locked():
                await self._commit()  # those before left it to us
            raise
        finally:
            self._waiting -= 1

    async def _open(self) -> _Group:
        end = AsyncExitStack()
        self._group = _Group(await end.enter_async_context(self._begin()), end)
        return self._group

    async def _commit(self) -> None:
        """End the open group, if there is one; its blocks hear whether that went well."""
        group, self._group = self._group, None
        if group is None:
            return
        try:
            await group.end.aclose()
        except asyncio.CancelledError:
            group.committed.set_exception(ConnectionError("interrupted in the commit"))
            raise
        except Exception as error:
            await group.connection.close()  # rolls back: SQLAlchemy leaves it open, with the lock
            group.committed.set_exception(error)
        else:
            group.committed.set_result(None)

    async def _give_up(self, group: _Group, error: BaseException) -> None:
        """Roll back a group whose only block raised."""
        self._group = None
        await group.end.__aexit__(type(error), error, error.__traceback__)
