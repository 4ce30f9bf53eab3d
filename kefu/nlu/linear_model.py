"""A linear text classifier: trained with scikit-learn, served with numpy alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kefu.nlu.features import Blocks


@dataclass(frozen=True)
class Block:
    """One block's vocabulary: features with their inverse document frequencies, rows from `offset` on."""

    rows: dict[str, int]  # feature → row within the block
    idf: np.ndarray
    offset: int
    weight: float


@dataclass(frozen=True)
class LinearModel:
    """TF-IDF blocks, one weight column a label, and a temperature that makes scores into probabilities."""

    labels: list[str]
    blocks: dict[str, Block]
    weights: np.ndarray  # (features, labels), float32
    bias: np.ndarray  # (labels,)
    temperature: float

    def probabilities(self, features: Blocks) -> np.ndarray:
        """Calibrated probabilities, one a label."""
        return softmax(self.scores(features) / self.temperature)

    def scores(self, features: Blocks) -> np.ndarray:
        """Raw scores, one a label."""
        scores = self.bias.copy()
        for name, block in self.blocks.items():
            rows, values = encode(features[name], block)
            if len(rows):
                scores += values @ self.weights[rows]
        return scores

    def knows(self, features: Blocks) -> bool:
        """Whether any feature was seen in training."""
        return any(feature in block.rows for name, block in self.blocks.items() for feature in features[name])

    def save(self, folder: Path) -> None:
        """Write the model as arrays and JSON (no pickles)."""
        np.savez(folder / "weights.npz", weights=self.weights.astype(np.float16), bias=self.bias)
        meta = {
            "labels": self.labels,
            "temperature": self.temperature,
            "blocks": {
                name: {"features": list(block.rows), "idf": block.idf.round(4).tolist(), "weight": block.weight}
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
            rows = {feature: i for i, feature in enumerate(stored["features"])}
            blocks[name] = Block(rows, np.array(stored["idf"], dtype=np.float32), offset, stored["weight"])
            offset += len(rows)
        weights = arrays["weights"].astype(np.float32)
        return cls(meta["labels"], blocks, weights, arrays["bias"], meta["temperature"])


def encode(features: Sequence[str], block: Block) -> tuple[np.ndarray, np.ndarray]:
    """Rows and TF-IDF values (sublinear, of length `block.weight`) of one block."""
    counts = Counter(feature for feature in features if feature in block.rows)
    rows = np.fromiter((block.rows[feature] for feature in counts), dtype=np.int64, count=len(counts))
    tf = 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    values = tf * block.idf[rows]
    norm = np.sqrt(values @ values)
    if norm:
        values *= block.weight / norm
    return rows + block.offset, values


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities from scores along the last axis."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
