"""Rate limits: a bucket of tokens for each key, in this process, or shared through Redis where that is configured."""

import logging
import time
from dataclasses import dataclass
from math import ceil

from redis.asyncio import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

_MOST_KEYS = 50_000
_ANSWER = 0.5  # seconds in which Redis must answer
_PAUSE = 5.0  # seconds without Redis after it did not answer

# KEYS: the bucket; ARGV: burst, tokens a second, now (seconds). Answers the seconds until there is a token, as text.
_TAKE = """
local burst, rate, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('hmget', KEYS[1], 'left', 'at')
local at = math.max(tonumber(kept[2]) or now, 0)
local left = math.min(burst, (tonumber(kept[1]) or burst) + math.max(now - at, 0) * rate)
local wait = 0
if left >= 1 then left = left - 1 else wait = (1 - left) / rate end
redis.call('hset', KEYS[1], 'left', tostring(left), 'at', tostring(math.max(now, at)))
redis.call('pexpire', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return tostring(wait)
"""


@dataclass(frozen=True)
class Rate:
    """At most `burst` at once, and `per_second` in the long run."""

    burst: int
    per_second: float


MESSAGES = Rate(20, 1)  # of one customer, on every channel
UPLOADS = Rate(10, 0.2)
EMERGENCIES = Rate(3, 1 / 60)  # beside MESSAGES, where those who were too fast are not heard


class Limiter:
    """Counts by key; belongs to one event loop."""

    def __init__(self, redis_url: str = "") -> None:
        """Connects at the first use; without an address, or while Redis is away, each process counts for itself."""
        self._redis: Redis | None = None
        if redis_url:
            self._redis = Redis.from_url(redis_url, socket_timeout=_ANSWER, socket_connect_timeout=_ANSWER)
            self._script = self._redis.register_script(_TAKE)
        self._without_redis_until = 0.0
        self._buckets: dict[str, tuple[float, float]] = {}  # key → tokens left, at

    async def take(self, key: str, rate: Rate) -> int:
        """Take a token of a key: 0 where there was one, else the whole seconds until there is."""
        if self._redis is not None and time.monotonic() >= self._without_redis_until:
            try:
                arguments = [rate.burst, rate.per_second, time.time()]
                return ceil(float(await self._script(keys=[f"kefu:rate:{key}"], args=arguments)))
            except (RedisError, OSError) as error:
                self._without_redis_until = time.monotonic() + _PAUSE
                logger.warning("rate limits are counted in each process: %r", error)
        return ceil(self._take_here(key, rate))

    def _take_here(self, key: str, rate: Rate) -> float:
        now = time.monotonic()
        left, at = self._buckets.pop(key, (float(rate.burst), now))
        left = min(rate.burst, left + (now - at) * rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / rate.per_second
        self._buckets[key] = (left - 1 if not wait else left, now)  # the latest used are last
        while len(self._buckets) > _MOST_KEYS:
            del self._buckets[next(iter(self._buckets))]
        return wait

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis is not None:
            await self._redis.close()
