"""Every action is registered in the domain, and none can block the others."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import yaml
from rasa_sdk import Action

import actions
from kefu.dialogue.emergency import emergencies
from kefu.dialogue.odd_messages import Kind


def action_classes() -> list[type[Action]]:
    modules = [importlib.import_module(f"actions.{found.name}") for found in pkgutil.iter_modules(actions.__path__)]
    return [
        value
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Action) and value.__module__ == module.__name__
    ]


def test_domain_and_code_name_the_same_actions(root: Path) -> None:
    domain = yaml.safe_load((root / "domain.yml").read_text())
    assert {action().name() for action in action_classes()} == set(domain["actions"])


def test_every_action_is_asynchronous() -> None:
    found = action_classes()
    assert found
    for action in found:
        assert inspect.iscoroutinefunction(action.run), action


def test_no_action_sleeps_or_blocks(root: Path) -> None:
    for path in (root / "actions").glob("*.py"):
        for blocking in ("time.sleep", "requests.", "subprocess", "psycopg2", "urlopen"):
            assert blocking not in path.read_text(), (path.name, blocking)


def test_every_response_in_code_is_in_the_domain(root: Path) -> None:
    responses = yaml.safe_load((root / "domain.yml").read_text())["responses"]
    sources = [*(root / "actions").glob("*.py"), *(root / "kefu" / "dialogue").glob("*.py")]
    named = {word for path in sources for word in path.read_text().split('"') if word.startswith("utter_")}
    made = {f"utter_emergency_{kind.name}" for kind in emergencies()} | {f"utter_{kind.value}" for kind in Kind}
    assert {name for name in named if "{" not in name} | made <= set(responses)
