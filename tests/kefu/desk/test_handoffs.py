"""The handoff service: places in the queue, one agent a talk, nothing twice."""

import asyncio
import time
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from kefu.database import Database
from kefu.desk.handoffs import Ending, HandoffError, HandoffService, NewHandoff, State, conversation_key

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=timezone.utc)
MINUTE = timedelta(minutes=1)
PATIENCE = 20.0  # seconds


def new(conversation: str, urgent: bool = False) -> NewHandoff:
    return NewHandoff(
        brand="post", channel="website", conversation=conversation, reason="asked", topic="refund", urgent=urgent
    )


@pytest.fixture
def service(database: Database) -> HandoffService:
    return HandoffService(database)


async def test_places_follow_the_order_of_asking_and_the_urgent_go_first(service: HandoffService) -> None:
    assert (await service.ask(new("a"), NOW)).before == 0
    assert (await service.ask(new("b"), NOW + MINUTE)).before == 1
    assert (await service.ask(new("c", urgent=True), NOW + 2 * MINUTE)).before == 0
    place = await service.place("a")
    assert place is not None and place.before == 1
    assert [found.urgent for found in await service.open_ones()] == [True, False, False]


async def test_asking_again_keeps_the_place_and_an_emergency_moves_it_up(service: HandoffService) -> None:
    await service.ask(new("a"), NOW)
    first = await service.ask(new("b"), NOW)
    again = await service.ask(new("b", urgent=True), NOW + MINUTE)
    assert again.handoff.id == first.handoff.id
    assert again.before == 0 and len(await service.open_ones()) == 2


async def test_parallel_askers_of_one_conversation_make_one_handoff(service: HandoffService) -> None:
    places = await asyncio.gather(*(service.ask(new("same"), NOW) for _ in range(8)))
    assert len({place.handoff.id for place in places}) == 1


async def test_a_line_is_kept_once_in_order_and_the_pause_is_told(service: HandoffService) -> None:
    handoff = (await service.ask(new("a"), NOW)).handoff
    first = await service.say("a", "我的退款", "m1", NOW)
    second = await service.say("a", "还没到", "m2", NOW + 2 * MINUTE)
    await service.say("a", "还没到", "m2", NOW + 3 * MINUTE)
    assert first is not None and first.pause is None
    assert second is not None and second.pause == 2 * MINUTE
    lines = await service.lines(handoff.id)
    assert [(line.who, line.text) for line in lines] == [("customer", "我的退款"), ("customer", "还没到")]
    assert await service.lines(handoff.id, after=lines[0].id) and await service.say("other", "喂", "m3") is None


async def test_of_two_agents_one_gets_the_talk(service: HandoffService) -> None:
    handoff = (await service.ask(new("a"), NOW)).handoff
    results = await asyncio.gather(
        *(service.take(handoff.id, name, 3, NOW) for name in ("li", "wang", "zhao")), return_exceptions=True
    )
    assert sum(isinstance(result, HandoffError) for result in results) == 2
    winner = next(result for result in results if not isinstance(result, BaseException))
    assert (await service.take(handoff.id, winner.agent, 3, NOW)).agent == winner.agent


async def test_an_agent_takes_no_more_than_the_capacity(service: HandoffService) -> None:
    ids = [(await service.ask(new(name), NOW)).handoff.id for name in "abc"]
    results = await asyncio.gather(*(service.take(one, "li", 2, NOW) for one in ids), return_exceptions=True)
    assert sum(isinstance(result, HandoffError) for result in results) == 1


