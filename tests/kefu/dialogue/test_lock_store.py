"""The lock store: order, exclusion, and what happens when a holder, a waiter or Redis goes away."""

import asyncio
import os
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from rasa.core.lock_store import LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis

from kefu.dialogue.lease import LEASE
from kefu.dialogue.lock_store import FairLockStore
from tests.redis_server import private_redis
from tests.servers import free_port

TALK = "rest:somebody"
LONG = 30.0  # seconds; a test that waits so long has failed
SHORT = 3.0  # seconds, of a lease that is to be renewed or to end: a busy machine may stand still for one


@pytest.fixture(scope="module")
def redis_url(require_all: bool) -> Iterator[str]:
    with private_redis(require_all) as url:
        yield url


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[FairLockStore]:
    opened = FairLockStore(redis_url=request.getfixturevalue("redis_url") if request.param == "redis" else "")
    yield opened
    await opened.close()


@pytest.fixture
async def redis_store(redis_url: str) -> AsyncIterator[FairLockStore]:
    opened = FairLockStore(redis_url=redis_url, lease=SHORT)
    yield opened
    await opened.close()


async def started(count: int = 1) -> None:
    """Let tasks that were just made run until they wait."""
    for _ in range(count + 2):
        await asyncio.sleep(0)


class Hold:
    """A task that holds a conversation until it is told to leave."""

    def __init__(self, store: FairLockStore, conversation: str = TALK, **options: float) -> None:
        self.inside, self.leave = asyncio.Event(), asyncio.Event()
        self._store, self._conversation, self._options = store, conversation, options
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with self._store.lock(self._conversation, **self._options):
            self.inside.set()
            await self.leave.wait()

    async def entered(self) -> "Hold":
        """Wait until it is in."""
        entering = asyncio.create_task(self.inside.wait())
        await asyncio.wait({entering, self.task}, timeout=LONG, return_when=asyncio.FIRST_COMPLETED)
        entering.cancel()
        assert self.inside.is_set(), self.task
        return self

    async def left(self) -> None:
        """Let it go and wait until it has gone."""
        self.leave.set()
        await asyncio.wait_for(self.task, LONG)


def test_is_loaded_from_the_endpoints_file() -> None:
    config = EndpointConfig(type="kefu.dialogue.lock_store.FairLockStore")
    assert isinstance(LockStore.create(config), FairLockStore)


def test_several_workers_need_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANIC_WORKERS", "2")
    with pytest.raises(LockError, match="KEFU_REDIS_URL"):
        FairLockStore()
    FairLockStore(redis_url="redis://127.0.0.1:1/0")


def test_redis_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("SANIC_WORKERS", "2")
    FairLockStore()


async def test_one_at_a_time_in_the_order_of_asking(store: FairLockStore) -> None:
    first = await Hold(store).entered()
    order: list[int] = []
    inside = 0

    async def turn(number: int) -> None:
        nonlocal inside
        async with store.lock(TALK):
            inside += 1
            assert inside == 1
            order.append(number)
            await asyncio.sleep(0)
            inside -= 1

    turns = [asyncio.create_task(turn(number)) for number in range(10)]
    await started(10)
    assert order == []
    begun = time.monotonic()
    await first.left()
    await asyncio.wait_for(asyncio.gather(*turns), LONG)
    assert order == list(range(10))
    assert time.monotonic() - begun < 5  # usually 0.03; Rasa's own takes 8–9 s


async def test_who_comes_when_the_holder_leaves_does_not_go_first(store: FairLockStore) -> None:
    order: list[str] = []

    async def turn(name: str) -> None:
        async with store.lock(TALK):
            order.append(name)

    async with store.lock(TALK):
        waiting = asyncio.create_task(turn("waited"))
        await started()
    await asyncio.gather(turn("came later"), waiting)
    assert order == ["waited", "came later"]


async def test_conversations_do_not_wait_for_each_other(store: FairLockStore) -> None:
    holds = [await Hold(store, f"rest:{number}").entered() for number in range(5)]
    for hold in holds:
        await hold.left()


