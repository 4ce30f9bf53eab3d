"""Characters and bigrams of texts as numbers: arrays of code points in, arrays of gram numbers out."""

from collections.abc import Sequence

import numpy as np

_LARGEST_TABLE = 1 << 26  # cells; more pairs of characters than that are sorted instead of looked up


def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """All texts in one array of code points, case folded, and for each character which text it is of."""
    joined = "\0".join(texts).lower()
    if joined.count("\0") != max(0, len(texts) - 1):
        joined = "\0".join(text.replace("\0", " ") for text in texts).lower()
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = codes == 0
    inside = ~ends
    return codes[inside], np.cumsum(ends, dtype=np.int32)[inside]


class Grams:
    """The characters and bigrams of a set of texts, numbered: characters first."""

    def __init__(self, codes: np.ndarray, owners: np.ndarray) -> None:
        size = int(codes.max(initial=0)) + 1
        self._characters = _numbered(codes, size)
        self._count = int(self._characters.max(initial=-1)) + 1
        self._number: np.dtype = np.dtype(np.int32 if self._count**2 < 1 << 31 else np.int64)  # of a pair
        self._pairs = self._distinct(self._keys(self._characters[codes], owners)[0])

    def __len__(self) -> int:
        return self._count + len(self._pairs)

    def occurrences(self, codes: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each occurrence of a gram in the texts that the numbers were made from: gram, and number of the text."""
        characters = self._characters[codes]
        keys, texts = self._keys(characters, owners)
        return np.concatenate([characters, self._count + self._places(keys)]), np.concatenate([owners, texts])

    def known(self, codes: np.ndarray) -> np.ndarray:
        """The grams of another text; those that are in none of ours are left out."""
        inside = codes < len(self._characters)
        characters = np.where(inside, self._characters[np.where(inside, codes, 0)], -1)
        before, after = characters[:-1], characters[1:]
        keys = (before.astype(self._number) * self._count + after)[(before >= 0) & (after >= 0)]
        places = np.minimum(self._pairs.searchsorted(keys), max(0, len(self._pairs) - 1))
        pairs = places[self._pairs[places] == keys] if len(self._pairs) else places[:0]
        return np.concatenate([characters[characters >= 0], self._count + pairs])

    def _keys(self, characters: np.ndarray, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A number for each pair of neighbours in one text, and the number of that text."""
        within = owners[1:] == owners[:-1]
        keys = (characters[:-1].astype(self._number) * self._count + characters[1:])[within]
        return keys, owners[1:][within]

    def _distinct(self, keys: np.ndarray) -> np.ndarray:
        if self._count**2 > _LARGEST_TABLE:
            return np.unique(keys)
        seen = np.zeros(self._count**2, dtype=bool)
        seen[keys] = True
        return np.flatnonzero(seen).astype(self._number)

    def _places(self, keys: np.ndarray) -> np.ndarray:
        if self._count**2 > _LARGEST_TABLE:
            return np.searchsorted(self._pairs, keys).astype(np.int32)
        table = np.zeros(self._count**2, dtype=np.int32)
        table[self._pairs] = np.arange(len(self._pairs), dtype=np.int32)
        return table[keys]


def _numbered(codes: np.ndarray, size: int) -> np.ndarray:
    """For each code point its number among those that occur; -1 for the others."""
    seen = np.zeros(size, dtype=bool)
    seen[codes] = True
    numbers = np.full(size, -1, dtype=np.int32)
    numbers[seen] = np.arange(np.count_nonzero(seen), dtype=np.int32)
    return numbers
