"""Our classifier without Rasa around it, so that its parts can be left out one by one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.corpus import Example
from bench.scores import OUT_OF_SCOPE, Understood
from kefu.dialogue.answering import SURE
from kefu.nlu.features import BLOCKS, Blocks, blocks_of
from kefu.nlu.linear_model import LinearModel
from kefu.nlu.linear_training import train
from kefu.nlu.segmenter import load_words, shared_segmenter
from kefu.settings import ROOT
from kefu.text import normalise


def features(examples: Sequence[Example], normalised: bool = True) -> list[Blocks]:
    """All blocks of each message, with or without the normaliser in front."""
    cut = shared_segmenter(load_words(ROOT / "data/lexicon/words.txt")).cut
    texts = (normalise(example.text).text if normalised else example.text for example in examples)
    return [blocks_of([word for word, _ in cut(text)]) for text in texts]


def only(found: Sequence[Blocks], names: Sequence[str]) -> list[Blocks]:
    """The same messages with some of the blocks."""
    return [{name: blocks[name] for name in names} for blocks in found]


def fit(found: Sequence[Blocks], examples: Sequence[Example], names: Sequence[str] = BLOCKS) -> LinearModel:
    """Train on some of the blocks."""
    return train(only(found, names), [example.intent for example in examples])


def understand(model: LinearModel, found: Sequence[Blocks]) -> list[Understood]:
    """What kefu.nlu.classifier makes of messages."""
    return [_understand(model, blocks) for blocks in only(found, list(model.blocks))]


def _understand(model: LinearModel, blocks: Blocks) -> Understood:
    probabilities = model.probabilities(blocks)
    if probabilities is None:
        return Understood(((OUT_OF_SCOPE, 1.0),), acted=True)
    best = np.argsort(-probabilities)[:10]
    ranking = tuple((model.labels[i], float(probabilities[i])) for i in best)
    return Understood(ranking, acted=ranking[0][1] >= SURE)
