"""What the store promises: nothing lost, nothing stored twice, no silent memory, a turn's cost whatever came before."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUtteranceReverted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.exc import DBAPIError

from kefu.database import Database
from kefu.dialogue import stored_tracker
from kefu.dialogue.conversation_log import ConversationLog, ConversationMovedOnError
from kefu.dialogue.models import conversation_events, conversation_snapshots
from kefu.dialogue.patches import honest_store
from kefu.dialogue.tracker_store import EXACT_STATES, AppendOnlyTrackerStore
from tests.kefu.dialogue.conversations import (
    ALL,
    DOMAIN,
    Recorder,
    act,
    answer,
    begin,
    events_of,
    form_turn,
    listen,
    say,
)
from tests.servers import free_port

SENDER = "web-1"
CLASS = "kefu.dialogue.tracker_store.AppendOnlyTrackerStore"


@pytest.fixture
def store(database: Database) -> AppendOnlyTrackerStore:
    return AppendOnlyTrackerStore(domain=DOMAIN, connection=database)


async def tracker_of(store: AppendOnlyTrackerStore, sender: str = SENDER) -> DialogueStateTracker:
    return await store.get_or_create_tracker(sender, append_action_listen=False)


async def say_all(store: AppendOnlyTrackerStore, turns: list[Any], sender: str = SENDER) -> None:
    for turn in turns:
        tracker = await tracker_of(store, sender)
        for one in events_of(turn):
            tracker.update(one)
        await store.save(tracker)


async def texts(store: AppendOnlyTrackerStore, sender: str = SENDER) -> list[str]:
    return [one["text"] for one in await store.history(sender) if one["event"] == "bot"]


async def snapshot_count(database: Database) -> int:
    async with database.read() as session:
        return (await session.execute(select(func.count()).select_from(conversation_snapshots))).scalar_one()


# --- appending


async def test_a_conversation_that_nobody_knows(store: AppendOnlyTrackerStore) -> None:
    assert await store.retrieve(SENDER) is None
    assert await store.retrieve_full_tracker(SENDER) is None
    assert await store.history(SENDER) == []
    assert not await store.exists(SENDER)
    assert list(await store.keys()) == []


async def test_an_empty_tracker_leaves_nothing(store: AppendOnlyTrackerStore) -> None:
    await store.save(await tracker_of(store))
    assert not await store.exists(SENDER)


async def test_lists_conversations(store: AppendOnlyTrackerStore) -> None:
    for sender in ("a", "b"):
        await say_all(store, ALL["reminded"]()[:2], sender)
    assert sorted(await store.keys()) == ["a", "b"]
    assert await store.exists("a")


async def test_saving_again_changes_nothing(store: AppendOnlyTrackerStore) -> None:
    tracker = await tracker_of(store)
    tracker.update(say("一"))
    await store.save(tracker)
    await store.save(tracker)
    tracker.update(say("二"))
    await store.save(tracker)
    assert await texts(store) == ["一", "二"]


async def test_a_turn_whose_success_was_lost_may_be_saved_again(store: AppendOnlyTrackerStore) -> None:
    await say_all(store, ALL["answers"]()[:3])
    first, again = await tracker_of(store), await tracker_of(store)
    turn = ALL["answers"]()[3]
    for tracker in (first, again):
        for one in events_of(turn):
            tracker.update(one)
    await store.save(first)
    await store.save(again)
    assert len(await store.history(SENDER)) == sum(map(len, ALL["answers"]()[:4]))


async def test_survives_half_an_emoji_and_a_null(store: AppendOnlyTrackerStore) -> None:
    said = "半个表情\ud83d和\x00"
    tracker = await tracker_of(store)
    tracker.update(UserUttered(said, {"name": "fee"}))
    await store.save(tracker)
    assert (await tracker_of(store)).latest_message.text == said


# --- two at once


@pytest.mark.parametrize("earlier", [0, 3])
async def test_of_two_writers_one_wins_and_nothing_is_lost(store: AppendOnlyTrackerStore, earlier: int) -> None:
    await say_all(store, ALL["answers"]()[:earlier])
    before = await texts(store)
    trackers = {name: await tracker_of(store) for name in "甲乙丙"}
    for name, tracker in trackers.items():
        for number in range(5):
            tracker.update(say(f"{name}{number}"))
    results = await asyncio.gather(*(store.save(tracker) for tracker in trackers.values()), return_exceptions=True)
    won = [name for name, result in zip(trackers, results, strict=True) if result is None]
    assert len(won) == 1
    lost = [result for result in results if result is not None]
    assert all(isinstance(result, ConversationMovedOnError) for result in lost), lost
    assert await texts(store) == before + [f"{won[0]}{number}" for number in range(5)]
    again = await tracker_of(store)
    again.update(say("再来"))
    await store.save(again)
    assert (await texts(store))[-1] == "再来"


WRITER = """
import asyncio, sys
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from kefu.database import Database
from kefu.dialogue.conversation_log import ConversationMovedOnError
from kefu.dialogue.tracker_store import AppendOnlyTrackerStore

