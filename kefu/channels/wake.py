"""Wake-ups: whoever waits for a conversation hears at once that there is something new, in any process.

They carry no lines: the log does. A wake-up that is lost (Redis away) only costs time.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from kefu.settings import settings

logger = logging.getLogger(__name__)  # says no names: a conversation's may be a customer's account

_CHANNEL = "kefu:wake"
_POLL = 2.0  # seconds between looks while Redis is away
_ANSWER = 1.0  # seconds in which Redis must answer


@lru_cache(maxsize=1)
def wakeups() -> "Wakeups":
    """Those of this process: its channels share them, because what one writes another may have to show."""
    return Wakeups(settings().redis_url)


class Woken:
    """What a listener waits on; `signals` are things of the moment (who is typing), drained by the listener."""

    MOST_SIGNALS = 20  # of a listener that does not listen

    def __init__(self, wakeups: "Wakeups") -> None:
        self._wakeups = wakeups
        self._event = asyncio.Event()
        self.signals: list[dict[str, Any]] = []

    async def wait(self, timeout: float) -> bool:
        """Until something is new, `timeout` seconds at most; False where it only got late."""
        limit = min(timeout, _POLL) if self._wakeups.is_deaf else timeout
        if not self._event.is_set():
            try:
                await asyncio.wait_for(self._event.wait(), limit)
            except asyncio.TimeoutError:
                return False
        self._event.clear()
        return True

    def wake(self, signal: dict[str, Any] | None = None) -> None:
        """Let the listener go on."""
        if signal is not None:
            self.signals = [*self.signals[1 - self.MOST_SIGNALS :], signal]
        self._event.set()


class Wakeups:
    """All listeners of this process; with Redis also those of the others. Belongs to one event loop."""

    def __init__(self, redis_url: str = "") -> None:
        """Connects at the first use; without an address this process is the only one."""
        self._redis: Redis | None = (
            Redis.from_url(redis_url, decode_responses=True, socket_connect_timeout=_ANSWER, health_check_interval=15)
            if redis_url
            else None
        )
        self._me = secrets.token_hex(8)
        self._listeners: dict[str, set[Woken]] = {}
        self._hearing: asyncio.Task[None] | None = None
        self._is_subscribed = False
        self._publishing: set[asyncio.Task[None]] = set()

    @property
    def is_deaf(self) -> bool:
        """Whether other processes could not reach us now."""
        return self._redis is not None and not self._is_subscribed

    async def wake(self, conversation: str, signal: dict[str, Any] | None = None) -> None:
        """Wake all who listen to a conversation; `signal` is of the moment, and lost on who is not there."""
        self._wake_here(conversation, signal)
        if self._redis is not None:
            task = asyncio.create_task(self._publish({"from": self._me, "of": conversation, "signal": signal}))
            self._publishing.add(task)
            task.add_done_callback(self._publishing.discard)

    @asynccontextmanager
    async def listen(self, conversation: str) -> AsyncIterator[Woken]:
        """Listen during the block. What came before is in the log: read it after this has begun."""
        if self._redis is not None and self._hearing is None:
            self._hearing = asyncio.create_task(self._hear(self._redis))
        woken = Woken(self)
        self._listeners.setdefault(conversation, set()).add(woken)
        try:
            yield woken
        finally:
            others = self._listeners[conversation]
            others.discard(woken)
            if not others:
                del self._listeners[conversation]

    def listeners(self, conversation: str) -> int:
        """How many listen to a conversation in this process."""
        return len(self._listeners.get(conversation, ()))

    def wake_all(self) -> None:
        """Wake every listener here (something may have been missed, or the server stops)."""
        for listeners in list(self._listeners.values()):
            for woken in listeners:
                woken.wake()

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.wait({self._hearing})
        if self._publishing:
            await asyncio.wait(self._publishing, timeout=_ANSWER)
        if self._redis is not None:
            await self._redis.close()

    def _wake_here(self, conversation: str, signal: dict[str, Any] | None) -> None:
        for woken in self._listeners.get(conversation, ()):
            woken.wake(signal)

    async def _publish(self, message: dict[str, Any]) -> None:
        assert self._redis is not None
        try:
            await asyncio.wait_for(self._redis.publish(_CHANNEL, json.dumps(message)), _ANSWER)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            logger.warning("could not wake other processes, they will look by themselves: %r", error)

    async def _hear(self, redis: Redis) -> None:
        while True:
            try:
                async with redis.pubsub(ignore_subscribe_messages=True) as heard:
                    await heard.subscribe(_CHANNEL)
                    self._is_subscribed = True
                    self.wake_all()
                    while True:
                        message = await heard.get_message(timeout=30)
                        if message is not None:
                            self._take(message["data"])
            except (RedisError, OSError) as error:
                logger.warning("wake-ups of other processes are not heard: %r", error)
            finally:
                self._is_subscribed = False
            self.wake_all()  # from here on they poll
            await asyncio.sleep(_POLL)

    def _take(self, data: str) -> None:
        message = json.loads(data)
        if message["from"] != self._me:
            self._wake_here(message["of"], message["signal"])
