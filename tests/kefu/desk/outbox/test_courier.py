"""The courier: at least once, in order within a lane, by one process at a time, never silently given up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from kefu.database import Database
from kefu.desk.outbox.courier import LEASE, MOST_ATTEMPTS, Courier, Hopeless, Sender, Undeliverable, pause_after
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import Kind, Outbox, put

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
Fill = Callable[..., Awaitable[None]]


@pytest.fixture
def fill(database: Database) -> Fill:
    """Puts deliveries into the outbox: `key` or `key@lane`."""

    async def put_all(*names: str, kind: Kind = Kind.CUSTOMER) -> None:
        async with database.write() as session:
            for name in names:
                key, _, lane = name.partition("@")
                await put(session, kind, key, "target", {"text": key}, NOW, lane or None)
                await session.flush()

    return put_all


async def kept(database: Database) -> dict[str, Delivery]:
    async with database.read() as session:
        return {one.key: one for one in (await session.execute(select(Delivery))).scalars()}


def remembering(sent: list[str], *failing: str, error: type[Exception] = Undeliverable) -> Sender:
    """A sender that writes down what it was given, and fails for some."""

    async def send(delivery: Delivery) -> None:
        sent.append(delivery.key)
        if delivery.key in failing:
            raise error("没有收下")

    return send


async def test_delivers_once_and_only_its_kind(database: Database, fill: Fill) -> None:
    await fill("a", "b")
    await fill("hook", kind=Kind.WEBHOOK)
    sent: list[str] = []
    courier = Courier(database, Kind.CUSTOMER, remembering(sent))
    assert [await courier.once(NOW), await courier.once(NOW)] == [2, 0]
    assert sorted(sent) == ["a", "b"]
    assert {key: one.state for key, one in (await kept(database)).items()} == {
        "a": "delivered",
        "b": "delivered",
        "hook": "pending",
    }


async def test_the_same_key_is_put_once(database: Database, fill: Fill) -> None:
    await fill("a", "a")
    await fill("a")
    assert len(await kept(database)) == 1


async def test_a_lane_keeps_its_order_also_when_its_head_fails(database: Database, fill: Fill) -> None:
    await fill("a1@li", "a2@li", "b1@wang")
    sent: list[str] = []
    failing = Courier(database, Kind.CUSTOMER, remembering(sent, "a1"))
    await failing.once(NOW)
    await failing.once(NOW)
    assert sorted(sent) == ["a1", "b1"]
    later = NOW + pause_after(1)
    well = Courier(database, Kind.CUSTOMER, remembering(sent))
    assert [await well.once(later) for _ in range(3)] == [1, 1, 0]
    assert sent[2:] == ["a1", "a2"]


async def test_a_failure_is_told_and_tried_again_later_and_later(database: Database, fill: Fill) -> None:
    await fill("a")
    sent: list[str] = []
    courier, at = Courier(database, Kind.CUSTOMER, remembering(sent, "a")), NOW
    for attempt in range(1, 5):
        assert await courier.once(at) == 1
        one = (await kept(database))["a"]
        assert (one.state, one.attempts, one.error, one.next_at) == (
            "pending",
            attempt,
            "没有收下",
            at + pause_after(attempt),
        )
        assert await courier.once(one.next_at - timedelta(seconds=1)) == 0
        at = one.next_at
    assert pause_after(1) < pause_after(2) < pause_after(MOST_ATTEMPTS) == pause_after(MOST_ATTEMPTS + 1)


@pytest.mark.parametrize(("error", "attempts"), [(Hopeless, 1), (Undeliverable, MOST_ATTEMPTS)])
async def test_what_fails_for_good_stays_visible_and_can_be_tried_again(
    database: Database, fill: Fill, error: type[Exception], attempts: int
) -> None:
    await fill("a")
    async with database.write() as session:
        (await session.execute(select(Delivery))).scalar_one().attempts = attempts - 1
    courier = Courier(database, Kind.CUSTOMER, remembering([], "a", error=error))
    await courier.once(NOW)
    outbox = Outbox(database)
    [failed] = await outbox.failed()
    assert (failed.state, failed.error) == ("failed", "没有收下")
    assert await outbox.counts() == {("customer", "failed"): 1}
    assert await courier.once(NOW + timedelta(days=1)) == 0
    assert await outbox.retry(failed.id)
    assert not await outbox.retry(failed.id)
    sent: list[str] = []
    assert await Courier(database, Kind.CUSTOMER, remembering(sent)).once(NOW + timedelta(days=365)) == 1
    assert sent == ["a"]
    assert not await outbox.give_up(failed.id)


async def test_a_process_that_dies_while_sending_loses_nothing(database: Database, fill: Fill) -> None:
    await fill("a")

    async def die(_: Delivery) -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await Courier(database, Kind.CUSTOMER, die).once(NOW)
    sent: list[str] = []
    other = Courier(database, Kind.CUSTOMER, remembering(sent))
    assert await other.once(NOW + LEASE - timedelta(seconds=1)) == 0
    assert await other.once(NOW + LEASE) == 1
    assert sent == ["a"]


async def test_a_slow_process_does_not_spoil_what_the_next_has_done(database: Database, fill: Fill) -> None:
    """Its lease ends while it sends; it then fails, but another process has delivered."""
    await fill("a")

    async def slow(_: Delivery) -> None:
        assert await Courier(database, Kind.CUSTOMER, remembering([])).once(NOW + LEASE) == 1
        raise Undeliverable("太慢了")

    await Courier(database, Kind.CUSTOMER, slow).once(NOW)
    assert (await kept(database))["a"].state == "delivered"


async def test_several_couriers_share_the_work(database: Database, fill: Fill) -> None:
    await fill(*(f"d{number}@lane{number % 7}" for number in range(40)))
    sent: list[str] = []
    couriers = [Courier(database, Kind.CUSTOMER, remembering(sent)) for _ in range(4)]

    async def until_empty(courier: Courier) -> None:
        while any(one.state == "pending" for one in (await kept(database)).values()):
            await courier.once(NOW)

    await asyncio.gather(*map(until_empty, couriers))
    assert len(sent) == len(set(sent)) == 40
    for lane in range(7):
        mine = [int(key[1:]) for key in sent if int(key[1:]) % 7 == lane]
        assert mine == sorted(mine)


async def test_a_bug_in_a_sender_stops_nobody_else(database: Database, fill: Fill) -> None:
    await fill("a", "b")
    sent: list[str] = []
    await Courier(database, Kind.CUSTOMER, remembering(sent, "a", error=ZeroDivisionError)).once(NOW)
    found = await kept(database)
    assert (found["a"].error, found["b"].state) == ("ZeroDivisionError", "delivered")


async def test_run_goes_on_until_it_is_cancelled(database: Database, fill: Fill) -> None:
    await fill("a")
    arrived = asyncio.Event()

    async def send(_: Delivery) -> None:
        arrived.set()

    running = asyncio.create_task(Courier(database, Kind.CUSTOMER, send).run())
    await asyncio.wait_for(arrived.wait(), 20)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