async def main(url, name):
    database = Database(url)
    store = AppendOnlyTrackerStore(domain=Domain.empty(), connection=database)
    print("ready", flush=True)
    sys.stdin.readline()
    refused = 0
    for number in range(40):
        while True:
            tracker = await store.get_or_create_tracker("web-1", append_action_listen=False)
            for part in range(3):
                tracker.update(BotUttered(f"{name}{number}.{part}"))
            try:
                await store.save(tracker)
                break
            except ConversationMovedOnError:
                refused += 1
    await database.close()
    print(refused)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_lose_nothing(store: AppendOnlyTrackerStore, database: Database, root: Path) -> None:
    url = database.url.render_as_string(hide_password=False)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen([sys.executable, "-c", WRITER, url, name], cwd=root, **pipes) for name in "ab"]
    try:
        assert [process.stdout.readline() for process in started] == ["ready\n"] * 2
        for process in started:
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate(timeout=120) for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0, 0], said
    found = await texts(store)
    turns = [found[at : at + 3] for at in range(0, len(found), 3)]
    assert sorted(turn[0] for turn in turns) == sorted(f"{name}{number}.0" for name in "ab" for number in range(40))
    assert all([part.split(".")[1] for part in turn] == ["0", "1", "2"] for turn in turns)
    assert all(len({part.split(".")[0] for part in turn}) == 1 for turn in turns)


# --- the whole history


async def test_the_full_tracker_has_all_and_can_go_on(store: AppendOnlyTrackerStore) -> None:
    turns = ALL["sessions"]()
    await say_all(store, turns)
    full = await store.retrieve_full_tracker(SENDER)
    assert len(full.events) == sum(map(len, turns)) > len((await tracker_of(store)).events)
    full.update(say("从全部接着"))
    await store.save(full)
    assert (await texts(store))[-1] == "从全部接着"
    assert (await tracker_of(store)).latest_bot_utterance.text == "从全部接着"


async def test_a_lost_snapshot_is_made_again(store: AppendOnlyTrackerStore, database: Database) -> None:
    turns = ALL["interrupted_form"]()
    await say_all(store, turns[:40])
    before = (await tracker_of(store)).current_state()
    async with database.write() as session:
        await session.execute(delete(conversation_snapshots))
    assert (await tracker_of(store)).current_state() == before
    await say_all(store, turns[40:])
    assert await snapshot_count(database) == 1
    assert len(await store.history(SENDER)) == sum(map(len, turns))
    assert len((await tracker_of(store)).events) < 70


async def test_a_plain_tracker_takes_the_place_of_the_conversation(store: AppendOnlyTrackerStore) -> None:
    """As `PUT /conversations/{id}/tracker/events` asks."""
    await say_all(store, ALL["answers"]()[:30])
    under_way = await tracker_of(store)
    under_way.update(say("太晚了"))
    turns = ALL["forms"]()[:25]
    put = DialogueStateTracker.from_dict(SENDER, [one for turn in turns for one in turn], DOMAIN.slots)
    await store.save(put)
    assert await store.history(SENDER) == [one.as_dict() for one in put.events]
    assert (await tracker_of(store)).current_state() == put.current_state()
    with pytest.raises(ConversationMovedOnError):
        await store.save(under_way)
    await say_all(store, ALL["forms"]()[25:30])
    assert len(await store.history(SENDER)) == sum(map(len, ALL["forms"]()[:30]))


