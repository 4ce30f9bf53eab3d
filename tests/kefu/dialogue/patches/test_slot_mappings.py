"""Slots are looked for exactly where Rasa could find something."""

from pathlib import Path
from typing import Any

import pytest
from rasa.core.actions.action import ActionExtractSlots
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.patches import slot_mappings
from kefu.dialogue.patches.slot_mappings import has_nothing_to_fill

STOCK = ActionExtractSlots.run

DOMAIN = """
intents: [refund]
entities: [amount]
slots:
  topic:
    type: text
    mappings:
    - type: custom
  amount:
    type: any
    mappings:
    - {mapping}
actions: [{actions}]
"""


def domain(mapping: str = "type: custom", actions: str = "action_answer") -> Domain:
    return Domain.from_yaml(DOMAIN.format(mapping=mapping, actions=actions))


async def filled(run: Any, of: Domain) -> list[tuple[str, Any]]:
    message = UserUttered("退350", {"name": "refund", "confidence": 1.0}, [{"entity": "amount", "value": 350}])
    tracker = DialogueStateTracker.from_events("x", [message], of.slots)
    events: list[Event] = await run(
        ActionExtractSlots(None), CollectingOutputChannel(), TemplatedNaturalLanguageGenerator({}), tracker, of
    )
    return [(event.key, event.value) for event in events]


@pytest.mark.parametrize(
    ("mapping", "found"),
    [
        ("type: custom", []),
        ("{{type: from_entity, entity: amount}}".format(), [("amount", 350)]),
        ("{{type: from_text}}".format(), [("amount", "退350")]),
        ("{{type: from_intent, value: yes, intent: refund}}".format(), [("amount", "yes")]),
    ],
)
async def test_fills_what_rasa_fills(mapping: str, found: list[Any]) -> None:
    of = domain(mapping)
    assert await filled(STOCK, of) == await filled(slot_mappings._run, of) == found


def test_actions_that_fill_or_check_slots_are_asked() -> None:
    assert has_nothing_to_fill(domain())
    assert not has_nothing_to_fill(domain("{type: custom, action: action_fill}"))
    assert not has_nothing_to_fill(domain(actions="action_validate_slot_mappings"))


async def test_our_own_domain_fills_none(root: Path) -> None:
    own = Domain.load(str(root / "domain.yml"))
    assert has_nothing_to_fill(own)
    assert await filled(STOCK, own) == []
