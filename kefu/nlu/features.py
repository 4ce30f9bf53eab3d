"""What the intent classifier looks at: blocks of named features of one message."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from pypinyin import Style
from pypinyin.constants import RE_HANS
from pypinyin.converter import UltimateConverter
from pypinyin.core import Pinyin

Blocks = dict[str, list[str]]

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_LONGEST_WORD = 8  # characters, of those whose readings are remembered
_RECEIPT = re.compile(r"kf[0-9a-z]{10}")

BLOCKS = ("characters", "pinyin", "words")


def blocks_of(words: Sequence[str], names: Sequence[str] = BLOCKS) -> Blocks:
    """The features of a segmented, normalised text by block; a feature that occurs n times stands n times."""
    plain = simplify("".join(words))
    makers = {
        "characters": lambda: _ngrams(plain, 1, 1) + _ngrams(f"^{plain}$", 2, 4),
        "pinyin": lambda: _pinyin_ngrams(plain),
        "words": lambda: [*words, *map("_".join, zip(words, words[1:], strict=False))],
    }
    return {name: makers[name]() for name in names}


def simplify(text: str) -> str:
    """Lower case, numbers as `0` and receipt numbers as `№`: their digits mean nothing here."""
    return _DIGITS.sub("0", _RECEIPT.sub("№", text.lower()))


def _ngrams(text: str, shortest: int, longest: int) -> list[str]:
    return [text[i : i + n] for n in range(shortest, longest + 1) for i in range(len(text) - n + 1)]


def _pinyin_ngrams(text: str) -> list[str]:
    """Toneless syllables, 1–3 in a row: hears 冲值 and 充值 as the same."""
    syllables = _pinyin().lazy_pinyin(text)
    return [" ".join(syllables[i : i + n]) for n in (1, 2, 3) for i in range(len(syllables) - n + 1)]


class _RememberingConverter(UltimateConverter):
    """Knows how a word reads once it has read it: reckoning that anew takes most of the time."""

    def __init__(self) -> None:
        super().__init__()
        self._read = lru_cache(maxsize=20_000)(super().convert)

    def convert(
        self, words: str, style: Style, heteronym: bool, errors: Any, strict: bool = True, **kwargs: Any
    ) -> list[list[str]]:
        """The readings of a word that pypinyin's segmenter has found; what is no word is not kept."""
        if len(words) > _LONGEST_WORD or not RE_HANS.match(words):
            return super().convert(words, style, heteronym, errors, strict, **kwargs)
        return [list(reading) for reading in self._read(words, style, heteronym, errors, strict, **kwargs)]


@lru_cache(maxsize=1)
def _pinyin() -> Pinyin:
    return Pinyin(_RememberingConverter())