async def test_an_undo_reads_what_it_needs_once(store: AppendOnlyTrackerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await say_all(store, ALL["answers"]()[:60])
    reads = []
    whole_now = ConversationLog.whole_now
    monkeypatch.setattr(ConversationLog, "whole_now", lambda *args: reads.append(1) or whole_now(*args))
    tracker = await tracker_of(store)
    for _ in range(20):
        tracker.update(UserUtteranceReverted())
    assert len(reads) == 1
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    full = await store.retrieve_full_tracker(SENDER)
    assert (await tracker_of(store)).current_state() == full.current_state()


# --- retention


async def test_purges_by_age(store: AppendOnlyTrackerStore, database: Database) -> None:
    turns = ALL["answers"]()[:200]
    await say_all(store, turns)
    await say_all(store, turns[:2], "old")
    moment = turns[150][0]["timestamp"]
    left = sum(len(turn) for turn in turns[150:])
    purged = await store.purge(datetime.fromtimestamp(moment, timezone.utc))
    assert purged == sum(len(turn) for turn in turns[:150]) + sum(len(turn) for turn in turns[:2])
    assert len(await store.history(SENDER)) == left
    assert list(await store.keys()) == [SENDER]
    assert await snapshot_count(database) == 1
    assert (await tracker_of(store)).get_slot("faq_id") == "fee.apply"
    await say_all(store, ALL["answers"]()[200:203])
    assert await store.purge(datetime.now(timezone.utc)) == left + 21
    assert await snapshot_count(database) == 0
    await say_all(store, turns[:2])
    assert len(await store.history(SENDER)) == len(turns[0]) + len(turns[1])


async def test_a_conversation_goes_on_when_what_it_rested_on_is_purged(store: AppendOnlyTrackerStore) -> None:
    turns = ALL["handed_over"]()
    await say_all(store, turns[:90])
    await store.purge(datetime.fromtimestamp(turns[85][0]["timestamp"], timezone.utc))
    await say_all(store, turns[90:])
    assert len(await store.history(SENDER)) == sum(map(len, turns[85:]))
    assert (await tracker_of(store)).latest_message.text == turns[-2][0]["text"]


async def test_a_moment_without_zone_is_refused(store: AppendOnlyTrackerStore) -> None:
    with pytest.raises(ValueError, match="time zone"):
        await store.purge(datetime(2026, 1, 1))


# --- failing honestly


async def test_a_database_that_fails_is_an_error(store: AppendOnlyTrackerStore, database: Database) -> None:
    await say_all(store, ALL["answers"]()[:2])
    tracker = await tracker_of(store)
    tracker.update(say("没存上"))
    async with database.write() as session:
        await session.execute(text("ALTER TABLE conversation_events RENAME TO away"))
    agent = Agent(domain=DOMAIN, tracker_store=store)
    with pytest.raises(DBAPIError):
        await agent.tracker_store.get_or_create_tracker(SENDER)
    with pytest.raises(DBAPIError):
        await agent.tracker_store.save(tracker)
    async with database.write() as session:
        await session.execute(text("ALTER TABLE away RENAME TO conversation_events"))
    await agent.tracker_store.save(tracker)
    assert (await texts(store))[-1] == "没存上"


@pytest.mark.parametrize("url", [f"postgresql://nobody@127.0.0.1:{free_port()}/none", "sqlite:////proc/none.db"])
async def test_a_database_that_is_away_is_an_error(url: str) -> None:
    database = Database.__new__(Database) if url.startswith("sqlite") else Database(url)
    if url.startswith("sqlite"):
        pytest.skip("made by the test above: SQLite's file is not away while the process has it open")
    agent = Agent(domain=DOMAIN, tracker_store=AppendOnlyTrackerStore(domain=DOMAIN, connection=database))
    with pytest.raises((OSError, DBAPIError)):
        await agent.tracker_store.get_or_create_tracker(SENDER)
    tracker = DialogueStateTracker.from_events(SENDER, [BotUttered("x")], DOMAIN.slots)
    with pytest.raises((OSError, DBAPIError)):
        await agent.tracker_store.save(tracker)
    await database.close()


def test_rasa_makes_our_store_and_does_not_wrap_it() -> None:
    store = TrackerStore.create(EndpointConfig(type=CLASS, url="sqlite:///var/never-opened.db"), DOMAIN)
    assert type(store) is AppendOnlyTrackerStore
    agent = Agent(domain=DOMAIN, tracker_store=store)
    assert agent.tracker_store is store
    assert store.domain is DOMAIN


def test_other_stores_stay_wrapped(store: AppendOnlyTrackerStore) -> None:
    wrapped = Agent(domain=DOMAIN, tracker_store=InMemoryTrackerStore(DOMAIN)).tracker_store
    assert type(wrapped) is FailSafeTrackerStore
    assert type(Agent(domain=DOMAIN).tracker_store) is FailSafeTrackerStore


def test_a_store_that_cannot_be_made_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RasaException, match="kefu.dialogue.tracker_store.Nothing"):
        TrackerStore.create(EndpointConfig(type="kefu.dialogue.tracker_store.Nothing"), DOMAIN)
    monkeypatch.setattr("kefu.dialogue.tracker_store.database", lambda: __import__("no_such_driver"))
    with pytest.raises(RasaException, match="no_such_driver"):
        TrackerStore.create(EndpointConfig(type=CLASS), DOMAIN)


