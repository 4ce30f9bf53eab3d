"""Rasa's lock store: one turn at a time in a conversation, in the order in which the messages came."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.exceptions import RedisError

from kefu.dialogue.lease import LEASE, LeaseLost, Leases
from kefu.fifo import FifoLocks
from kefu.settings import settings


class FairLockStore(LockStore):
    """FIFO in this process; with KEFU_REDIS_URL one holder among all processes. Named in endpoints.yml.

    Rasa's own polls every second, and its Redis variant reads and writes the queue of tickets in two steps. Order
    across processes is not promised: that takes a proxy that sends a customer always to the same one.
    """

    def __init__(
        self, endpoint_config: EndpointConfig | None = None, redis_url: str | None = None, lease: float = LEASE
    ) -> None:
        """Connects at the first use.

        Args:
            endpoint_config: what endpoints.yml says; holds nothing for us.
            redis_url: default: KEFU_REDIS_URL; empty: this process is the only one.
            lease: seconds after which a dead holder's conversation is free.

        Raises:
            LockError: several server processes are wanted, and nothing to keep them apart.
        """
        url = _configured() if redis_url is None else redis_url
        if not url and int(os.environ.get("SANIC_WORKERS") or 1) > 1:
            raise LockError("SANIC_WORKERS > 1 needs KEFU_REDIS_URL: else two processes answer in one conversation")
        self._queue = FifoLocks()
        self._leases = Leases(url, lease) if url else None
        super().__init__()

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 0
    ) -> AsyncIterator[None]:
        """Hold a conversation during the block.

        Args:
            conversation_id: the conversation.
            lock_lifetime: seconds to wait for it at most; the block itself may take as long as it needs.
            wait_time_in_seconds: Rasa's polling interval; there is no polling here.

        Raises:
            LockError: the wait was too long, Redis does not answer, or the hold was lost in the block.
        """
        try:
            async with AsyncExitStack() as held:
                await self._enter(held, conversation_id, lock_lifetime)
                yield
        except LeaseLost as error:
            raise LockError("the conversation's lock was lost, the turn was stopped") from error

    async def _enter(self, held: AsyncExitStack, conversation_id: str, patience: float) -> None:
        """Wait here first: in Redis a process has one at most that waits for a conversation."""
        deadline = time.monotonic() + patience
        try:
            await held.enter_async_context(self._queue.hold(conversation_id, patience))
            if self._leases is not None:
                await held.enter_async_context(self._leases.hold(conversation_id, deadline - time.monotonic()))
        except TimeoutError as error:
            raise LockError(f"the conversation was busy for {patience:.0f} s") from error
        except (RedisError, OSError) as error:
            raise LockError("Redis does not answer, the conversation cannot be locked") from error

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._leases is not None:
            await self._leases.close()


def _configured() -> str:
    return os.environ.get("KEFU_REDIS_URL") or str(getattr(settings(), "redis_url", ""))
