"""Rasa tokenizer: normalised text, our segmenter, no blank tokens (rasa#7910)."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.segmenter import load_words, shared_segmenter
from kefu.settings import ROOT
from kefu.text import normalise

_FILE = "words.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class WalletTokenizer(Tokenizer):
    """Segments with the wallet lexicon; the lexicon travels inside the model."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Parameters in config.yml: `lexicon`, a path relative to the project."""
        return {
            "lexicon": "data/lexicon/words.txt",
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
        }

    @staticmethod
    def supported_languages() -> list[str]:
        """Chinese."""
        return ["zh"]

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, words: tuple[str, ...]
    ) -> None:
        super().__init__(config)
        self._storage, self._resource, self._words = model_storage, resource, words
        self._segmenter = shared_segmenter(words)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WalletTokenizer:
        """A new tokenizer with the lexicon that trainers edit."""
        return cls(config, model_storage, resource, load_words(ROOT / config["lexicon"]))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WalletTokenizer:
        """The tokenizer of a trained model, warm."""
        with model_storage.read_from(resource) as folder:
            words = tuple(json.loads((folder / _FILE).read_text(encoding="utf-8")))
        return cls(config, model_storage, resource, words)

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing to learn; stores the lexicon."""
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(self._words, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Words of the normalised text, each with its place in the text as the customer wrote it."""
        normal = normalise(message.get(attribute) or "")
        return [
            Token(word, *normal.original_span(start, start + len(word)))
            for word, start in self._segmenter.cut(normal.text)
        ]
