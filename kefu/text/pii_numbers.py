"""Telephone, ID card and bank card numbers, recognised by their digits, in one piece or in groups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from stdnum import luhn

from kefu.text.pii import JOINER, MOBILE, Claim

_RUN = re.compile(rf"\+?\d(?:[ {JOINER}-]{{0,3}}\d)*")
# Ten and more single digits in a row (1 3 8 0 0 …) are one number.
_PIECE = re.compile(rf"(?<!\d)\d(?:[ -]{{1,3}}\d(?!\d)){{9,}}|\+?\d(?:{JOINER}{{0,3}}\d)*")
_NOT_DIGITS = re.compile(r"\D+")
_CHECK_X = re.compile(r"[ -]?x(?![a-z])")

_MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# The checksum is no condition: a customer mistypes, and libraries reject valid old numbers. No region starts with 20.
_ID_CARD = re.compile(
    rf"(?!20)[1-9]\d{{5}}(?:18|19|20)\d\d{_MONTH_DAY}\d{{4}}"
    rf"|(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{{6}}{_MONTH_DAY}\d{{3}}"
)
# A date or a time stamp in milliseconds begins an order number; no card begins so.
_STAMPED = re.compile(rf"20\d\d{_MONTH_DAY}|1\d{{12}}$")

_LABEL_REACH = 16
_LABEL = re.compile(r"(?:(?P<bank_card>卡|card)|(?P<id_card>身份证|证件))(?:[ :#(]|号|码|编|是|为|no\.?|number){0,5}$")
_LABELLED_LENGTHS = {"bank_card": range(13, 20), "id_card": range(14, 20)}

_MOST_PIECES = 6
_SHORTEST = 11


class _Piece(NamedTuple):
    start: int
    end: int
    digits: str
    label: str  # the kind that the words before it announce, or ""


def numbers(shadow: str) -> Iterator[Claim]:
    """Claim the numbers in every run of digits, spaces and dashes."""
    for run in _RUN.finditer(shadow):
        start, end = run.span()
        if end - start >= _SHORTEST:
            yield from _in_run(shadow, list(_pieces(shadow, start, end)))


def _pieces(shadow: str, start: int, end: int) -> Iterator[_Piece]:
    label = _LABEL.search(shadow[max(0, start - _LABEL_REACH) : start])
    kind = (label.lastgroup or "") if label else ""
    for match in _PIECE.finditer(shadow, start, end):
        yield _Piece(*match.span(), _NOT_DIGITS.sub("", match[0]), kind)
        kind = ""


def _in_run(shadow: str, pieces: list[_Piece]) -> Iterator[Claim]:
    """Numbers in one piece first, lest a neighbour hide them (13800138000 500); then groups of what is left."""
    rest: list[_Piece] = []
    for piece in pieces:
        claim = _recognise(shadow, [piece], piece.digits)
        if claim:
            yield claim
            yield from _in_groups(shadow, rest)
            rest = []
        else:
            rest.append(piece)
    yield from _in_groups(shadow, rest)


def _in_groups(shadow: str, pieces: list[_Piece]) -> Iterator[Claim]:
    """Numbers written in groups (6222 0212 …, 138-0013-8000), the longest at each place."""
    digits = "".join(piece.digits for piece in pieces)
    ends = [0, *accumulate(len(piece.digits) for piece in pieces)]
    first = 0
    while first < len(pieces) - 1:
        following = first + 1
        # No number begins with a shorter group, except the country code of a telephone.
        most = _MOST_PIECES if len(pieces[first].digits) >= 3 or pieces[first].digits == "86" else 1
        for last in range(min(first + most, len(pieces)), first + 1, -1):
            claim = _recognise(shadow, pieces[first:last], digits[ends[first] : ends[last]])
            if claim:
                yield claim
                following = last
                break
        first = following


def _recognise(shadow: str, pieces: list[_Piece], digits: str) -> Claim | None:
    """What the pieces are together, if they are a number of a person; `digits` are theirs."""
    length = len(digits)
    if not _SHORTEST <= length <= 19:
        return None
    start, end, label = pieces[0].start, pieces[-1].end, pieces[0].label
    if length <= 15 and digits[0] in "018" and MOBILE.fullmatch(digits) and _grouped_like_mobile(pieces):
        return Claim("phone", start, end)
    if length in (15, 18) and _ID_CARD.fullmatch(digits) and _grouped_like_id(pieces):
        return Claim("id_card", start, end)
    if length == 17 and (check := _CHECK_X.match(shadow, end)):
        return Claim("id_card", start, check.end())
    if _STAMPED.match(digits):
        return None
    if label and length in _LABELLED_LENGTHS[label]:
        return Claim(label, start, end)
    if _is_card(shadow, pieces, digits):
        return Claim("bank_card", start, end)
    return None


def _grouped_like_mobile(pieces: list[_Piece]) -> bool:
    """Whether breaks stand where people put them, and not as in the amounts 1500 20000 30."""
    breaks = {length for length in accumulate(len(piece.digits) for piece in reversed(pieces[1:])) if length < 11}
    return not breaks or max(breaks) == 8 or breaks in ({4}, {7, 3}, {7, 4})


def _grouped_like_id(pieces: list[_Piece]) -> bool:
    """Whether breaks stand around the birthday or every four digits, and not as in 500 4111 1111 1111."""
    breaks = set(accumulate(len(piece.digits) for piece in pieces[:-1]))
    return 6 in breaks or breaks <= {4, 8, 12, 14, 16}


def _is_card(shadow: str, pieces: list[_Piece], digits: str) -> bool:
    """Whether unlabelled digits are a bank card: Luhn, and no part of a code with letters."""
    if len(digits) < 13 or digits[0] == "0":
        return False
    if len(pieces) > 1 and (len(pieces[0].digits) < 4 or digits[0] not in "345689"):
        return False
    start, end = pieces[0].start, pieces[-1].end
    in_a_word = shadow[start - 1 : start].islower() or shadow[end : end + 1].islower()
    return not in_a_word and luhn.checksum(digits) == 0
