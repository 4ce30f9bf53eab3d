"""A linear text classifier: trained with scikit-learn, served with numpy alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.nlu.features import Blocks
from kefu.nlu.vocabulary import Vocabulary

Encoded = tuple[np.ndarray, np.ndarray]  # rows and values


@dataclass(frozen=True)
class Block:
    """One block's vocabulary: features with their inverse document frequencies, rows from `offset` on."""

    vocabulary: Vocabulary  # numbers the rows within the block
    idf: np.ndarray
    offset: int
    weight: float
    features: Sequence[str] = ()  # by row; in training only


@dataclass(frozen=True)
class LinearModel:
    """TF-IDF blocks, one weight column a label, and a temperature that makes scores into probabilities."""

    labels: list[str]
    blocks: dict[str, Block]
    weights: np.ndarray  # (features, labels), as stored: float16, half the memory
    bias: np.ndarray  # (labels,)
    temperature: float

    def probabilities(self, features: Blocks) -> np.ndarray | None:
        """Calibrated probabilities, one a label; None where no feature was seen in training."""
        known = self._encoded(features)
        return softmax(self._scores(known) / self.temperature) if known else None

    def scores(self, features: Blocks) -> np.ndarray:
        """Raw scores, one a label."""
        return self._scores(self._encoded(features))

    def _encoded(self, features: Blocks) -> list[Encoded]:
        """The blocks of which something is known."""
        encoded = [encode(features[name], block) for name, block in self.blocks.items()]
        return [(rows, values) for rows, values in encoded if len(rows)]

    def _scores(self, encoded: Sequence[Encoded]) -> np.ndarray:
        scores = self.bias.copy()
        for rows, values in encoded:
            scores += values @ self.weights[rows].astype(np.float32)
        return scores

    def save(self, folder: Path) -> None:
        """Write the model as arrays and JSON (no pickles).

        Raises:
            ValueError: it was loaded, and does not know its features' texts any more.
        """
        if any(len(block.features) != len(block.vocabulary) for block in self.blocks.values()):
            raise ValueError("only a model that was just trained can be saved")
        np.savez(folder / "weights.npz", weights=self.weights.astype(np.float16), bias=self.bias)
        meta = {
            "labels": self.labels,
            "temperature": self.temperature,
            "blocks": {
                name: {"features": list(block.features), "idf": block.idf.round(4).tolist(), "weight": block.weight}
                for name, block in self.blocks.items()
            },
        }
        (folder / "model.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read what `save` wrote."""
        meta = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        arrays = np.load(folder / "weights.npz", allow_pickle=False)
        blocks, offset = {}, 0
        for name, stored in meta["blocks"].items():
            vocabulary = Vocabulary(stored["features"])
            blocks[name] = Block(vocabulary, np.array(stored["idf"], dtype=np.float32), offset, stored["weight"])
            offset += len(vocabulary)
        return cls(meta["labels"], blocks, arrays["weights"], arrays["bias"], meta["temperature"])


def encode(features: Sequence[str], block: Block) -> Encoded:
    """Rows and TF-IDF values (sublinear, of length `block.weight`) of one block."""
    rows, counts = np.unique(block.vocabulary.rows(features), return_counts=True)
    tf = 1.0 + np.log(counts.astype(np.float32))
    values = tf * block.idf[rows]
    norm = np.sqrt(values @ values)
    if norm:
        values *= block.weight / norm
    return rows + block.offset, values


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities from scores along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
