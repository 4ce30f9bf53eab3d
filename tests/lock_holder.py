"""A process of its own that uses the lock store, for tests of what happens between processes.

`python -m tests.lock_holder hold URL CONVERSATION LEASE` takes the lock, prints `held`, keeps it until a line comes in.
`python -m tests.lock_holder count URL CONVERSATION TIMES` adds to a counter in Redis, reading and writing in two steps.
"""

import asyncio
import sys

from redis.asyncio import Redis

from kefu.dialogue.lock_store import FairLockStore


async def hold(url: str, conversation: str, lease: float) -> None:
    """Keep the lock until told to leave."""
    store = FairLockStore(redis_url=url, lease=lease)
    async with store.lock(conversation):
        print("held", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    print("left", flush=True)
    await store.close()


async def count(url: str, conversation: str, times: int) -> None:
    """Add one `times` times, from five tasks."""
    store, redis = FairLockStore(redis_url=url), Redis.from_url(url)

    async def add(number: int) -> None:
        for _ in range(number):
            async with store.lock(conversation):
                before = int(await redis.get("counter") or 0)
                await asyncio.sleep(0)
                await redis.set("counter", before + 1)

    await asyncio.gather(*(add(times // 5) for _ in range(5)))
    await redis.close()
    await store.close()


if __name__ == "__main__":
    what, url_, conversation_, number_ = sys.argv[1:]
    if what == "hold":
        asyncio.run(hold(url_, conversation_, float(number_)))
    else:
        asyncio.run(count(url_, conversation_, int(number_)))
