"""Rasa component: a reported emergency reaches the right intent, however unsure the classifier is."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from kefu.dialogue.alarm_questions import alarm_guides, asked_before
from kefu.dialogue.emergency import THEFT, emergencies, find_emergency
from kefu.dialogue.unharmed import blames_us, is_unharmed, only_clears, speaks_of_harm
from kefu.text import normalise
from kefu.topics import OTHER_MATTER, is_business

_SURE = 0.5
_UNSURE = 0.4  # then the words decide
_ENOUGH = 0.2  # of the classifier's belief, for what else it may be to count
_ASKS_FOR_HELP = frozenset({"human_agent", "complaint", "contact", "feedback"})  # 我被骗了,快转人工


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class EmergencyLane(GraphComponent):
    """Stands behind the classifier; overrules it where it is unsure, sees no business, or hears denied harm as done."""

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
        alarm_guides()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Put the emergency's intent first."""
        for message in messages:
            guess = message.get(INTENT) or {}
            name, text = guess.get("name") or "out_of_scope", normalise(message.get(TEXT) or "").text
            if asked := asked_before(text):
                _put_first(message, {"name": asked.faq.split(".")[0], "confidence": 1.0}, *_ranking(message))
                continue
            if name == THEFT and not find_emergency(text) and (is_unharmed(text) or not speaks_of_harm(text)):
                _put_first(message, *_without_theft(text, _ranking(message)))
                continue
            if is_business(name) and name not in _ASKS_FOR_HELP and guess["confidence"] >= _SURE:
                continue
            kind = find_emergency(text)
            if kind:
                _put_first(message, {"name": kind.intent, "confidence": 1.0}, *_ranking(message))
        return messages


def _ranking(message: Message) -> list[dict[str, Any]]:
    return message.get(INTENT_RANKING_KEY, [])


def _put_first(message: Message, first: dict[str, Any], *others: dict[str, Any]) -> None:
    ranking = [first, *(one for one in others if one["name"] != first["name"])]
    message.set(INTENT, first, add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def _without_theft(text: str, ranking: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a message is about that reports no harm: what the classifier believes besides, if it believes anything."""
    if only_clears(text):
        return [{"name": OTHER_MATTER, "confidence": 1.0}, *ranking]
    others = [one for one in ranking if one["name"] != THEFT]
    belief = sum(one["confidence"] for one in others)
    if belief < _ENOUGH and blames_us(text):
        return [{"name": "complaint", "confidence": 1.0}, *others]
    if belief < _ENOUGH and not is_unharmed(text):
        return [{"name": OTHER_MATTER, "confidence": _UNSURE}, *others]  # 我人在外地, 不认识
    if belief < _ENOUGH:
        return ranking  # 差点被骗了: advice
    return [{**one, "confidence": one["confidence"] / belief} for one in others]
