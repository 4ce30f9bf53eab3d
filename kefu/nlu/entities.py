"""Rasa entity extractor: amounts and times by kefu.text, words that trainers edit by spaCy, numbers by shape."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from kefu.nlu.gazetteer import Gazetteer, Terms, load_terms
from kefu.nlu.segmenter import load_words, shared_segmenter
from kefu.nlu.shapes import find_shapes
from kefu.settings import ROOT
from kefu.show import CHINA
from kefu.text import find_amounts, find_times, normalise

_FILE = "terms.json"
_DENIED = ("不是", "并非")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class WalletEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds the entities of DESIGN.md §4; offsets are in the customer's text, values are normalised."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The gazetteer matches whole words."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Parameters in config.yml: paths relative to the project."""
        return {"terms": "data/lexicon/entities.yml", "lexicon": "data/lexicon/words.txt"}

    def __init__(
        self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, lexicon: Lexicon
    ) -> None:
        self._config, self._storage, self._resource, self._lexicon = config, model_storage, resource, lexicon
        self._gazetteer = Gazetteer(lexicon.terms, shared_segmenter(lexicon.words).cut)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WalletEntityExtractor:
        """An extractor with the words that trainers edit."""
        lexicon = Lexicon(load_terms(ROOT / config["terms"]), load_words(ROOT / config["lexicon"]))
        return cls(config, model_storage, resource, lexicon)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> WalletEntityExtractor:
        """The extractor of a trained model."""
        with model_storage.read_from(resource) as folder:
            stored = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        terms = {word: (entity, value) for word, (entity, value) in stored["terms"].items()}
        return cls(config, model_storage, resource, Lexicon(terms, tuple(stored["words"])))

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing to learn; stores the words."""
        content = {"terms": self._lexicon.terms, "words": self._lexicon.words}
        with self._storage.write_to(self._resource) as folder:
            (folder / _FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Add `entities` to each message, in the order of its text."""
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT]) or []
            found = self.find(message.get(TEXT) or "", tokens, datetime.now(CHINA).replace(tzinfo=None))
            entities = self.add_extractor_name(sorted(found, key=itemgetter("start")))
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def find(self, text: str, tokens: list[Token], now: datetime) -> Iterable[dict[str, Any]]:
        """All entities of a text that somebody has written at `now`, in no order."""
        shapes = list(find_shapes(text))
        phones = [(shape.start, shape.end) for shape in shapes if shape.entity == "phone"]
        for number in _numeric(text, now):
            if not any(start <= number["start"] < end for start, end in phones):  # 139****5678 is no 139 yuan
                yield number
        yield from (_entity(*shape) for shape in shapes)
        for term in self._gazetteer.find([token.text for token in tokens]):
            start = tokens[term.first].start
            if term.entity != "failure_reason" or not text[:start].endswith(_DENIED):  # 不是网络的问题
                yield _entity(term.entity, term.value, start, tokens[term.last - 1].end)


class Lexicon:
    """The words that the extractor knows."""

    def __init__(self, terms: Terms, words: tuple[str, ...]) -> None:
        self.terms, self.words = terms, words


def _numeric(text: str, now: datetime) -> Iterable[dict[str, Any]]:
    normal = normalise(text)
    for amount in find_amounts(normal.text):
        yield _entity("amount", str(amount.value), *normal.original_span(amount.start, amount.end))
    for time in find_times(normal.text, now):
        yield _entity("time", time.value, *normal.original_span(time.start, time.end))


def _entity(name: str, value: str, start: int, end: int) -> dict[str, Any]:
    return {"entity": name, "value": value, "start": start, "end": end, "confidence": 1.0}
