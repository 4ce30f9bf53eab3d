"""Lexical similarity between a question and many short texts: TF-IDF over single characters and bigrams.

The figures are those of scikit-learn's TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True); the
index is built with numpy, without a Python step for each text, so that 100,000 entries take seconds.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix

from kefu.knowledge.grams import Grams, encode

_MANY = 5_000  # numbers to add up


class TextIndex:
    """Cosine similarity to every text, read from an inverted index (one row a character or bigram)."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        codes, owners = encode(texts)
        self._grams = Grams(codes, owners)
        self._idf, self._inverted = self._weigh(*self._grams.occurrences(codes, owners))

    def similarities(self, text: str) -> np.ndarray:
        """Similarity 0…1 of a text to each indexed text, in their order."""
        grams, counts = np.unique(self._grams.known(encode([text])[0]), return_counts=True)
        if not len(grams):
            return np.zeros(self._size, dtype=np.float32)
        weights = (1 + np.log(counts, dtype=np.float32)) * self._idf[grams]
        return self._summed(grams, weights / np.linalg.norm(weights))

    def _summed(self, grams: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The weighted sum of some rows of the inverted index.

        With few numbers scipy takes longer to begin than to add; with many it adds in a third of the time.
        """
        starts = self._inverted.indptr[grams]
        lengths = self._inverted.indptr[grams + 1] - starts
        ends = np.cumsum(lengths)
        if ends[-1] > _MANY:
            return np.asarray(self._inverted[grams].T @ weights)
        places = np.repeat(starts - ends + lengths, lengths) + np.arange(ends[-1])
        products = self._inverted.data[places] * np.repeat(weights, lengths)
        return np.bincount(self._inverted.indices[places], products, self._size).astype(np.float32)

    def _weigh(self, grams: np.ndarray, texts: np.ndarray) -> tuple[np.ndarray, csr_matrix]:
        """IDF of each gram, and the matrix of grams and texts: 1 + log(count), times IDF, texts of length 1."""
        ones = np.ones(len(grams), dtype=np.float32)
        counted = coo_matrix((ones, (grams, texts)), shape=(len(self._grams), self._size)).tocsr()  # adds them up
        in_texts = np.diff(counted.indptr)
        idf = (np.log((1 + self._size) / (1 + in_texts)) + 1).astype(np.float32)
        weights = counted.data
        np.log(weights, out=weights)
        weights += 1
        weights *= np.repeat(idf, in_texts)
        squares = csr_matrix((weights * weights, counted.indices, counted.indptr), shape=counted.shape)
        with np.errstate(divide="ignore"):  # an empty text has no length, and no grams either
            weights *= (1 / np.sqrt(squares.T @ np.ones(len(self._grams), dtype=np.float32)))[counted.indices]
        return idf, counted
