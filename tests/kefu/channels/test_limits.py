"""Rate limits: bursts are fine, floods wait; shared through Redis, kept up without it."""

import asyncio

from kefu.channels import limits
from kefu.channels.limits import Limiter, Rate
from tests.redis_server import private_redis

RATE = Rate(3, 0.1)


async def test_a_burst_passes_and_then_it_takes_its_time() -> None:
    limiter = Limiter()
    assert [await limiter.take("a", RATE) for _ in range(5)] == [0, 0, 0, 10, 10]
    assert await limiter.take("b", RATE) == 0


async def test_tokens_come_back(monkeypatch) -> None:
    now = 1000.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    limiter = Limiter()
    for _ in range(3):
        await limiter.take("a", RATE)
    now += 9
    assert await limiter.take("a", RATE) == 1
    now += 1
    assert await limiter.take("a", RATE) == 0
    now += 10_000
    assert [await limiter.take("a", RATE) for _ in range(4)] == [0, 0, 0, 10], "never more than a burst"


async def test_the_number_of_keys_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KEYS", 10)
    limiter = Limiter()
    for number in range(100):
        await limiter.take(str(number), RATE)
    assert len(limiter._buckets) == 10


async def test_processes_share_a_bucket_through_redis_and_go_on_without_it(require_all: bool) -> None:
    with private_redis(require_all) as url:
        one, other = Limiter(url), Limiter(url)
        taken = [await limiter.take("a", RATE) for limiter in (one, other, one, other)]
        assert taken[:3] == [0, 0, 0]
        assert taken[3] in (9, 10)
        many = await asyncio.gather(*(one.take("b", RATE) for _ in range(20)))
        assert many.count(0) == 3
    assert await one.take("a", RATE) == 0
    await asyncio.gather(one.close(), other.close())
