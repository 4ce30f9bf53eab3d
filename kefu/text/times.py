"""Finds the points in time that a customer names: 昨天下午三点, 上周五, 11月20号晚上8点半, 半小时前, 国庆节那天.

Reports are of the past: a date without year, a weekday without 上 or 下 and a clock without day are the most recent
ones (today counts). No points in time are durations (等了三天, 3个工作日), opening hours (24小时, 每天9点, 周一到周五),
and months or years alone (上个月, 去年12月: no day is known, and none is guessed).
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from kefu.text import clocks, days
from kefu.text.money import find_amounts
from kefu.text.numerals import fold


@dataclass(frozen=True)
class TimeRef:
    """A point in time found in a text: text[start:end] means `value`, an ISO day, or day and minute where known."""

    start: int
    end: int
    value: str


@dataclass(frozen=True)
class _Piece:
    """A stretch of text with what is known of it: a day, a part of the day, a clock; a trap has none of them."""

    start: int
    end: int
    day: days.Day | None = None
    period: str = ""
    clock: clocks.Clock | None = None

    @property
    def is_early(self) -> bool:
        """A part of the night or the morning, said without a clock."""
        return self.clock is None and clocks.PERIOD_KINDS.get(self.period) in clocks.EARLY

    @property
    def is_vague(self) -> bool:
        """A clock without day or a weekday without week: where 到 follows, the opening hours of a service."""
        return self.day.is_bare_weekday and self.clock is None if self.day else self.clock is not None


def _unnamed(pattern: str) -> str:
    """The pattern without group names, which may stand only once in the scanner; the piece's own pattern reads them."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


# Stretches to step over together with the clock that follows: they tell no day.
_TRAPS = (
    r"每(?:个?月(?:[0-9一二三四五六七八九十]{1,3}[日号])?|个?(?:周|星期|礼拜)[一二三四五六日天末]?|[天日晚早年])",
    r"(?:工作日|第二天|次日|隔天|同一?天|当[天日晚]|那[天日晚])",
    r"(?:[去前]年|上个?(?:月|周|星期|礼拜))的?(?:今天|昨天|同一?天|这[天时])",
    r"7/24(?=\s?(?:小时|客服|服务|在线|不间断|全天))",
)
_CLOCKS = [_unnamed(pattern.pattern) for pattern in clocks.PATTERNS]
_TRAP = f"(?:{'|'.join(_TRAPS)})(?:{clocks.GAP}(?:{'|'.join(_CLOCKS)}))?"
_SCANNER = re.compile(
    "|".join(f"({source})" for source in (_TRAP, *(_unnamed(rule.pattern.pattern) for rule in days.RULES), *_CLOCKS))
)
_FIRST_DAY, _FIRST_CLOCK = 2, 2 + len(days.RULES)

_GAP = re.compile(clocks.GAP)
_RANGE = re.compile(r"\s?(?:到|至|-|~)\s?")
_UNTIL = re.compile(r"\s?[\u4e00-\u9fff]?(?:到|至|-|~)\s?")  # 昨晚八点弄到十点: in the evening too
_END_OF_SENTENCE = re.compile(r"[。!！?？;；\n]")
_NUMBER = re.compile(r"[0-9.]+")


def find_times(text: str, now: datetime) -> list[TimeRef]:
    """Points in time that `text` names, told at `now` (its time zone is dropped): sorted, disjoint, offsets in `text`.

    晚上12点 is the midnight that ends the named day; `clocks` tells why. Never raises.
    """
    now = now.replace(tzinfo=None)
    folded = fold(text)
    pieces = _without_ranges(_join(_without_amounts(_scan(folded, now), folded), folded), folded)
    return list(_resolve(pieces, folded, now))


def _scan(text: str, now: datetime) -> Iterator[_Piece]:
    """The pieces of folded text, from left to right."""
    last = _Piece(0, 0)
    for match in _SCANNER.finditer(text):
        piece = _read_piece(text, match.start(), match.lastindex or 0, last, now)
        if piece:
            last = piece
            yield piece