async def test_a_cancelled_waiter_is_passed_over(store: FairLockStore) -> None:
    first = await Hold(store).entered()
    second, third = Hold(store), Hold(store)
    await started(2)
    second.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second.task
    await first.left()
    await (await third.entered()).left()
    assert not second.inside.is_set()


async def test_a_waiter_cancelled_in_the_moment_of_its_turn_passes_it_on(store: FairLockStore) -> None:
    first = await Hold(store).entered()
    second, third = Hold(store), Hold(store)
    await started(2)
    first.leave.set()
    first.task.add_done_callback(lambda _: second.task.cancel())  # its turn has been given, it has not run yet
    await first.task
    await (await third.entered()).left()
    with pytest.raises(asyncio.CancelledError):
        await second.task


async def test_an_exception_in_the_block_frees(store: FairLockStore) -> None:
    for error in (ValueError, TimeoutError, OSError):  # also those that mean something to the store itself
        with pytest.raises(error) as raised:
            async with store.lock(TALK):
                raise error("mine")
        assert str(raised.value) == "mine"
    await (await Hold(store).entered()).left()


async def test_a_cancelled_block_frees(store: FairLockStore) -> None:
    hold = await Hold(store).entered()
    hold.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hold.task
    await (await Hold(store).entered()).left()


async def test_waiting_has_an_end(store: FairLockStore) -> None:
    first = await Hold(store).entered()
    with pytest.raises(LockError, match="busy"):
        async with store.lock(TALK, lock_lifetime=0.05):
            pytest.fail("got in")
    third = Hold(store)
    await started()
    await first.left()
    await (await third.entered()).left()


async def test_nothing_is_kept_of_a_conversation_that_is_over(store: FairLockStore, redis_url: str) -> None:
    await (await Hold(store).entered()).left()
    assert store._queue._queues == {}
    async with Redis.from_url(redis_url) as redis:
        assert await redis.keys("*") == []


async def test_random_cancellations_neither_let_two_in_nor_leave_a_lease_behind(redis_url: str) -> None:
    chance = random.Random(5)
    stores = [FairLockStore(redis_url=redis_url, lease=LONG) for _ in range(2)]  # each as if of its own process
    inside = 0

    async def turn() -> None:
        nonlocal inside
        async with chance.choice(stores).lock(TALK):
            inside += 1
            assert inside == 1
            try:
                await asyncio.sleep(0)
            finally:
                inside -= 1

    turns = []
    for _ in range(150):
        turns.append(asyncio.create_task(turn()))
        if chance.random() < 0.5:
            chance.choice(turns).cancel()
        for _ in range(chance.randrange(5)):
            await asyncio.sleep(0)
    ended = await asyncio.wait_for(asyncio.gather(*turns, return_exceptions=True), LONG)
    assert {type(end) for end in ended} == {type(None), asyncio.CancelledError}
    await asyncio.wait_for((await Hold(stores[0]).entered()).left(), LONG / 2)
    for store in stores:
        await store.close()


@asynccontextmanager
async def holder(url: str, *arguments: str) -> AsyncIterator[Process]:
    """Another process with the lock store."""
    command = [sys.executable, "-m", "tests.lock_holder", *arguments[:1], url, *arguments[1:]]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, env=dict(os.environ))
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), LONG)).decode().strip()


async def test_two_processes_never_work_in_one_conversation(redis_url: str) -> None:
    async with holder(redis_url, "count", TALK, "100") as one, holder(redis_url, "count", TALK, "100") as two:
        assert (await one.wait(), await two.wait()) == (0, 0)
    async with Redis.from_url(redis_url) as redis:
        assert int(await redis.getdel("counter")) == 200


