"""Leases in Redis: one holder of a name among all processes, freed by itself within seconds where the holder dies."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError

logger = logging.getLogger(__name__)  # says no names: a conversation's may be a customer's account

LEASE = 4.0  # seconds that a dead holder blocks a conversation
_RENEWALS = 4  # in the time of a lease, so that a few may fail
_ANSWER = 1.0  # seconds in which Redis must answer

# KEYS: the lease, ARGV: token, milliseconds. 0: it is ours; else the milliseconds that the other's lease still has.
# Taking it again is no error: the command is repeated where a connection broke before its answer came.
_TAKE = """
local holder = redis.call('get', KEYS[1])
if not holder or holder == ARGV[1] then
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 0
end
return math.max(redis.call('pttl', KEYS[1]), 1)
"""
_RENEW = "if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end return redis.call('pexpire', KEYS[1], ARGV[2])"
# KEYS: the lease; ARGV: token, channel of those who wait for it.
_FREE = """
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1])
redis.call('publish', ARGV[2], '')
return 1
"""


class LeaseLost(Exception):
    """The lease ended while its holder was at work."""


@dataclass
class _Lease:
    key: str
    until: float = 0.0  # of the loop's clock; certainly ours before
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    lost: bool = False
    over: bool = False


class Leases:
    """The leases of one Redis; belongs to the event loop that first uses it."""

    def __init__(self, url: str, seconds: float = LEASE) -> None:
        """Connects at the first use.

        Args:
            seconds: length of a lease; a working holder renews it.
        """
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=_ANSWER,
            socket_connect_timeout=_ANSWER,
            # A connection that Redis closed while it was idle is replaced, not reported.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[ConnectionError],
        )
        self._seconds = seconds
        self._take, self._renew, self._free = map(self._redis.register_script, (_TAKE, _RENEW, _FREE))
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def hold(self, name: str, patience: float) -> AsyncIterator[None]:
        """Hold the lease of a name during the block, as long as that takes.

        A holder whose lease is lost (Redis was away, or this process stood still) may not go on as if it were alone:
        the block is cancelled, so that it stores nothing more. Where the loss shows only after the block, its work is
        done and stored: that is logged, not raised, or a customer would get an apology for an answer on record.

        Args:
            patience: seconds to wait at most.

        Raises:
            TimeoutError: the patience ended before the lease was free.
            LeaseLost: the lease was lost in the block.
            RedisError, OSError: Redis does not answer.
        """
        lease = _Lease(f"kefu:lock:{name}")
        # Redis is talked to in tasks of their own: redis-py 4.6 on Python 3.10 can swallow a cancellation.
        taking = self._start(self._take_when_free(lease, patience))
        try:
            await asyncio.shield(taking)
        except BaseException:
            self._start(self._abandon(lease, taking))
            raise
        owner = asyncio.current_task()
        assert owner is not None
        keeper = self._start(self._keep(lease, owner))
        try:
            yield
        except asyncio.CancelledError:
            if lease.lost:
                raise LeaseLost("the lease was lost at work") from None
            raise
        finally:
            lease.over = True  # before anything is awaited: from here on the keeper cancels nobody
            keeper.cancel()
            await asyncio.shield(self._start(self._release(lease)))

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.close()

    async def _take_when_free(self, lease: _Lease, patience: float) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience
        if not await self._try(lease):
            return
        async with self._redis.pubsub(ignore_subscribe_messages=True) as freed:
            await freed.subscribe(_channel(lease))
            # The first "message" is Redis's word that we are subscribed: what was freed before, the next try sees.
            while left := await self._try(lease):
                if (rest := deadline - clock()) <= 0:
                    raise TimeoutError
                await freed.get_message(timeout=min(left, rest))

    async def _abandon(self, lease: _Lease, taking: asyncio.Task[None]) -> None:
        """Nobody waits any more; Redis may have given us the lease without our knowing."""
        taking.cancel()
        await asyncio.wait({taking})
        await self._release(lease)

    async def _try(self, lease: _Lease) -> float:
        """0: we have it; else the seconds until the other's lease could end."""
        asked = asyncio.get_running_loop().time()
        command = asyncio.ensure_future(self._take(keys=[lease.key], args=[lease.token, self._milliseconds]))
        try:
            left: int = await asyncio.shield(command)
        except asyncio.CancelledError:
            # Cut off in mid-air, the command could reach Redis after the one that frees.
            await asyncio.wait({command})
            raise
        lease.until = asked + self._seconds
        return left / 1000

    async def _keep(self, lease: _Lease, owner: asyncio.Task[Any]) -> None:
        """Renew the lease until it is over; cancel its owner where it is lost."""
        clock = asyncio.get_running_loop().time
        pause = self._seconds / _RENEWALS
        while not lease.over:
            await asyncio.sleep(min(pause, max(lease.until - clock(), 0)))
            asked = clock()
            try:
                # However late we are, Redis's word counts: it may not have ended the lease yet.
                kept: bool | None = await asyncio.wait_for(self._renewed(lease), max(lease.until - asked, _ANSWER / 10))
            except Exception as error:  # of whatever kind: a keeper that dies would lose the lease without a word
                logger.warning("could not renew a lease: %r", error)
                kept = None
            if lease.over:
                return
            if kept:
                lease.until = asked + self._seconds
            elif kept is False or clock() >= lease.until:
                lease.lost = True
                logger.error("a lease was lost at work: the turn is stopped")
                owner.cancel()
                return

    async def _renewed(self, lease: _Lease) -> bool:
        return bool(await self._renew(keys=[lease.key], args=[lease.token, self._milliseconds]))

    async def _release(self, lease: _Lease) -> None:
        try:
            was_ours = await self._free(keys=[lease.key], args=[lease.token, _channel(lease)])
        except (RedisError, OSError) as error:
            if lease.over:
                logger.warning("could not free a lease, it ends by itself: %s", error)
            return
        if lease.over and not was_ours and not lease.lost:
            logger.error("a lease had ended before its turn did, which was not stopped")

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)  # the loop itself holds tasks only weakly
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def _milliseconds(self) -> int:
        return int(self._seconds * 1000)


def _channel(lease: _Lease) -> str:
    return f"{lease.key}:freed"
