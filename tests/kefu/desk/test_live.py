"""Live changes: whoever watches hears of what any process has done; without watchers nothing is asked."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kefu.database import Database
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.live import Changes
from kefu.desk.tickets import NewTicket, TicketService

PATIENCE = 20.0


@pytest.fixture
async def changes(database: Database) -> AsyncIterator[Changes]:
    found = Changes(database)
    task = asyncio.create_task(found.run())
    yield found
    task.cancel()


async def test_every_watcher_hears_of_a_ticket_and_of_a_line(database: Database, changes: Changes) -> None:
    other = Database(str(database.url))  # another process
    async with changes.watched(), changes.watched():
        first = await changes.wait(changes.mark, PATIENCE)
        await TicketService(other).open(NewTicket("post", "website", "c", "refund", "x", "k"))
        heard = await asyncio.gather(*(changes.wait(first, PATIENCE) for _ in range(5)))
        assert all(mark.tickets > first.tickets for mark in heard)
        handoffs = HandoffService(other)
        talk_id = (await handoffs.ask(NewHandoff("post", "website", "c", "asked", "refund"))).handoff.id
        asked = await changes.wait(heard[0], PATIENCE)
        assert asked.of_talk(talk_id) != heard[0].of_talk(talk_id)
        await handoffs.say("c", "在吗", "m1")
        said = await changes.wait(asked, PATIENCE)
        assert said.of_talk(talk_id) != asked.of_talk(talk_id)
        assert said.of_talk(talk_id + 1) == asked.of_talk(talk_id + 1)
        await handoffs.leave("c")
        left = await changes.wait(said, PATIENCE)
        assert left.of_talk(talk_id) != said.of_talk(talk_id)
    await other.close()


async def test_nothing_new_gives_the_same_after_a_while(changes: Changes) -> None:
    async with changes.watched():
        first = await changes.wait(changes.mark, PATIENCE)
        assert await changes.wait(first, 0.05) == first


async def test_without_watchers_the_database_is_left_alone(
    database: Database, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()
    read = database.read

    def counted():
        asked.set()
        return read()

    monkeypatch.setattr(database, "read", counted)
    changes.hurry()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asked.is_set()
    async with changes.watched():
        await asyncio.wait_for(asked.wait(), PATIENCE)


async def test_a_database_that_is_away_is_waited_for(
    database: Database, changes: Changes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read, failed = database.read, asyncio.Event()

    def away():
        if not failed.is_set():
            failed.set()
            raise OSError("away")
        return read()

    monkeypatch.setattr(database, "read", away)
    async with changes.watched():
        await asyncio.wait_for(failed.wait(), PATIENCE)
        before = changes.mark
        await TicketService(database).open(NewTicket("post", "website", "c", "refund", "x", "k"))
        assert (await changes.wait(before, PATIENCE)).tickets
    assert "can't be read" in caplog.text
