"""Many texts brought into one spelling at once: what `normalise` makes of each, for the indexes of large FAQs.

Width, script and spaces are put right in all texts as one string; the rare texts in which something may have to be
shortened or a mistyped word corrected are found with numpy and given to `normalise` one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from kefu.text.chars import HAN
from kefu.text.confusions import load_confusions
from kefu.text.normalise import HAN_SIDES, fold, normalise

_BETWEEN = "\0"  # two texts; no normalised text holds it
_LONG_RUN = re.compile("  +")
_NEEDLESS = re.compile(f" (?:(?<=[{HAN}] )(?=[{HAN}{HAN_SIDES}])|(?<=[{HAN_SIDES}] )(?=[{HAN}])|(?<=\0 )|(?=\0))")


def normalise_all(texts: Sequence[str]) -> list[str]:
    """The same as `[normalise(text).text for text in texts]`, at a fraction of the time."""
    joined = _BETWEEN.join(("", *texts, ""))
    if joined.count(_BETWEEN) != len(texts) + 1:
        joined = _BETWEEN.join(("", *(text.replace(_BETWEEN, "") for text in texts), ""))
    folded, odd = _folded(_codes(joined))
    plain = _NEEDLESS.sub("", _LONG_RUN.sub(" ", folded))
    found = plain.split(_BETWEEN)[1:-1]
    for place in odd | _to_be_corrected(plain):
        found[place] = normalise(texts[place]).text
    return found


def _codes(joined: str) -> np.ndarray:
    return np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _folded(codes: np.ndarray) -> tuple[str, set[int]]:
    """The characters as `normalise` folds them, and the places of texts in which one does not become just one."""
    table = np.arange(int(codes.max(initial=0)) + 1, dtype=np.uint32)
    seen = np.zeros(len(table), dtype=bool)
    seen[codes] = True
    seen[0] = False  # the mark between texts stays
    odd = np.zeros(len(table), dtype=bool)
    for code in np.flatnonzero(seen).tolist():
        after = fold(chr(code))
        if len(after) == 1:
            table[code] = ord(after)
        else:
            odd[code] = True
    folded = table[codes].tobytes().decode("utf-32-le", "surrogatepass")
    return folded, _texts_at(codes, np.flatnonzero(odd[codes]) if odd.any() else np.zeros(0, dtype=np.int64))


def _to_be_corrected(plain: str) -> set[int]:
    """The places of texts that hold a repetition or a mistyped word."""
    codes = _codes(plain)
    same = codes[1:] == codes[:-1]
    repeated = same[:-2] & same[1:-1] & same[2:]  # four characters in a row
    firsts, seconds, begins = _beginnings()
    pairs = begins[firsts[np.minimum(codes[:-1], len(firsts) - 1)], seconds[np.minimum(codes[1:], len(seconds) - 1)]]
    wrong: dict[str, tuple[str, ...]] = {}
    for word in load_confusions().replacements:
        wrong[word[:2]] = (*wrong.get(word[:2], ()), word)
    candidates = np.flatnonzero(pairs).tolist()
    mistyped = [place for place in candidates if plain.startswith(wrong[plain[place : place + 2]], place)]
    return _texts_at(codes, np.flatnonzero(repeated)) | _texts_at(codes, np.array(mistyped, dtype=np.int64))


def _texts_at(codes: np.ndarray, positions: np.ndarray) -> set[int]:
    """Which texts the characters at some positions belong to."""
    return set((np.searchsorted(np.flatnonzero(codes == 0), positions, side="right") - 1).tolist())


@lru_cache(maxsize=1)
def _beginnings() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tables that number the first and the second characters of mistyped words (0: no such), and which go together."""
    wrong = load_confusions().replacements
    firsts, seconds = _numbered({word[0] for word in wrong}), _numbered({word[1] for word in wrong})
    begins = np.zeros((int(firsts.max()) + 1, int(seconds.max()) + 1), dtype=bool)
    for word in wrong:
        begins[firsts[ord(word[0])], seconds[ord(word[1])]] = True
    return firsts, seconds, begins


def _numbered(chars: set[str]) -> np.ndarray:
    """For each code point the number of its character, from 1; 0 for others, the last cell included."""
    table = np.zeros(max(map(ord, chars), default=0) + 2, dtype=np.int32)
    for number, char in enumerate(sorted(chars), start=1):
        table[ord(char)] = number
    return table
