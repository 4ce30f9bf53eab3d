"""Rasa component: a reported emergency reaches the right intent, however unsure the classifier is."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.dialogue.emergency import emergencies, find_emergency
from kefu.text import normalise
from kefu.topics import is_business

_SURE = 0.5
_ASKS_FOR_HELP = frozenset({"human_agent", "complaint", "contact", "feedback"})  # 我被骗了,快转人工


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class EmergencyLane(GraphComponent):
    """Stands behind the classifier and overrules it only where it is unsure, or sees no business at all."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmergencyLane:
        """The component, its words loaded."""
        emergencies()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the emergency's intent first."""
        for message in messages:
            guess = message.get(INTENT) or {}
            name = guess.get("name") or "out_of_scope"
            if is_business(name) and name not in _ASKS_FOR_HELP and guess["confidence"] >= _SURE:
                continue
            kind = find_emergency(normalise(message.get(TEXT) or "").text)
            if kind:
                first = {"name": kind.intent, "confidence": 1.0}
                others = [one for one in message.get(INTENT_RANKING_KEY, []) if one["name"] != first["name"]]
                message.set(INTENT, first, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [first, *others], add_to_output=True)
        return messages
