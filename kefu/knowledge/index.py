"""Lexical similarity between a question and many short texts: TF-IDF over single characters and bigrams."""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


class TextIndex:
    """Cosine similarity to every text, read from an inverted index (one row a character or bigram)."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        if texts:
            self._inverted = self._vectorizer.fit_transform(texts).T.tocsr()

    def similarities(self, text: str) -> np.ndarray:
        """Similarity 0…1 of a text to each indexed text, in their order."""
        if not self._size:
            return np.zeros(0, dtype=np.float32)
        query = self._vectorizer.transform([text])
        return np.asarray((query @ self._inverted).todense(), dtype=np.float32)[0]
