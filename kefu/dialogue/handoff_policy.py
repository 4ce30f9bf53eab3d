"""Silence guarantee: while a person is asked for or talks, the bot passes the customer's lines on and says nothing."""

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

SLOT = "handoff"
RELAY = "action_relay"
_ASK = "action_to_person"

_PRIORITY = 7  # one above RulePolicy: of two certain predictions this one counts


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class HandoffPolicy(Policy):
    """Predicts `action_relay` for every message while the slot `handoff` is true, and nothing else ever."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Its priority."""
        return {"priority": _PRIORITY}

    @staticmethod
    def supported_data() -> SupportedData:
        """It learns from nothing."""
        return SupportedData.ML_AND_RULE_DATA

    def train(self, training_trackers: list[Any], domain: Domain, **kwargs: Any) -> Resource:
        """There is nothing to learn."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Relay after a message, listen after relaying, abstain where no person is asked for."""
        probabilities = self._default_predictions(domain)
        before, slot = tracker.latest_action_name, tracker.get_slot(SLOT)
        is_handed_off = slot and tracker.active_loop is None
        is_answered = before == _ASK and slot is None  # no person was wished; or the action server is away
        if before == RELAY or is_answered or (is_handed_off and before != ACTION_LISTEN_NAME):
            probabilities[domain.index_for_action(ACTION_LISTEN_NAME)] = 1.0
        elif is_handed_off:
            probabilities[domain.index_for_action(RELAY)] = 1.0
        return self._prediction(probabilities)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "HandoffPolicy":
        """Nothing was stored."""
        return cls(config, model_storage, resource, execution_context)
