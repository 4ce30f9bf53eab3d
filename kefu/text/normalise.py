"""One spelling for what customers type: width, script, spaces, repetition and common confusions of characters.

Decisions that the NLU data, the FAQ index and the entity finders rely on:

* Full width becomes half width as in NFKC, ，？！：（） included: customers mix both, and one form matches itself.
  。、《》“” have no half-width form and stay.
* Traditional becomes simplified; a digit of any script becomes an ASCII digit.
* Invisible characters go; an emoji becomes a space.
* Spaces go at both ends and beside Chinese characters and their punctuation (退 款 → 退款) and shrink to one
  elsewhere (MY 钱包, 138 0013 8000). Line ends are spaces.
* A character four times or more becomes one (退退退退款 → 退款, 急急急急! → 急!), but never digits, letters, Chinese
  numerals or the stars of a masked number.
* Words in data/lexicon/confusions.yml are put right, longest first.

Case is kept: order numbers have it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from kefu.text.chars import HAN, LazyTable, is_invisible, is_picture, simplified, to_decimal
from kefu.text.confusions import Confusions, load_confusions

_SPACES = re.compile(" +")
HAN_SIDES = "、。《》“”,.!?:;()~"  # beside Chinese characters, no space is needed at these either
_HAN_BOTH_SIDES = re.compile(f"[{HAN}][{HAN}{HAN_SIDES}]|[{HAN_SIDES}][{HAN}]")
_REPEATED = re.compile(r"([^0-9A-Za-z* 零〇○一二三四五六七八九十百千万亿两幺壹贰叁肆伍陆柒捌玖拾佰仟])\1{3,}")

# A replacement can complete another wrong word or repetition; real text needs one round and a second to see it.
_ROUNDS = 8


class Change(NamedTuple):
    """What normalise did in one place; `start` is in the original, `before` is what stood there at that stage."""

    kind: str  # width | traditional | invisible | emoji | space | repeat | confusion
    before: str
    after: str
    start: int


@dataclass(frozen=True)
class Normalised:
    """A normalised text and how it came about."""

    text: str
    changes: tuple[Change, ...] = ()
    _origin: tuple[list[int], list[int]] | None = field(default=None, repr=False, compare=False)
    _original_length: int = field(default=0, repr=False, compare=False)

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` stood in the original.

        Raises:
            ValueError: not a span of the text.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"span {start}:{end} is not in a text of {len(self.text)} characters")
        if self._origin is None:
            return start, end
        starts, ends = self._origin
        first = starts[start] if start < len(starts) else self._original_length
        return first, ends[end - 1] if end > start else first


class _Edit(NamedTuple):
    kind: str
    start: int
    end: int
    after: str


def normalise(text: str, confusions_file: Path | None = None) -> Normalised:
    """Bring a text into the one spelling described above; idempotent and linear.

    Raises:
        kefu.yaml_file.DataError: the file of confusions (default: data/lexicon/confusions.yml) is wrong.
    """
    confusions = load_confusions(confusions_file)
    draft = _Draft(text)
    folded = list(map(_FOLDED.__getitem__, map(ord, text)))
    if "".join(folded) != text:
        draft.apply(_folds(text, folded))
    if " " in draft.text:
        draft.apply(_spaces(draft.text))
    for _ in range(_ROUNDS):
        repeated = draft.apply(_repeats(draft.text))
        confused = draft.apply(_confused(draft.text, confusions))
        if not (repeated or confused):
            break
    return draft.result()


class _Draft:
    """A text under change that remembers, for each character, the span of the original that it stands for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._length = len(text)
        self._changes: list[Change] = []
        self._origin: tuple[list[int], list[int]] | None = None

    def apply(self, edits: Iterator[_Edit]) -> bool:
        """Make ordered, disjoint edits; whether there was one."""
        first = next(edits, None)
        if first is None:
            return False
        starts, ends = self._origin or (list(range(self._length)), list(range(1, self._length + 1)))
        parts: list[str] = []
        new_starts: list[int] = []
        new_ends: list[int] = []
        position = 0
        for kind, start, end, after in chain((first,), edits):
            self._changes.append(Change(kind, self.text[start:end], after, starts[start]))
            parts += self.text[position:start], after
            new_starts += starts[position:start]
            new_ends += ends[position:start]
            if len(after) == end - start:
                new_starts += starts[start:end]
                new_ends += ends[start:end]
            else:
                new_starts += [starts[start]] * len(after)
                new_ends += [ends[end - 1]] * len(after)
            position = end
        parts.append(self.text[position:])
        self.text = "".join(parts)
        self._origin = new_starts + starts[position:], new_ends + ends[position:]
        return True

    def result(self) -> Normalised:
        return Normalised(self.text, tuple(self._changes), self._origin, self._length)


def fold(char: str) -> str:
    """What a single character becomes; the result is made of characters that become themselves."""
    if char.isascii() and char.isprintable():
        return char
    if char.isspace():
        return " "
    if is_invisible(char):
        return ""
    digit = to_decimal(char)
    if digit is not None:
        return digit
    compatible = unicodedata.normalize("NFKC", char)
    if compatible != char:
        return "".join(map(fold, compatible))
    return " " if is_picture(char) else simplified().get(char, char)


def _kind(char: str) -> str:
    """Why `fold` changes a character that it changes."""
    rules: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("space", str.isspace),
        ("invisible", is_invisible),
        ("traditional", lambda char: char in simplified()),
        ("emoji", lambda char: _FOLDED[ord(char)] == " "),
    )
    return next((kind for kind, applies in rules if applies(char)), "width")


_FOLDED = LazyTable(fold)
_KINDS = LazyTable(_kind)


def _folds(text: str, folded: list[str]) -> Iterator[_Edit]:
    """One edit for neighbours of one kind, where it can be one without blurring offsets."""

    def key(index: int) -> tuple[str, int] | None:
        before, after = text[index], folded[index]
        if before == after:
            return None
        return _KINDS[ord(before)], index if len(after) > 1 else -len(after)

    for group, indices in groupby(range(len(text)), key):
        if group:
            start, *rest = indices
            end = start + len(rest) + 1
            yield _Edit(group[0], start, end, "".join(folded[start:end]))


def _spaces(text: str) -> Iterator[_Edit]:
    for run in _SPACES.finditer(text):
        start, end = run.span()
        at_edge = start == 0 or end == len(text)
        after = "" if at_edge or _HAN_BOTH_SIDES.match(text[start - 1] + text[end]) else " "
        if end - start > len(after):
            yield _Edit("space", start, end, after)


def _repeats(text: str) -> Iterator[_Edit]:
    for run in _REPEATED.finditer(text):
        yield _Edit("repeat", *run.span(), run[1])


def _confused(text: str, confusions: Confusions) -> Iterator[_Edit]:
    for start, end, right in confusions.find(text):
        yield _Edit("confusion", start, end, right)
