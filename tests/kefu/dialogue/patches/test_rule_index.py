"""The index of rules finds the rules that Rasa's own search finds."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.agent import Agent
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.model import get_latest_model

from kefu.dialogue.patches import rule_index
from kefu.dialogue.patches.rule_index import RuleIndex

STOCK = RulePolicy._get_possible_keys


class Policy(RulePolicy):
    """Rasa's policy as far as it compares; it needs no model."""

    def __init__(self) -> None:
        pass


def both(lookup: dict[str, str], states: list[dict[str, Any]]) -> tuple[set[str], set[str]]:
    policy = Policy()
    return STOCK(policy, lookup, states), rule_index._get_possible_keys(policy, lookup, states)


NAME = st.sampled_from(["listen", "answer", "should_not_be_set", ""])
SLOTS = st.dictionaries(st.sampled_from("ab"), st.sampled_from([(1.0,), (0.0,), "should_not_be_set"]), max_size=2)
STATE = st.fixed_dictionaries(
    {},
    optional={
        "prev_action": st.fixed_dictionaries({}, optional={"action_name": NAME, "action_text": NAME}),
        "user": st.fixed_dictionaries({}, optional={"intent": NAME, "text": NAME, "entities": st.just(("amount",))}),
        "active_loop": st.fixed_dictionaries({"name": NAME}),
        "slots": SLOTS,
    },
)
STATES = st.lists(STATE, max_size=3)


@settings(max_examples=300, deadline=None)
@given(st.lists(STATES, max_size=6), STATES)
def test_finds_what_rasa_finds(rules: list[list[dict[str, Any]]], states: list[dict[str, Any]]) -> None:
    stock, ours = both({json.dumps(rule): "action" for rule in rules}, states)
    assert ours == stock


@pytest.fixture(scope="module")
def policy(root: Path) -> Any:
    model = get_latest_model(str(root / "models"))
    assert model, "make train"
    nodes = Agent.load(model).processor.graph_runner._instantiated_nodes
    return next(node._component for node in nodes.values() if isinstance(node._component, RulePolicy))


@pytest.mark.parametrize("kind", [RULES, RULES_FOR_LOOP_UNHAPPY_PATH])
def test_finds_the_same_rules_of_our_model(policy: Any, kind: str) -> None:
    lookup = policy.lookup[kind]
    assert lookup
    seen = [json.loads(key) for key in lookup]
    for states in seen:
        talk = [{part: _tuples(values) for part, values in state.items()} for state in states]
        ours = rule_index._get_possible_keys(policy, lookup, talk)
        assert ours == STOCK(policy, lookup, talk)
        assert len(RuleIndex(lookup).candidates(talk[-1])) < len(lookup) / 2


def _tuples(values: Any) -> Any:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def test_rules_that_go_are_not_found_again() -> None:
    rules = [json.dumps([{"prev_action": {"action_name": name}}]) for name in ("listen", "answer")]
    lookup, policy = dict.fromkeys(rules, "x"), Policy()
    states = [{"prev_action": {"action_name": "listen"}}]
    for key in rules:
        assert rule_index._get_possible_keys(policy, lookup, states) == STOCK(policy, lookup, states)
        del lookup[key]
