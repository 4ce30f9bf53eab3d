"""What the choice of a conversation's events rests on: how far back policies look, and the kinds of Rasa's events."""

from pathlib import Path

import yaml
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    BotUttered,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

from kefu.dialogue.working_set import EXACT_STATES


def test_policies_look_back_no_further_than_the_store_keeps(root: Path) -> None:
    config = yaml.safe_load((root / "config.yml").read_text(encoding="utf-8"))
    spans = [policy.get("max_history", 0) for policy in config["policies"]]
    for file in (root / "data" / "rules").glob("*.yml"):
        for rule in yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]:
            spans.append(sum("action" in step or "intent" in step for step in rule["steps"]) + 1)
    assert max(spans) <= EXACT_STATES


def test_only_rasa_test_has_kinds_of_the_events_that_are_compared_exactly() -> None:
    kinds = {ActionExecuted, ActionReverted, BotUttered, Restarted, SessionStarted, SlotSet}
    kinds |= {UserUtteranceReverted, UserUttered}
    subclasses = [subclass for kind in kinds for subclass in kind.__subclasses__()]
    assert {subclass.__module__ for subclass in subclasses} <= {"rasa.core.test"}