async def test_only_the_agent_of_a_talk_may_write_and_close(database: Database, service: HandoffService) -> None:
    handoff = (await service.ask(new("a"), NOW)).handoff
    async with database.write() as session:
        with pytest.raises(HandoffError, match="先接起"):
            await service.reply(session, handoff.id, "li", "您好", "k1", NOW)
    await service.take(handoff.id, "li", 3, NOW)
    async with database.write() as session:
        with pytest.raises(HandoffError, match="别的同事"):
            await service.reply(session, handoff.id, "wang", "您好", "k1", NOW)
        with pytest.raises(HandoffError, match="1–2000"):
            await service.reply(session, handoff.id, "li", "  ", "k1", NOW)
        assert await service.reply(session, handoff.id, "li", " 您好 ", "k1", NOW)
        assert await service.reply(session, handoff.id, "li", "您好", "k1", NOW) is None
        await service.close(session, handoff.id, "li", NOW)
    assert [(line.author, line.text) for line in await service.lines(handoff.id)] == [("li", "您好")]
    assert await service.place("a") is None
    assert (await service.ask(new("a"), NOW)).handoff.id != handoff.id


async def test_what_nobody_takes_and_what_an_agent_forgets_ends(database: Database, service: HandoffService) -> None:
    ids = {name: (await service.ask(new(name), NOW)).handoff.id for name in ("untaken", "owing", "idle", "lively")}
    for name in ("owing", "idle", "lively"):
        await service.take(ids[name], "li", 9, NOW)
    await service.say("owing", "在吗", "m", NOW + MINUTE)
    async with database.write() as session:
        assert await service.end_overdue(session, 5 * MINUTE, 10 * MINUTE, NOW + 4 * MINUTE) == []
        ended = await service.end_overdue(session, 5 * MINUTE, 10 * MINUTE, NOW + 12 * MINUTE)
    assert {(found.id, found.ending) for found in ended} == {
        (ids["untaken"], Ending.UNTAKEN.value),
        (ids["owing"], Ending.SILENT.value),
    }
    await service.say("lively", "还有个事", "m", NOW + 29 * MINUTE)
    async with database.write() as session:
        await service.reply(session, ids["lively"], "li", "您说", "k", NOW + 30 * MINUTE)
        ended = await service.end_overdue(session, 5 * MINUTE, 10 * MINUTE, NOW + 31 * MINUTE)
    assert [found.id for found in ended] == [ids["idle"]]
    assert [found.state for found in await service.open_ones()] == [State.ACTIVE.value]


async def test_the_customer_may_leave(service: HandoffService) -> None:
    await service.ask(new("a"), NOW)
    assert await service.leave("a", NOW) is True
    assert await service.leave("a", NOW) is False


@pytest.mark.parametrize("step", ["say", "leave", "ask"])
async def test_who_comes_while_a_talk_is_being_closed_meets_no_open_talk(
    database: Database, service: HandoffService, step: str
) -> None:
    """A line that is relayed into a talk which has ended would be answered by nobody."""
    talk_id = (await service.ask(new("a"), NOW)).handoff.id
    await service.take(talk_id, "li", 3, NOW)
    steps = {
        "say": lambda: service.say("a", "还有，我的卡也丢了", "m1", NOW),
        "leave": lambda: service.leave("a", NOW),
        "ask": lambda: service.ask(new("a"), NOW),
    }
    async with database.write(f"handoff-id:{talk_id}") as session:
        await service.close(session, talk_id, "li", NOW)
        await session.flush()
        coming = asyncio.create_task(steps[step]())
        deadline = time.monotonic() + PATIENCE
        while not coming.done() and not await waits(database):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
    result = await coming
    if step == "ask":
        assert result.handoff.id != talk_id and result.is_waiting
    else:
        assert not result
    assert await service.lines(talk_id) == []


async def waits(database: Database) -> bool:
    """Whether a transaction waits for another; in SQLite that is so while there is one that writes."""
    if database.is_sqlite:
        return True
    async with database.read() as session:
        return bool((await session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))).scalar_one())


async def test_the_conversation_is_not_stored_in_clear(service: HandoffService) -> None:
    handoff = (await service.ask(new("web-secret-id"), NOW)).handoff
    assert handoff.conversation_key == conversation_key("web-secret-id")
    assert "web-secret-id" not in f"{handoff.conversation_sealed}{handoff.conversation_key}{handoff.customer_key}"
