"""Similarity of a question to things that have several wordings each."""

from collections.abc import Sequence

import numpy as np

from kefu.knowledge.index import TextIndex


class WordingIndex:
    """Says, for every thing, how close its closest wording is, and how close its wordings are on the whole."""

    def __init__(self, wordings: Sequence[Sequence[str]]) -> None:
        """Index the wordings (normalised, at least one a thing).

        They stand in the index in layers: all first wordings, all second ones … with the things that have the most
        wordings in front. So a layer is a slice, and the layers are laid over each other without touching each thing.
        """
        counts = np.array([len(texts) for texts in wordings], dtype=np.int64)
        order = np.argsort(-counts, kind="stable")
        ordered = order.tolist()
        layers = [
            [wordings[i][n] for i in ordered[: np.count_nonzero(counts > n)]] for n in range(counts.max(initial=0))
        ]
        self._counts = counts
        self._places = np.argsort(order)  # where each thing is in the layers
        self._sizes = [len(layer) for layer in layers]
        self._index = TextIndex([text for layer in layers for text in layer])

    def similarities(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Similarity 0…1 of a text to each thing's closest wording, and to all of its wordings in the mean."""
        each = self._index.similarities(text)
        closest = np.zeros(len(self._counts), dtype=np.float32)
        total = np.zeros(len(self._counts), dtype=np.float32)
        first = 0
        for size in self._sizes:
            layer = each[first : first + size]
            np.maximum(closest[:size], layer, out=closest[:size])
            total[:size] += layer
            first += size
        return closest[self._places], total[self._places] / self._counts.astype(np.float32)
