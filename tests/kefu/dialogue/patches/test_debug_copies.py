"""What debug lines show is copied only where they are shown."""

import ast
import inspect
import logging
from types import ModuleType

import pytest
import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.policies.rule_policy import RulePolicy

from kefu.dialogue import patches
from kefu.dialogue.patches.debug_copies import MODULES


def is_copy(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "copy"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_copies_serve_debug_lines_alone(module: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(module))
    debug = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == DEBUG]
    shown = {id(node) for call in debug for node in ast.walk(call) if is_copy(node)}
    used = {id(node) for node in ast.walk(tree) if is_copy(node)}
    assert used
    assert used == shown
    assert {node.attr for node in ast.walk(tree) if is_copy(node) and isinstance(node, ast.Attribute)} == {"deepcopy"}


DEBUG = "structlogger.debug"


@pytest.mark.parametrize(("level", "is_copied"), [(logging.DEBUG, True), (logging.INFO, False)])
def test_only_with_debug_on(level: int, is_copied: bool, caplog: pytest.LogCaptureFixture) -> None:
    patches.apply(["debug_copies"])
    value = {"entities": [{"value": "200"}]}
    with caplog.at_level(level, logger="rasa.core.processor"):
        copied = rasa.core.processor.copy.deepcopy(value)
    assert copied == value
    assert (copied is not value) == is_copied
    assert (copied["entities"] is not value["entities"]) == is_copied


@pytest.mark.parametrize(("level", "is_formatted"), [(logging.DEBUG, True), (logging.INFO, False)])
def test_states_are_formatted_only_with_debug_on(
    level: int, is_formatted: bool, caplog: pytest.LogCaptureFixture
) -> None:
    patches.apply(["debug_copies"])
    with caplog.at_level(level, logger="rasa.core.policies.rule_policy"):
        text = RulePolicy.format_tracker_states([{"user": {"intent": "fee"}}])
    assert ("user intent: fee" in text) == is_formatted


def test_the_format_serves_one_debug_line_alone() -> None:
    source = inspect.getsource(rasa.core.policies.rule_policy)
    assert source.count("format_tracker_states") == 1
    assert source.count("current_states=copy.deepcopy(current_states)") == source.count("current_states = ") == 1
