"""Switching patches on and off."""

import inspect
import logging

import pytest
import rasa
import rasa.core.actions.action
import rasa.core.policies.memoization
import rasa.core.processor
import rasa.core.run
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.agent import Agent
from rasa.core.policies.memoization import MemoizationPolicy
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig

from kefu.dialogue import patches

PLACES = {
    "action_validator": [(RemoteAction, "_validate_action_result")],
    "action_session": [
        (EndpointConfig, "session"),
        (rasa.core.actions.action, "DEFAULT_REQUEST_TIMEOUT"),
    ],
    "graph_runner": [(rasa.core.processor, "DaskGraphRunner")],
    "event_types": [(Event, "resolve_by_type")],
    "rule_index": [(RulePolicy, "_get_possible_keys")],
    "debug_copies": [(rasa.core.processor, "copy"), (rasa.core.policies.memoization, "copy")],
    "empty_domain": [(Domain, "is_empty")],
    "story_index": [(MemoizationPolicy, "predict_action_probabilities")],
    "local_actions": [(RemoteAction, "run")],
    "settled_model": [(Agent, "load_model")],
    "slot_mappings": [(ActionExtractSlots, "run")],
}


def attributes() -> dict[tuple[str, str], object]:
    return {
        (name, attribute): inspect.getattr_static(owner, attribute)
        for name, places in PLACES.items()
        for owner, attribute in places
    }


def replaced(before: dict[tuple[str, str], object]) -> set[str]:
    after = attributes()
    whole = {name for name, _ in before if all(before[at] is not after[at] for at in before if at[0] == name)}
    part = {name for name, _ in before if any(before[at] is not after[at] for at in before if at[0] == name)}
    assert whole == part
    return whole


def test_every_patch_is_tested_here() -> None:
    assert set(PLACES) == set(patches.NAMES)


@pytest.mark.parametrize("name", patches.NAMES)
def test_each_is_switched_by_itself_and_put_back(name: str) -> None:
    before = attributes()
    assert patches.apply([name]) == (name,)
    assert replaced(before) == {name}
    patches.undo()
    assert replaced(before) == set()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("", set(patches.NAMES)),
        ("all", set(patches.NAMES)),
        ("none", set()),
        ("event_types", {"event_types"}),
        (" event_types , graph_runner,", {"event_types", "graph_runner"}),
    ],
)
def test_the_environment_chooses(value: str, wanted: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_PATCHES", value)
    before = attributes()
    assert set(patches.apply()) == wanted
    assert replaced(before) == wanted


def test_again_does_nothing_more() -> None:
    patches.apply()
    once = attributes()
    patches.apply()
    assert attributes() == once


def test_a_wrong_name_is_an_error_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_PATCHES", "event_types,evnt_types")
    before = attributes()
    with pytest.raises(ValueError, match="evnt_types; known are action_validator"):
        patches.apply()
    assert replaced(before) == set()


def test_another_release_is_left_alone(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.6.22")
    before = attributes()
    with caplog.at_level(logging.WARNING):
        assert patches.apply() == ()
    assert replaced(before) == set()
    assert "3.6.22" in caplog.text