def test_another_release_of_rasa_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rasa.__version__", "3.6.22")
    with pytest.raises(RasaException, match="3.6.22"):
        honest_store.install()


# --- cost


def long_talk() -> list[Any]:
    """All kinds of turns, 600 in one session."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), *answer(tape))
    for number in range(100):
        tape.turn(*answer(tape, hidden=number % 2 == 0))
        back = [act("action_default_fallback"), say("没听懂"), UserUtteranceReverted()]
        tape.turn(tape.user("nonsense"), *back, listen())
        for at in range(3):
            tape.turn(*form_turn(tape, "amount", f"{number}.{at}", "amount"), listen())
        tape.turn(tape.user("inform"), say(f"人工 {number}"))
    return tape.turns


class Meter:
    """Counts what a turn moves between Python and the database."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.bytes: list[int] = []
        self.statements: list[int] = []

    def begin(self) -> None:
        for counts in (self.rows, self.bytes, self.statements):
            counts.append(0)

    def read(self, data: str) -> None:
        self.rows[-1] += 1
        self.bytes[-1] += len(data)

    def wrote(self, _: Any, __: Any, ___: str, parameters: Any, ____: Any, many: bool) -> None:
        self.statements[-1] += 1
        self.bytes[-1] += len(repr(parameters))


@pytest.fixture
def meter(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meter]:
    counts = Meter()
    from_text = stored_tracker.event_from_text
    monkeypatch.setattr(stored_tracker, "event_from_text", lambda data: counts.read(data) or from_text(data))
    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", counts.wrote)
    yield counts
    event.remove(engine, "before_cursor_execute", counts.wrote)


async def test_a_late_turn_costs_what_an_early_one_does(store: AppendOnlyTrackerStore, meter: Meter) -> None:
    turns = long_talk()
    for turn in turns:
        meter.begin()
        await say_all(store, [turn])
    early, late = slice(20, 120), slice(len(turns) - 100, len(turns))
    for counts in (meter.rows, meter.bytes):
        assert max(counts[late]) <= 1.2 * max(counts[early])
        assert sum(counts[late]) <= 1.2 * sum(counts[early])
    assert max(meter.rows) < 90
    assert set(meter.statements[20:]) == {3}


@pytest.mark.parametrize("name", sorted(set(ALL) - {"far_back"}))
async def test_no_kind_of_talk_makes_turns_dearer(store: AppendOnlyTrackerStore, meter: Meter, name: str) -> None:
    for turn in ALL[name]():
        meter.begin()
        await say_all(store, [turn])
    assert max(meter.rows) < 130
    later = [max(meter.rows[at : at + 15]) for at in range(30, len(meter.rows) - 15, 15)]
    assert all(after <= 1.5 * before for before, after in pairwise(later))


async def test_events_are_found_by_key(store: AppendOnlyTrackerStore, database: Database) -> None:
    for sender in ("a", "b"):
        await say_all(store, ALL["rules_between_stories"](), sender)
    async with database.write() as session:
        many = [
            {"sender_id": f"c{number % 50}", "seq": number, "type": "bot", "timestamp": 1.0, "data": "{}"}
            for number in range(5000)
        ]
        await session.execute(conversation_events.insert(), many)
        await session.execute(text("ANALYZE"))
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    query = text(f"{explain} {store._log._tail.text}")
    async with database.read() as session:
        plan = [str(row) for row in (await session.execute(query, {"sender": "a"})).all()]
    scans = [step for step in plan if ("SCAN" in step or "Seq Scan" in step) and "conversation_events" in step]
    assert plan and not scans, plan


# --- what the policies of this project need


def test_policies_look_back_no_further_than_the_store_keeps(root: Path) -> None:
    config = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))
    spans = [policy.get("max_history", 0) for policy in config["policies"]]
    for file in (root / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            spans.append(sum("action" in step or "intent" in step for step in rule["steps"]) + 1)
    assert max(spans) <= EXACT_STATES
