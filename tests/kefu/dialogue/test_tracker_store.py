"""The store beside Rasa's own: after every event and every turn, a tracker gives the same to all who look at it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.actions.action import ActionSessionStart
from rasa.core.actions.two_stage_fallback import _last_n_intent_names
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.events import ActionExecuted, BotUttered, ReminderScheduled, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.conversations import ConversationLog
from kefu.dialogue.tracker_store import AppendOnlyTrackerStore
from kefu.dialogue.working_set import EXACT_STATES
from tests.kefu.dialogue.conversations import ALL, DOMAIN, events_of

SENDER = "web-客户-1"
# Where very much is taken back, that is not kept; where an agent writes and writes, only the last message is.
# Rasa asks for it only in its two-stage fallback, which this project does not use, and where it counts a turn's actions
# after one that nobody waited for.
NOT_KEPT = {"far_back": {"last intents", "limit"}, "handed_over": {"last intents"}}


@pytest.fixture
def store(conversations: ConversationLog) -> AppendOnlyTrackerStore:
    return AppendOnlyTrackerStore(domain=DOMAIN, log=conversations)


@pytest.fixture
def stock(tmp_path: Path) -> Iterator[TrackerStore]:
    """Rasa's own; not the one in memory, which replays forms in another way than its databases do."""
    store = SQLTrackerStore(DOMAIN, dialect="sqlite", db=f"{tmp_path}/stock.db")
    yield store
    store.engine.dispose()


def seen(tracker: DialogueStateTracker) -> dict[str, Any]:
    """What Rasa asks a tracker for in a turn, and what it makes of it."""
    copied = tracker.copy()
    fresh = DialogueStateTracker.from_events("x", tracker.events_after_latest_restart(), DOMAIN.slots)
    last = tracker.get_last_event_for(UserUttered)
    processor = SimpleNamespace(max_number_of_predictions=2)
    carried = {event.key: event.value for event in ActionSessionStart._slot_set_events_from_tracker(tracker)}
    return {
        "state": tracker.current_state(),
        "copy": copied.current_state(),
        "fresh slots": fresh.current_slot_values(),
        "fresh loop": fresh.active_loop_name,
        "states": states(tracker),
        "states for stories": states(tracker, ignore_rule_only_turns=True, rule_only_data={}),
        "last message": last and last.as_dict(),
        "last reply": tracker.latest_bot_utterance.as_dict() if tracker.get_last_event_for(BotUttered) else None,
        "last actions": [
            (event := tracker.get_last_event_for(ActionExecuted, ["action_listen"], skip)) and event.as_dict()
            for skip in (0, 1)
        ],
        "carried": {key: value for key, value in carried.items() if value is not None},
        "last intents": _last_n_intent_names(tracker, 3),
        "limit": MessageProcessor.is_action_limit_reached(processor, tracker, True),
        "reminders": {e.name for e in tracker.applied_events() if isinstance(e, ReminderScheduled)},
        "reminded": [MessageProcessor._has_message_after_reminder(tracker, e) for e in tracker.events if is_due(e)],
    }


def states(tracker: DialogueStateTracker, **options: Any) -> list[Any]:
    """The latest states for policies, and how many there are as far as that matters."""
    return tracker.past_states(DOMAIN, **options)[-EXACT_STATES:]


def is_due(event: Any) -> bool:
    return isinstance(event, ReminderScheduled)


@pytest.mark.parametrize("name", ALL)
async def test_equals_stock_turn_by_turn(store: AppendOnlyTrackerStore, stock: TrackerStore, name: str) -> None:
    await replay_beside_stock(store, stock, name, at_hand=False)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ALL)
async def test_a_tracker_that_is_kept_equals_stock(
    store: AppendOnlyTrackerStore, stock: TrackerStore, name: str
) -> None:
    await replay_beside_stock(store, stock, name, at_hand=True)


async def replay_beside_stock(store: AppendOnlyTrackerStore, stock: TrackerStore, name: str, at_hand: bool) -> None:
    turns = ALL[name]()

    def compared(tracker: DialogueStateTracker) -> dict[str, Any]:
        return {what: found for what, found in seen(tracker).items() if what not in NOT_KEPT.get(name, ())}

    theirs = await stock.get_or_create_tracker(SENDER, append_action_listen=False)
    for number, turn in enumerate(turns):
        if not at_hand:  # as in another process
            store.domain = DOMAIN
        ours = await store.get_or_create_tracker(SENDER, append_action_listen=False)
        # Stock takes a while to read a long conversation, and to look at it. After a session start it must read again:
        # it would store the old session twice.
        is_new = any(event["event"] == "session_started" for event in turns[number - 1])
        closely = number < 12 or number % 11 == 0 or number > len(turns) - 5 or is_new
        if closely:
            theirs = await stock.get_or_create_tracker(SENDER, append_action_listen=False)
            assert compared(ours) == compared(theirs), number
        for at, (event, same) in enumerate(zip(events_of(turn), events_of(turn), strict=True)):
            theirs.update(event)
            ours.update(same)
            if closely and at == number % len(turn):
                assert compared(ours) == compared(theirs), (number, at)
        assert ours.current_state() == theirs.current_state(), number
        await stock.save(theirs)
        await store.save(ours)
    stored = await stock.retrieve_full_tracker(SENDER)
    full = await store.retrieve_full_tracker(SENDER)
    assert [event.as_dict() for event in full.events] == [event.as_dict() for event in stored.events]
