"""Wake-ups, within a process and between processes."""

import asyncio
from collections.abc import Iterator

import pytest

from kefu.channels.wake import Wakeups
from tests.redis_server import private_redis


@pytest.fixture(scope="module")
def redis_url(require_all: bool) -> Iterator[str]:
    with private_redis(require_all) as url:
        yield url


async def test_wakes_those_who_listen_to_that_conversation() -> None:
    wakeups = Wakeups()
    async with wakeups.listen("web-1") as one, wakeups.listen("web-1") as tab, wakeups.listen("web-2") as other:
        await wakeups.wake("web-1")
        assert await one.wait(5)
        assert await tab.wait(5)
        assert not await other.wait(0.01)
        assert not await one.wait(0.01), "once each"


async def test_what_came_before_the_wait_is_not_missed() -> None:
    wakeups = Wakeups()
    async with wakeups.listen("web-1") as woken:
        await wakeups.wake("web-1", {"who": "bot", "on": True})
        assert await woken.wait(0)
        assert woken.signals == [{"who": "bot", "on": True}]


async def test_nobody_listens_and_nothing_is_kept() -> None:
    wakeups = Wakeups()
    async with wakeups.listen("web-1"):
        pass
    await wakeups.wake("web-1")
    assert not wakeups._listeners


async def test_redis_wakes_the_other_process(redis_url: str) -> None:
    here, there = Wakeups(redis_url), Wakeups(redis_url)
    try:
        async with there.listen("web-1") as woken:
            while there.is_deaf:
                await woken.wait(5)
            await here.wake("web-1", {"who": "agent", "on": True})
            assert await woken.wait(10)
            assert woken.signals == [{"who": "agent", "on": True}]
            await there.wake("web-1", {"who": "bot", "on": False})
            assert await woken.wait(5)
            await here.wake("web-1", {"who": "last", "on": False})
            while woken.signals[-1]["who"] != "last":
                assert await woken.wait(10)
            assert len(woken.signals) == 3, "its own come once, not from Redis again"
    finally:
        await asyncio.gather(here.close(), there.close())


async def test_without_redis_listeners_look_often(require_all: bool) -> None:
    with private_redis(require_all) as url:
        pass  # it is gone
    wakeups = Wakeups(url)
    try:
        async with wakeups.listen("web-1") as woken:
            assert wakeups.is_deaf
            await wakeups.wake("web-1")
            assert await woken.wait(5), "those in the same process are woken all the same"
            started = asyncio.get_running_loop().time()
            await woken.wait(60)
            assert asyncio.get_running_loop().time() - started < 30
    finally:
        await wakeups.close()