def _read_piece(text: str, start: int, index: int, last: _Piece, now: datetime) -> _Piece | None:
    """The piece that the pattern behind the scanner's group `index` reads at `start`; `last` is the one before it."""
    if index < _FIRST_DAY:
        return None
    if index < _FIRST_CLOCK:
        rule = days.RULES[index - _FIRST_DAY]
        match = rule.pattern.match(text, start)
        day = days.read(rule, match, now) if match else None
        return _Piece(start, match.end(), day, day.period) if match and day else None
    match = clocks.PATTERNS[index - _FIRST_CLOCK].match(text, start)
    if not match:
        return None
    clock = clocks.read(match, last.day if _touch(text, last.end, start) else None)
    period = match["period"] or ""
    return _Piece(start, match.end(), None, period, clock) if clock or period else None


def _touch(text: str, end: int, start: int) -> bool:
    """Whether nothing but filling words stands between two pieces."""
    return _GAP.fullmatch(text, end, start) is not None


def _without_amounts(pieces: Iterable[_Piece], text: str) -> list[_Piece]:
    """The pieces less those that are prices: 11.20元, 扣了618."""
    found = list(pieces)
    doubtful = {piece.start for piece in found if _NUMBER.fullmatch(text, piece.start, piece.end)}
    if not doubtful:
        return found
    prices = {position for amount in find_amounts(text) for position in range(amount.start, amount.end)}
    return [piece for piece in found if not (piece.start in doubtful and piece.start in prices)]


def _join(pieces: Iterable[_Piece], text: str) -> list[_Piece]:
    """Neighbours made one: a day, a part of the day and a clock."""
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and not last.clock and not piece.day and _touch(text, last.end, piece.start):
            joined[-1] = replace(last, end=piece.end, period=piece.period or last.period, clock=piece.clock)
        else:
            joined.append(piece)
    return joined


def _without_ranges(pieces: Iterable[_Piece], text: str) -> Iterator[_Piece]:
    """The pieces less opening hours: 9点到18点, 周一到周五9:00-18:00."""
    run: list[_Piece] = []
    for piece in pieces:
        if run and not _RANGE.fullmatch(text, run[-1].end, piece.start):
            yield from _unless_range(run)
            run = []
        run.append(piece)
    yield from _unless_range(run)


def _unless_range(run: list[_Piece]) -> list[_Piece]:
    return [] if len(run) > 1 and run[0].is_vague else run


def _resolve(pieces: Iterable[_Piece], text: str, now: datetime) -> Iterator[TimeRef]:
    """References from pieces. A clock without day takes the day named before it in the same sentence."""
    found = list(pieces)
    ends = [end.start() for end in _END_OF_SENTENCE.finditer(text)]
    early = {(bisect(ends, piece.start), _date(piece)) for piece in found if piece.is_early}
    early.update(_wakings(found, text, ends))
    day: date | None = None
    last = _Piece(0, 0)
    for piece in found:
        is_alone = bool(piece.clock and not piece.day and not piece.period)
        if is_alone and last.clock and _UNTIL.fullmatch(text, last.end, piece.start):
            piece = replace(piece, period=last.period)
        if day and _END_OF_SENTENCE.search(text, last.end, piece.start):
            day = None
        day, last = _date(piece) or day, piece
        sentence = bisect(ends, piece.start)
        value = _value(piece, day, now, is_early=not early.isdisjoint({(sentence, None), (sentence, day)}))
        if value:
            yield TimeRef(piece.start, piece.end, value)


def _wakings(pieces: Sequence[_Piece], text: str, ends: Sequence[int]) -> Iterator[tuple[int, date]]:
    """The sentence and the day of each 起床: the day that was named last before it, if one was."""
    for waking in clocks.WAKING.finditer(text):
        sentence = bisect(ends, waking.start())
        before = (one for one in pieces if one.end <= waking.start() and bisect(ends, one.start) == sentence)
        if named := [day for day in map(_date, before) if day]:
            yield sentence, named[-1]


def _date(piece: _Piece) -> date | None:
    return piece.day.date if piece.day else None


def _value(piece: _Piece, day: date | None, now: datetime, is_early: bool) -> str | None:
    """The ISO value of a piece; None for a part of the day alone, or past the ends of the calendar."""
    if piece.clock:
        try:
            moment = clocks.place(piece.clock, piece.period, day, now, is_early)
        except OverflowError:
            return None
        return moment.isoformat(timespec="minutes")[:16]
    if piece.day is None:
        return None
    return piece.day.moment.isoformat(timespec="minutes") if piece.day.moment else piece.day.date.isoformat()