async def test_a_waiter_is_woken_by_another_process(redis_url: str) -> None:
    # A lease so long that its end cannot be what wakes.
    store = FairLockStore(redis_url=redis_url, lease=LONG)
    async with holder(redis_url, "hold", TALK, str(10 * LONG)) as process:  # it renews that every 75 s
        assert await said(process) == "held"
        waiting = Hold(store)
        async with Redis.from_url(redis_url) as redis:
            while not await redis.pubsub_channels():  # noqa: ASYNC110  # Redis does not tell
                await asyncio.sleep(0.01)
            tries = await scripts_run(redis)
            await asyncio.sleep(4.5)
            assert await scripts_run(redis) <= tries + 2, "it looks again and again; Rasa's own does so each second"
        assert process.stdin is not None
        process.stdin.write(b"\n")
        assert await said(process) == "left"
        begun = time.monotonic()
        await waiting.entered()
        assert time.monotonic() - begun < LONG / 2
        await waiting.left()
    await store.close()


async def scripts_run(redis: "Redis[bytes]") -> int:
    """How often a lease was asked for, renewed or freed."""
    found = await redis.info("commandstats")
    return sum(found[name]["calls"] for name in ("cmdstat_evalsha", "cmdstat_eval") if name in found)


async def test_a_dead_holder_frees_within_seconds(redis_url: str) -> None:
    store = FairLockStore(redis_url=redis_url)
    async with holder(redis_url, "hold", TALK, str(LEASE)) as process:
        assert await said(process) == "held"
        waiting = Hold(store)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        async with Redis.from_url(redis_url) as redis:
            assert await redis.pttl(f"kefu:lock:{TALK}") <= LEASE * 1000 <= 5000
        begun = time.monotonic()
        await waiting.entered()
        assert time.monotonic() - begun < LONG / 2
        await waiting.left()
    await store.close()


async def test_a_long_turn_keeps_its_conversation(redis_url: str, redis_store: FairLockStore) -> None:
    other = FairLockStore(redis_url=redis_url, lease=SHORT)
    hold = await Hold(redis_store).entered()
    with pytest.raises(LockError, match="busy"):
        async with other.lock(TALK, lock_lifetime=2.5 * SHORT):
            pytest.fail("got in")
    await hold.left()
    async with other.lock(TALK):
        pass
    await other.close()


async def test_work_stops_when_its_lease_is_lost(redis_url: str, redis_store: FairLockStore) -> None:
    hold = await Hold(redis_store).entered()
    async with Redis.from_url(redis_url) as redis:
        assert await redis.delete(f"kefu:lock:{TALK}") == 1
        with pytest.raises(LockError, match="lost"):
            await asyncio.wait_for(hold.task, LONG)
    await (await Hold(redis_store).entered()).left()


async def test_another_holders_lease_is_not_freed(redis_url: str, caplog: pytest.LogCaptureFixture) -> None:
    store = FairLockStore(redis_url=redis_url, lease=LONG)  # renewed so seldom that the loss shows at the end only
    async with Redis.from_url(redis_url) as redis:
        async with store.lock(TALK):
            await redis.set(f"kefu:lock:{TALK}", "somebody else")
        assert await redis.getdel(f"kefu:lock:{TALK}") == b"somebody else"
    assert "had ended before its turn did" in caplog.text
    await store.close()


async def test_without_redis_a_conversation_cannot_be_locked() -> None:
    store = FairLockStore(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    begun = time.monotonic()
    with pytest.raises(LockError, match="Redis"):
        async with store.lock(TALK):
            pytest.fail("got in")
    assert time.monotonic() - begun < LONG / 2
    await store.close()


async def test_work_stops_when_redis_goes_away(require_all: bool) -> None:
    with private_redis(require_all) as url:
        store = FairLockStore(redis_url=url, lease=SHORT)
        hold = await Hold(store).entered()
    begun = time.monotonic()
    with pytest.raises(LockError, match="lost"):
        await asyncio.wait_for(hold.task, LONG)
    assert time.monotonic() - begun < LONG / 2
    await store.close()


async def test_a_short_absence_of_redis_is_survived(redis_url: str) -> None:
    store = FairLockStore(redis_url=redis_url, lease=SHORT)
    hold = await Hold(store).entered()
    async with Redis.from_url(redis_url) as redis:
        await redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        other = await Hold(store, "rest:other").entered()
        await other.left()
    await hold.left()
    await store.close()
