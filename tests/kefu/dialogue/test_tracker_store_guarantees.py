"""What the store promises: nothing lost, nothing stored twice, no silent memory, a turn's cost whatever came before."""

import json
import sqlite3
from itertools import pairwise
from typing import Any
from unittest.mock import Mock

import psycopg2
import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy import text

from kefu.conversations import ConversationLog, ConversationMovedOnError
from kefu.conversations.transactions import Cursor, Transactions
from kefu.database import Database
from kefu.dialogue import patches, stored_tracker
from kefu.dialogue.patches import honest_store
from kefu.dialogue.tracker_store import AppendOnlyTrackerStore
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
def store(conversations: ConversationLog) -> AppendOnlyTrackerStore:
    return AppendOnlyTrackerStore(domain=DOMAIN, log=conversations)


async def tracker_of(store: AppendOnlyTrackerStore, sender: str = SENDER) -> DialogueStateTracker:
    return await store.get_or_create_tracker(sender, append_action_listen=False)


async def say_all(store: AppendOnlyTrackerStore, turns: list[Any], sender: str = SENDER) -> None:
    for turn in turns:
        tracker = await tracker_of(store, sender)
        for one in events_of(turn):
            tracker.update(one)
        await store.save(tracker)


async def history(store: AppendOnlyTrackerStore, sender: str = SENDER) -> list[dict[str, Any]]:
    return [json.loads(data) for data in await store._log.history(sender)]


async def texts(store: AppendOnlyTrackerStore, sender: str = SENDER) -> list[str]:
    return [one["text"] for one in await history(store, sender) if one["event"] == "bot"]


# --- appending


async def test_a_conversation_that_nobody_knows(store: AppendOnlyTrackerStore) -> None:
    assert await store.retrieve(SENDER) is None
    assert await store.retrieve_full_tracker(SENDER) is None
    assert await history(store) == []
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


async def test_survives_half_an_emoji_and_a_null(store: AppendOnlyTrackerStore) -> None:
    said = "半个表情\ud83d和\x00"
    tracker = await tracker_of(store)
    tracker.update(UserUttered(said, {"name": "fee"}))
    await store.save(tracker)
    assert (await tracker_of(store)).latest_message.text == said


# --- two at once


async def test_two_turns_at_once_do_not_mix(store: AppendOnlyTrackerStore) -> None:
    """Of two processes that have read the same conversation, one stores its turn, the other hears that it was late."""
    await say_all(store, ALL["answers"]()[:3])
    before = await texts(store)
    ours = await tracker_of(store)
    theirs = await tracker_of(store)
    assert ours is not theirs
    for name, tracker in {"甲": ours, "乙": theirs}.items():
        tracker.update(say(name))
    await store.save(theirs)
    with pytest.raises(ConversationMovedOnError):
        await store.save(ours)
    assert await texts(store) == [*before, "乙"]
    assert (await tracker_of(store)).latest_bot_utterance.text == "乙"


async def test_what_another_process_has_stored_is_seen(
    store: AppendOnlyTrackerStore, conversations: ConversationLog
) -> None:
    await say_all(store, ALL["answers"]()[:3])
    other = AppendOnlyTrackerStore(domain=DOMAIN, log=conversations)
    await say_all(other, ALL["answers"]()[3:5])
    assert (await tracker_of(store)).latest_message.text == ALL["answers"]()[4][0]["text"]
    assert len((await store.retrieve_full_tracker(SENDER)).events) == sum(map(len, ALL["answers"]()[:5]))


