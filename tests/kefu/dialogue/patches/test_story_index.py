"""The index of stories never changes what a policy that remembers them predicts."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.agent import Agent
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.model import get_latest_model
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.patches import story_index
from kefu.dialogue.patches.story_index import StoryIndex

STOCK = MemoizationPolicy.predict_action_probabilities


@pytest.fixture(scope="module")
def processor(root: Path) -> Any:
    model = get_latest_model(str(root / "models"))
    assert model, "make train"
    return Agent.load(model).processor


@pytest.fixture(scope="module")
def policy(processor: Any) -> MemoizationPolicy:
    nodes = processor.graph_runner._instantiated_nodes.values()
    return next(node._component for node in nodes if isinstance(node._component, MemoizationPolicy))


INTENT = st.sampled_from(["refund", "deny", "greet", "fees"])
ACTION = st.sampled_from(["action_answer", "action_unsolved", "utter_sorry_unsolved", "ticket_form", "utter_greet"])
SLOT = st.sampled_from([("faq_id", "refund.apply"), ("faq_id", None), ("nothing_left", True)])
TURN = st.tuples(INTENT, st.lists(st.tuples(ACTION, st.booleans(), st.lists(SLOT, max_size=1)), max_size=3))


def conversation(turns: list[Any]) -> list[Event]:
    """Events of turns: a message, actions (some of rules, which stories do not see) with what they remember."""
    events: list[Event] = [ActionExecuted("action_listen")]
    for intent, actions in turns:
        events.append(UserUttered("x", {"name": intent, "confidence": 1.0}))
        for name, is_hidden, slots in actions:
            events.append(ActionExecuted(name, hide_rule_turn=is_hidden))
            events.extend(SlotSet(*slot) for slot in slots)
        events.append(ActionExecuted("action_listen", hide_rule_turn=bool(actions and actions[-1][1])))
    return events


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TURN, max_size=3))
def test_predicts_what_rasa_predicts(processor: Any, policy: MemoizationPolicy, turns: list[Any]) -> None:
    domain: Domain = processor.domain
    events = conversation(turns)
    for length in range(len(events) + 1):
        tracker = DialogueStateTracker.from_events("x", events[:length], domain.slots)
        stock = STOCK(policy, tracker, domain)
        ours = story_index._predict(policy, tracker, domain)
        assert ours.probabilities == stock.probabilities


def test_the_story_of_our_data_is_remembered_still(processor: Any, policy: MemoizationPolicy) -> None:
    events = conversation([("refund", [("action_answer", False, [("faq_id", "refund.apply")])]), ("deny", [])])[:-1]
    tracker = DialogueStateTracker.from_events("x", events, processor.domain.slots)
    found = story_index._predict(policy, tracker, processor.domain)
    assert processor.domain.action_names_or_texts[found.max_confidence_index] == "action_unsolved"


def test_most_messages_need_no_look_at_the_stories(policy: MemoizationPolicy) -> None:
    index = StoryIndex(policy.lookup)
    assert index.intents == {"refund", "deny"}
    tracker = DialogueStateTracker.from_events("x", conversation([("fees", [])])[:-1], [])
    assert not index.may_know(tracker)


def test_after_a_message_that_stories_know_no_other_turn_is_packed_for_them(
    processor: Any, policy: MemoizationPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turns of rules are hidden from stories, which see 不 in the last state however long ago it was said."""
    packed: list[Any] = []
    monkeypatch.setattr(MemoizationPolicy, "_create_feature_key", lambda _, states: packed.append(states))
    events = conversation([("deny", []), ("fees", [("action_answer", True, [])])])
    for length in range(len(events) + 1):
        tracker = DialogueStateTracker.from_events("x", events[:length], processor.domain.slots)
        story_index._predict(policy, tracker, processor.domain)
    assert packed == [[{}]], "only the beginning of a conversation is remembered"


def test_a_key_that_it_cannot_read_is_left_to_rasa() -> None:
    assert StoryIndex({"not a key": "action_listen"}).intents is None
    assert StoryIndex({"[{}, {prev_action: {action_name: action_listen}}]": "action_listen"}).intents is None


def test_an_intent_in_chinese_is_the_one_in_the_key() -> None:
    key = json.dumps([{}, {"user": {"intent": "退款"}}], sort_keys=True).replace('"', "")
    index = StoryIndex({key: "action_answer"})
    tracker = DialogueStateTracker.from_events("x", conversation([("退款", [])])[:-1], [])
    assert index.may_know(tracker)
    assert not index.may_know(DialogueStateTracker.from_events("x", conversation([("提现", [])])[:-1], []))


def test_an_intent_with_a_comma_is_left_to_rasa() -> None:
    assert StoryIndex({"[{}, {user: {intent: a, b}}]": "action_answer"}).intents is None
