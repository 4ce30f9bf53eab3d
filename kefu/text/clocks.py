"""Words for a time of day: 下午三点, 晚上8点半, 10:20, 三点一刻, and a part of the day alone: 下午.

Which day a clock belongs to is settled in `place`. A night belongs to the day on whose evening it begins, as people
speak of it: 昨天晚上12点 and 前天夜里12点多 are the midnight that ends that day (so 00:00 of the next), and 昨晚一点 is
one hour after it. 凌晨12点, 凌晨一点 and 0点 begin the day they are said with.

昨天3点 without a part of the day is 15:00: from one to six o'clock nobody pays, and whoever did would say 凌晨 or 半夜.
Where such a word (also 早上 or 晚上) stands elsewhere in the sentence, with the same day or none, 3点 is 3:00, as are
03:20, 4:30 and 03点, which mean what they say, and days that are yet to come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from kefu.text.days import NO_UNIT, Day
from kefu.text.numerals import DIGITS, NUMERAL_CHARS, TAIL_DIGIT, whole_number


@dataclass(frozen=True)
class Clock:
    """Hour and minute as said. `is_exact` tells 10:20 and 03点, which mean what they say, from 三点."""

    hour: int
    minute: int
    is_exact: bool


_PERIODS = {
    "dawn": "凌晨",
    "morning": "清晨 早晨 清早 大早上 早上 上午 早 晨",
    "noon": "中午 正午 午间",
    "afternoon": "下午 午后 傍晚",
    "night": "晚上 夜晚 晚间 夜里 夜间 大半夜 半夜 深夜 午夜 晚 夜",
}
EARLY = frozenset({"dawn", "morning", "night"})  # where these are spoken of, a bare 三点 is 3:00
WAKING = re.compile("起床|睡醒")  # so is it of the day on which somebody got up
PERIOD_KINDS = {word: kind for kind, words in _PERIODS.items() for word in words.split()}
_LONG_PERIODS = "|".join(sorted((word for word in PERIOD_KINDS if len(word) > 1), key=len, reverse=True))
# Between a day or a part of the day and the clock: 昨天的, 下午大概.
GAP = r"(?:的|,|，|大概|大约|差不多|约|快|在|\s){0,3}"

_HOUR = f"(?:2[0-4]|1[0-9]|0?[0-9]|二十[一二三四]?|十[{DIGITS}]?|[零{DIGITS}两])"
_MINUTE = f"(?:[0-5][0-9]|[二三四五]?十(?:{TAIL_DIGIT})?|零[{DIGITS}]|0[0-9])"
# An hour does not begin inside a number, but well after 周三 or 双十一.
_HOUR_START = rf"(?:(?<=[周期拜][{DIGITS}])|(?<=双十[一二])|(?<![0-9.:第几])(?:(?=[0-9])|(?<![{NUMERAL_CHARS}])))"
_CLOCK = re.compile(
    rf"(?:(?P<period>{_LONG_PERIODS}|[早晚](?!一点)){GAP})?{_HOUR_START}(?P<hour>{_HOUR})"
    rf"(?::(?P<exact>[0-5][0-9])(?::[0-5][0-9])?(?![0-9:])"
    rf"|[点时](?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_MINUTE})(?:分(?!钱)|{NO_UNIT})"
    rf"|(?P<few>[0-9{DIGITS}])分(?!钱)|(?P<whole>钟|整(?!理)|正(?![在好常])))?(?P<about>多|左右|许|出头|过(?=了|后))?)"
)
_PERIOD = re.compile(rf"(?P<period>{_LONG_PERIODS})")
PATTERNS = (_CLOCK, _PERIOD)

# 三点建议, 有三点: points that are counted. 一点 is "a bit": 今天一点都不好用, 一点小问题.
_POINTS_AFTER = re.compile(
    r"建议|意见|问题|要求|说明|原因|理由|想法|感受|疑问|不满|好处|内容|希望|注意|诉求|反馈|疑惑|[:赞]"
)
_POINTS_BEFORE = frozenset("有这那说提下共给列讲")
_AFTER_HOUR = ("half", "quarter", "minute", "few", "whole", "about")
_A_BIT_AFTER = re.compile("[都也儿小点]")


def read(match: re.Match[str], day: Day | None) -> Clock | None:
    """The clock that a match of one of `PATTERNS` says, or None. `day` is the one named right before it."""
    if match.re is not _CLOCK:
        return None
    groups = match.groupdict()
    hour = whole_number(groups["hour"])
    if groups["exact"]:
        return Clock(hour, whole_number(groups["exact"]), is_exact=True)
    if not any(groups[name] for name in _AFTER_HOUR) and _is_counted_points(match, day):
        return None
    if groups["half"]:
        minute = 30
    elif groups["quarter"]:
        minute = 15 * whole_number(groups["quarter"])
    else:
        minute = whole_number((groups["minute"] or groups["few"] or "零零").removeprefix("零"))
    return Clock(hour, minute, is_exact=groups["hour"].startswith("0"))


def _is_counted_points(match: re.Match[str], day: Day | None) -> bool:
    """Whether a bare 三点 or 3时 is no time of day."""
    text, hour, has_period = match.string, match["hour"], bool(match["period"] or (day and day.period))
    if _POINTS_AFTER.match(text, match.end()):
        return True
    if hour == "一":
        return not has_period or _A_BIT_AFTER.match(text, match.end()) is not None
    if has_period or day:
        return False
    return hour == "两" or text[match.end() - 1] == "时" or text[match.start() - 1 : match.start()] in _POINTS_BEFORE


def _is_twelve_hour(clock: Clock, kind: str) -> bool:
    """Whether 三点 may mean 15:00 as well."""
    return not kind and not clock.is_exact and 1 <= clock.hour <= 11


def _hours_into_day(clock: Clock, kind: str) -> int:
    """Hours from the start of the named day; 24 and more where the night runs into the next day."""
    hour = clock.hour
    if kind == "dawn":
        return hour % 12
    if kind == "night":
        return hour % 12 + 24 if hour % 12 <= 4 and hour <= 12 else hour + 12 if hour <= 11 else hour
    first, last = {"noon": (1, 4), "afternoon": (1, 11)}.get(kind, (0, -1))
    return hour + 12 if first <= hour <= last else hour


def place(clock: Clock, period: str, day: date | None, now: datetime, is_early: bool = False) -> datetime:
    """The moment of a clock said at `now`. Without a day it is the most recent one; a clock of today that may be either
    half of the day is the one nearer behind `now`; of an earlier day, one to six are hours of the afternoon, unless
    the sentence speaks of night or morning (`is_early`). May raise OverflowError at the ends of the calendar."""
    kind = PERIOD_KINDS.get(period, "")
    hours = timedelta(hours=_hours_into_day(clock, kind), minutes=clock.minute)
    start = datetime.combine(day or now.date(), time())
    moment, half_day = start + hours, timedelta(hours=12)
    if _is_twelve_hour(clock, kind):
        nearer = day == now.date() and moment + half_day <= now
        by_daylight = day is not None and day < now.date() and clock.hour <= 6 and not is_early
        moment += half_day if day is None or nearer or by_daylight else timedelta()
    if day is None:
        step = half_day if _is_twelve_hour(clock, kind) else 2 * half_day
        while moment > now:
            moment -= step
    elif kind == "night" and clock.hour <= 4 and moment > now >= start and period != "晚" and period != "晚上":
        moment -= 2 * half_day  # 今天半夜两点, said in the morning; 今晚两点 is still to come
    return moment