async def test_a_turn_that_was_not_stored_leaves_nothing_behind(
    store: AppendOnlyTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    await say_all(store, ALL["answers"]()[:3])
    tracker = await tracker_of(store)
    tracker.update(SlotSet("brand", "my"))
    monkeypatch.setattr(store._log, "append", Mock(side_effect=OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        await store.save(tracker)
    assert (await tracker_of(store)).get_slot("brand") is None


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


async def test_a_plain_tracker_takes_the_place_of_the_conversation(store: AppendOnlyTrackerStore) -> None:
    """As `PUT /conversations/{id}/tracker/events` asks."""
    await say_all(store, ALL["answers"]()[:30])
    under_way = await tracker_of(store)
    under_way.update(say("太晚了"))
    turns = ALL["forms"]()[:25]
    put = DialogueStateTracker.from_dict(SENDER, [one for turn in turns for one in turn], DOMAIN.slots)
    await store.save(put)
    assert await history(store) == [one.as_dict() for one in put.events]
    assert (await tracker_of(store)).current_state() == put.current_state()
    with pytest.raises(ConversationMovedOnError):
        await store.save(under_way)
    await say_all(store, ALL["forms"]()[25:30])
    assert len(await history(store)) == sum(map(len, ALL["forms"]()[:30]))


async def test_an_undo_reads_what_it_needs_once(store: AppendOnlyTrackerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await say_all(store, ALL["answers"]()[:60])
    reads = []
    history_now = ConversationLog.history_now
    monkeypatch.setattr(ConversationLog, "history_now", lambda *args: reads.append(1) or history_now(*args))
    store.domain = DOMAIN
    tracker = await tracker_of(store)
    for _ in range(20):
        tracker.update(UserUtteranceReverted())
    assert len(reads) == 1
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    full = await store.retrieve_full_tracker(SENDER)
    assert (await tracker_of(store)).current_state() == full.current_state()


async def test_goes_on_when_what_it_rested_on_is_purged(store: AppendOnlyTrackerStore) -> None:
    turns = ALL["handed_over"]()
    await say_all(store, turns[:90])
    await store._log.purge(turns[85][0]["timestamp"])
    store.domain = DOMAIN
    tracker = await tracker_of(store)
    for _ in range(9):
        tracker.update(UserUtteranceReverted())  # reaches for what is no more
    await say_all(store, turns[90:])
    assert len(await history(store)) == sum(map(len, turns[85:]))
    assert (await tracker_of(store)).latest_message.text == turns[-2][0]["text"]


# --- failing honestly


ERRORS = (OSError, sqlite3.Error, psycopg2.Error)


async def test_a_database_that_fails_is_an_error(store: AppendOnlyTrackerStore, database: Database) -> None:
    await say_all(store, ALL["answers"]()[:2])
    tracker = await tracker_of(store)
    tracker.update(say("没存上"))
    async with database.write() as session:
        await session.execute(text("ALTER TABLE conversation_states RENAME TO away"))
    agent = Agent(domain=DOMAIN, tracker_store=store)
    with pytest.raises(ERRORS):
        await agent.tracker_store.get_or_create_tracker(SENDER)
    with pytest.raises(ERRORS):
        await agent.tracker_store.save(tracker)
    async with database.write() as session:
        await session.execute(text("ALTER TABLE away RENAME TO conversation_states"))
    await agent.tracker_store.save(tracker)
    assert (await texts(store))[-1] == "没存上"


@pytest.mark.parametrize(
    "url", ["sqlite:////dev/null/none.db", f"postgresql://nobody@127.0.0.1:{free_port()}/none"], ids=["file", "server"]
)
async def test_a_database_that_is_away_is_an_error(url: str) -> None:
    log = ConversationLog(Transactions(url))
    agent = Agent(domain=DOMAIN, tracker_store=AppendOnlyTrackerStore(domain=DOMAIN, log=log))
    with pytest.raises(ERRORS):
        await agent.tracker_store.get_or_create_tracker(SENDER)
    tracker = DialogueStateTracker.from_events(SENDER, [BotUttered("x")], DOMAIN.slots)
    with pytest.raises(ERRORS):
        await agent.tracker_store.save(tracker)
    log.close()


@pytest.mark.parametrize("database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_goes_on_when_the_server_has_closed_its_connections(
    store: AppendOnlyTrackerStore, database: Database
) -> None:
    await say_all(store, ALL["answers"]()[:2])
    async with database.write() as session:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        await session.execute(text(f"{others} AND pid <> pg_backend_pid()"))
    await say_all(store, ALL["answers"]()[2:5])
    assert len(await history(store)) == sum(map(len, ALL["answers"]()[:5]))


def test_rasa_makes_our_store_and_does_not_wrap_it() -> None:
    store = TrackerStore.create(EndpointConfig(type=CLASS), DOMAIN)
    assert type(store) is AppendOnlyTrackerStore
    agent = Agent(domain=DOMAIN, tracker_store=store)
    assert agent.tracker_store is store
    assert store.domain is DOMAIN


@pytest.mark.parametrize(("wanted", "made"), [("all", patches.NAMES), ("none", ()), ("rule_index", ("rule_index",))])
def test_brings_the_patches_that_are_wanted(
    monkeypatch: pytest.MonkeyPatch, wanted: str, made: tuple[str, ...]
) -> None:
    """As under plain `rasa run`, which starts nothing else of ours before it serves."""
    monkeypatch.setenv("KEFU_PATCHES", wanted)
    patches.undo()
    try:
        TrackerStore.create(EndpointConfig(type=CLASS), DOMAIN)
        assert patches.apply([]) == made
    finally:
        patches.undo()


def test_other_stores_stay_wrapped(store: AppendOnlyTrackerStore) -> None:
    wrapped = Agent(domain=DOMAIN, tracker_store=InMemoryTrackerStore(DOMAIN)).tracker_store
    assert type(wrapped) is FailSafeTrackerStore
    assert type(Agent(domain=DOMAIN).tracker_store) is FailSafeTrackerStore


def test_a_store_that_cannot_be_made_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RasaException, match="kefu.dialogue.tracker_store.Nothing"):
        TrackerStore.create(EndpointConfig(type="kefu.dialogue.tracker_store.Nothing"), DOMAIN)
    monkeypatch.setattr("kefu.dialogue.tracker_store.conversation_log", lambda: __import__("no_such_driver"))
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

    def ran(self, values: Any) -> None:
        self.statements[-1] += 1
        self.bytes[-1] += len(repr(values))


@pytest.fixture
def meter(monkeypatch: pytest.MonkeyPatch) -> Meter:
    counts = Meter()
    from_text, execute = stored_tracker.event_from_text, Cursor.execute

    def counted(self: Cursor, sql: str, values: Any = ()) -> int:
        counts.ran(values)
        return execute(self, sql, values)

    monkeypatch.setattr(stored_tracker, "event_from_text", lambda data: counts.read(data) or from_text(data))
    monkeypatch.setattr(Cursor, "execute", counted)
    return counts


@pytest.mark.parametrize("at_hand", [True, False])
async def test_a_late_turn_costs_what_an_early_one_does(
    store: AppendOnlyTrackerStore, meter: Meter, at_hand: bool
) -> None:
    turns = long_talk()
    for turn in turns:
        meter.begin()
        if not at_hand:
            store.domain = DOMAIN
        await say_all(store, [turn])
    early, late = slice(100, 200), slice(len(turns) - 100, len(turns))
    for counts in (meter.rows, meter.bytes):
        assert max(counts[late]) <= 1.2 * max(counts[early])
        assert sum(counts[late]) <= 1.2 * sum(counts[early])
    assert max(meter.rows[1:]) <= (0 if at_hand else 200)
    assert set(meter.statements[1:]) == ({3, 4} if at_hand else {4, 5})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(set(ALL) - {"far_back"}))
async def test_no_kind_of_talk_makes_turns_dearer(store: AppendOnlyTrackerStore, meter: Meter, name: str) -> None:
    for turn in ALL[name]():
        meter.begin()
        store.domain = DOMAIN
        await say_all(store, [turn])
    assert max(meter.rows) < 250
    later = [max(meter.rows[at : at + 30]) for at in range(30, len(meter.rows) - 30, 30)]
    assert all(after <= 1.5 * before for before, after in pairwise(later))
