"""The messages that models are trained and tested on, and how they are divided."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kefu.settings import ROOT
from kefu.text import normalise

HELD_OUT = 0.2
_SEED = 20
_MEASURE = ROOT / "tests/kefu/nlu/data/measure.tsv"


@dataclass(frozen=True)
class Example:
    """A message and its intent."""

    intent: str
    text: str


@dataclass(frozen=True)
class Split:
    """Two parts of the same examples, every intent in both."""

    train: tuple[Example, ...]
    test: tuple[Example, ...]


def read_examples(folder: Path = ROOT / "data/nlu") -> list[Example]:
    """The project's training examples, as Rasa reads them."""
    from rasa.shared.nlu.training_data.loading import load_data

    return [Example(found.get("intent"), found.get("text")) for found in load_data(str(folder)).intent_examples]


def read_measure(path: Path = _MEASURE) -> list[Example]:
    """Customers' questions that are kept apart from the training data. Print figures only, never the messages."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Example(*line.split("\t", 1)) for line in lines if line.strip()]


def split(examples: Iterable[Example], held_out: float = HELD_OUT, seed: int = _SEED) -> Split:
    """Hold back a share of each intent, always the same; a message in two spellings is one message.

    Raises:
        ValueError: an intent has a single message.
    """
    train: list[Example] = []
    test: list[Example] = []
    for intent, messages in _by_intent(examples, seed).items():
        if len(messages) < 2:
            raise ValueError(f"{intent} has a single message")
        cut = min(max(1, round(held_out * len(messages))), len(messages) - 1)
        test += messages[:cut]
        train += messages[cut:]
    return Split(tuple(train), tuple(test))


def sample(examples: Sequence[Example], size: int, seed: int = _SEED) -> tuple[Example, ...]:
    """About `size` examples, of each intent its share and at least one; a smaller sample is part of a larger one."""
    kept = min(1.0, size / len(examples))
    groups = _by_intent(examples, seed).values()
    return tuple(example for group in groups for example in group[: max(1, round(kept * len(group)))])


def overlap(examples: Iterable[Example], others: Iterable[Example]) -> int:
    """How many of the examples stand among the others, spelling aside."""
    known = {_key(other) for other in others}
    return sum(_key(example) in known for example in examples)


def unlike(examples: Sequence[Example], others: Sequence[Example], nearly: float = 0.8) -> set[Example]:
    """The examples that none of the others resembles: cosine of TF-IDF over characters and pairs of them."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    known = vectors.fit_transform([_key(other) for other in others])
    nearest = (vectors.transform([_key(example) for example in examples]) @ known.T).max(axis=1).toarray().ravel()
    return {example for example, similarity in zip(examples, nearest, strict=True) if similarity < nearly}


def _by_intent(examples: Iterable[Example], seed: int) -> dict[str, list[Example]]:
    """Each intent's messages in an order that depends on nothing but them and the seed."""
    groups: defaultdict[str, dict[str, Example]] = defaultdict(dict)
    for example in examples:
        groups[example.intent].setdefault(_key(example), example)
    ordered = {}
    for intent in sorted(groups):
        messages = sorted(groups[intent].values(), key=lambda example: example.text)
        random.Random(f"{seed}:{intent}").shuffle(messages)
        ordered[intent] = messages
    return ordered


def _key(example: Example) -> str:
    return normalise(example.text).text.lower()
