"""Rasa intent classifier: one sparse linear model over characters, pinyin and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.features import BLOCKS, Blocks, blocks_of
from kefu.nlu.linear_model import LinearModel
from kefu.nlu.questions import questions

OUT_OF_SCOPE = "out_of_scope"
QUESTIONS = "questions"  # key in the parse result

Ranking = list[dict[str, Any]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Names an intent of the domain for every text; what it can't place at all is out_of_scope."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Words come from the tokenizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Parameters in config.yml."""
        return {"blocks": list(BLOCKS), "penalty": 0.5, "ranking_length": 10}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, model_storage, resource, model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """An untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """The trained classifier; the first message is as quick as the next."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model to the intent examples."""
        from kefu.nlu.linear_training import train

        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        self._model = train(
            [self._features([token.text for token in example.get(TOKENS_NAMES[TEXT])]) for example in examples],
            [example.get(INTENT) for example in examples],
            penalty=self._config["penalty"],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` (Rasa itself replaces them where the text is an intent command)."""
        for message in messages:
            words = [token.text for token in message.get(TOKENS_NAMES[TEXT]) or []]
            ranking = self._rank(words)
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
            message.set(QUESTIONS, self._questions(words), add_to_output=True)
        return messages

    def _rank(self, words: Sequence[str]) -> Ranking:
        if self._model is None:
            return [{"name": OUT_OF_SCOPE, "confidence": 0.0}]
        probabilities = self._model.probabilities(self._features(words))
        if probabilities is None:
            return [{"name": OUT_OF_SCOPE, "confidence": 1.0}]
        best = np.argsort(-probabilities)[: self._config["ranking_length"]]
        return [{"name": self._model.labels[i], "confidence": float(probabilities[i])} for i in best]

    def _questions(self, words: Sequence[str]) -> Ranking:
        """Where a message holds several questions: each with its intent, in the order of the text."""
        found = []
        for start, end in questions(words):
            best = self._rank(words[start:end])[0]
            found.append({**best, "text": "".join(words[start:end])})
        return found

    def _features(self, words: Sequence[str]) -> Blocks:
        return blocks_of(words, self._config["blocks"])
