"""The check of action answers says what Rasa's says."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

from kefu.dialogue import patches
from kefu.dialogue.patches.action_validator import answer_check

KINDS = [kind["properties"]["event"]["const"] for kind in EVENT_SCHEMA["oneOf"]]
SLOT = {"event": "slot", "timestamp": None, "name": "amount", "value": "200"}
ENTITY = {"entity": "amount", "value": "200", "start": 1, "end": 4}
USER = {"event": "user", "text": "充值", "parse_data": {"intent": {"name": "top_up"}, "entities": [ENTITY]}}
GOOD: list[Any] = [
    {},
    {"events": [], "responses": []},
    {"events": [SLOT] * 12, "responses": [{"text": "好"}]},
    {"events": [SLOT, USER], "other": 1},
    *[{"events": [{"event": kind, "name": "n", "value": 1, "entities": []}]} for kind in KINDS],
]
BAD: list[Any] = [
    None,
    [],
    "text",
    {"events": None},
    {"events": {}},
    {"events": ["slot"]},
    {"events": [{}]},
    {"events": [{"event": None}]},
    {"events": [{"event": ["slot"]}]},
    {"events": [{"event": "no such event"}]},
    {"events": [{"event": "slot"}]},
    {"events": [SLOT, {"event": "slot", "name": 5, "value": 1}]},
    {"events": [{**SLOT, "timestamp": "now"}]},
    {"events": [{**SLOT, "metadata": []}]},
    {"events": [{"event": "entities"}]},
    {"events": [{"event": "entities", "entities": [{"entity": "amount"}]}]},
    {"events": [{"event": "action", "confidence": "high"}]},
    {"events": [{**USER, "parse_data": []}]},
    {"events": [{**USER, "parse_data": {"intent": {"confidence": "high"}}}]},
    {"events": [{**USER, "parse_data": {"entities": [{**ENTITY, "start": 1.5}]}}]},
    {"events": [], "responses": {}},
    {"events": [SLOT], "responses": ["好"]},
]


def outcome(answer: Any) -> Any:
    """True, or all that an error says."""
    try:
        return RemoteAction("action_answer", None)._validate_action_result(answer)
    except ValidationError as error:
        return type(error), error.message, list(error.absolute_path), list(error.absolute_schema_path), error.validator


def both(answer: Any) -> tuple[Any, Any]:
    patches.undo()
    stock = outcome(answer)
    assert patches.apply(["action_validator"]) == ("action_validator",)
    return stock, outcome(answer)


@pytest.mark.parametrize("answer", GOOD)
def test_what_is_good_passes(answer: Any) -> None:
    assert both(answer) == (True, True)


@pytest.mark.parametrize("answer", BAD)
def test_what_is_bad_is_refused_in_the_same_words(answer: Any) -> None:
    stock, ours = both(answer)
    assert stock is not True
    assert ours == stock


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda s: st.lists(s, max_size=2))
EVENT = st.fixed_dictionaries(
    {},
    optional={
        "event": st.sampled_from(KINDS) | JSON,
        "name": st.text(max_size=3) | JSON,
        "value": JSON,
        "timestamp": st.floats(allow_nan=False) | JSON,
        "metadata": st.just({}) | JSON,
        "entities": st.just([ENTITY]) | JSON,
        "confidence": st.floats(0, 1) | JSON,
        "parse_data": st.fixed_dictionaries({}, optional={"text": JSON, "intent": st.just({}) | JSON}) | JSON,
    },
)


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({"events": st.lists(EVENT, max_size=3)}, optional={"responses": JSON}))
def test_any_answer_has_the_same_outcome(answer: Any) -> None:
    stock, ours = both(answer)
    assert ours == stock


def test_it_is_built_once() -> None:
    patches.apply(["action_validator"])
    outcome({})
    assert answer_check() is answer_check()


def test_good_answers_are_not_tried_against_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    patches.apply(["action_validator"])

    def slow(*_: Any) -> Any:
        raise AssertionError("the slow way")

    monkeypatch.setattr(answer_check(), "_whole", type("", (), {"iter_errors": slow})())
    assert [outcome(answer) for answer in GOOD] == [True] * len(GOOD)
