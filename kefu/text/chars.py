"""Tables that replace single characters, filled lazily because Unicode is large and a message is not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # inside [...] of a regular expression
SPOKEN_DIGITS = {
    char: str(digit)
    for digit, chars in enumerate(("零〇○", "一幺壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for char in chars
}

_CACHE_LIMIT = 20_000  # characters; random Unicode must not fill the memory
_IGNORABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u20e3\u3164\uffa0")  # invisible, though no control characters
_PICTURES = ((0x2190, 0x2BFF), (0xFFFC, 0xFFFD), (0x1F000, 0x1FFFF))


class LazyTable(dict[int, str]):
    """A table for `str.translate` that computes an entry at its first use."""

    def __init__(self, replacement: Callable[[str], str]) -> None:
        super().__init__()
        self._replacement = replacement

    def __missing__(self, code: int) -> str:
        value = self._replacement(chr(code))
        if len(self) < _CACHE_LIMIT:
            self[code] = value
        return value


def is_invisible(char: str) -> bool:
    """Whether a character shows nothing: control, zero width, direction mark, variation selector, private use."""
    if char in _IGNORABLE or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return True
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co") and not char.isspace()  # a line end is Cc too


def is_picture(char: str) -> bool:
    """Whether a character is an emoji or another pictograph, known to this Python or newer than it."""
    code = ord(char)
    if char in SPOKEN_DIGITS or not any(first <= code <= last for first, last in _PICTURES):
        return False
    return unicodedata.category(char) in ("So", "Sk", "Cn")


def to_decimal(char: str) -> str | None:
    """The ASCII digit for a digit of any script (７, ٣, 𝟕, ⑦); None for everything else, 十 and ⑫ included."""
    value = unicodedata.digit(char, None)
    return None if value is None else str(value)


@lru_cache(maxsize=1)
def simplified() -> dict[str, str]:
    """Traditional to simplified characters, one to one, from OpenCC's dictionary (its first choice for each).

    OpenCC's own converter is not used: 58 µs for 20 characters and worse than linear, while this table costs
    nothing beyond `str.translate`. The few words for which one character isn't enough (瞭解, 回覆) are in
    data/lexicon/confusions.yml.
    """
    spec = find_spec("opencc")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("opencc-python-reimplemented")
    lines = (Path(spec.origin).parent / "dictionary" / "TSCharacters.txt").read_text(encoding="utf-8").splitlines()
    pairs = dict(line.split(" ")[0].split("\t") for line in lines if "\t" in line)
    return {source: pairs.get(target, target) for source, target in pairs.items() if source != target}
