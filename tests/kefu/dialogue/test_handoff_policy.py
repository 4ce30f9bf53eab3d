"""The policy that keeps the bot silent while a person is asked for or talks."""

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.handoff_policy import HandoffPolicy
from kefu.settings import ROOT


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(ROOT / "domain.yml")


def predicted(domain: Domain, events: list[Event]) -> str | None:
    tracker = DialogueStateTracker.from_events("someone", [ActionExecuted("action_listen"), *events], domain.slots)
    storage: ModelStorage = None  # type: ignore[assignment]  # nothing is stored
    context = ExecutionContext(GraphSchema({}))
    policy = HandoffPolicy(HandoffPolicy.get_default_config(), storage, Resource("policy"), context)
    prediction = policy.predict_action_probabilities(tracker, domain)
    best = max(prediction.probabilities)
    assert prediction.policy_priority == 7
    return domain.action_names_or_texts[prediction.probabilities.index(best)] if best == 1.0 else None


SAID = UserUttered("我的退款呢", {"name": "refund_arrival", "confidence": 1.0})


@pytest.mark.parametrize("value", [None, False])
def test_it_abstains_where_no_person_is_asked_for(domain: Domain, value: bool | None) -> None:
    assert predicted(domain, [SlotSet("handoff", value), SAID]) is None


def test_a_message_is_relayed_and_then_it_listens(domain: Domain) -> None:
    assert predicted(domain, [SlotSet("handoff", True), SAID]) == "action_relay"
    assert predicted(domain, [SlotSet("handoff", True), SAID, ActionExecuted("action_relay")]) == "action_listen"


def test_the_action_that_asks_for_a_person_ends_the_turn(domain: Domain) -> None:
    assert predicted(domain, [SAID, ActionExecuted("action_to_person"), SlotSet("handoff", True)]) == "action_listen"


def test_the_relay_that_ends_the_talk_ends_its_turn(domain: Domain) -> None:
    over = [SlotSet("handoff", True), SAID, ActionExecuted("action_relay"), SlotSet("handoff", False)]
    assert predicted(domain, over) == "action_listen"


def test_where_asking_for_a_person_failed_nothing_is_said(domain: Domain) -> None:
    assert predicted(domain, [SAID, ActionExecuted("action_to_person")]) == "action_listen"
    assert predicted(domain, [SAID, ActionExecuted("action_to_person"), SlotSet("handoff", False)]) is None


def test_when_the_talk_is_over_the_other_policies_decide(domain: Domain) -> None:
    over = [SlotSet("handoff", True), SAID, ActionExecuted("action_relay"), ActionExecuted("action_listen")]
    assert predicted(domain, [*over, SlotSet("handoff", False), SAID]) is None


def test_an_open_form_is_left_to_its_rules(domain: Domain) -> None:
    assert predicted(domain, [SlotSet("handoff", True), ActiveLoop("ticket_form"), SAID]) is None
