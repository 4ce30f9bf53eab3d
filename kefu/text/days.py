"""Words for a calendar day, or for a moment told from now: 昨天, 上周五, 11月20号, 国庆节那天, 半小时前, 刚才.

Each rule is a pattern over folded text and a reader that turns a match into a `Day`. A reader gives None, or raises
ValueError or OverflowError, for a day that the calendar does not have (2月30号); `read` treats these alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from kefu.text import festivals
from kefu.text.numerals import DIGITS, NUMERAL_CHARS, TAIL_DIGIT, parse_numeral, whole_number


@dataclass(frozen=True)
class Day:
    """A day; `period` is a part of the day named with it (昨晚), `moment` the exact time of 刚才 and 半小时前."""

    date: date
    period: str = ""
    moment: datetime | None = None
    is_bare_weekday: bool = False


@dataclass(frozen=True)
class Rule:
    """`read(match, now)` tells the day of a match of `pattern`; a rule without reader is a trap that eats its match."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], datetime], Day | None]


_MONTH = "(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = f"(?:3[01]|[12][0-9]|0?[1-9](?![0-9])|三十一?|廿[{DIGITS}]?|二?十(?:{TAIL_DIGIT})?|{TAIL_DIGIT})"
_YEAR_WORDS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}
_YEAR_WORD = "|".join(_YEAR_WORDS)
_THAT_DAY = "(?:那[天日]|当[天日])?"
_WEEKDAY_ASIDE = r"(?:[(]?(?:周|星期|礼拜)[一二三四五六日天][)]?)?"

# After a number without 日 or 号: what makes it no day (11月20笔, 11.20元, 7/24小时, 1/3的钱).
_UNITS = "元|块|毛|角|个|次|笔|单|多|折|倍|版|系统|小时|分|秒|级|岁|度|寸|公|米|斤|克|人|位|条|的钱"
NO_UNIT = rf"(?![0-9%‰a-z{NUMERAL_CHARS}几]|[.,:/\-][0-9]|\s?(?:{_UNITS}))"


def _shift_months(day: date, months: int) -> tuple[int, int]:
    """(year, month) of the month that lies `months` after that of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return index // 12, index % 12 + 1


def _valid_dates(parts: Iterable[tuple[int, int, int]]) -> Iterator[date]:
    """The dates that exist among (year, month, day) triples."""
    for year, month, day in parts:
        try:
            yield date(year, month, day)
        except ValueError:
            continue


def _latest(today: date, candidates: Iterable[date]) -> date | None:
    """The first candidate not in the future; candidates run from late to early."""
    return next((day for day in candidates if day <= today), None)


def _years_back(today: date) -> range:
    """This year and those before: eight, so that a 29 February is among them."""
    return range(today.year, max(today.year - 9, 0), -1)


def _as_day(day: date | None) -> Day | None:
    return None if day is None else Day(day)


# --- 昨天, 大前天, 今早, 昨晚 -------------------------------------------------------------------------------------

_DAY_WORDS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
# Not in 以前天天, 目前天猫, 说明天气, 午后天气; 付款前晚上 is no 前晚.
_WORD = re.compile(
    r"(?:(?P<far>大?(?<![以之从目提生])前|大?(?<![以之今然午])后)天(?!天)"
    r"|(?P<near>昨|今|(?<![说声证申])明)(?:[天日]|儿个?(?!子|童|女)|(?P<part>早上?|晨|晚上?|夜里?))"
    r"|(?P<eve>前)(?P<eve_part>晚(?!上)))"
)


def _read_word(match: re.Match[str], now: datetime) -> Day | None:
    days = _DAY_WORDS[match["far"] or match["near"] or match["eve"]]
    return Day(now.date() + timedelta(days=days), period=match["part"] or match["eve_part"] or "")


# --- 上周五, 周三, 下周一 -----------------------------------------------------------------------------------------

_WEEK = re.compile(
    rf"(?:(?P<shift>(?<![马早晚])上{{1,3}}|下{{1,3}}|这|本)一?个?(?:周的?)?|(?<![0-9{NUMERAL_CHARS}几每半整个]))"
    rf"(?:周|星期|礼拜)(?P<weekday>[1-7](?![0-9])|{TAIL_DIGIT}|[日天])(?![次个笔天倍期年])" + _THAT_DAY
)


def _read_week(match: re.Match[str], now: datetime) -> Day | None:
    weekdays = {"日": 6, "天": 6}
    weekday = weekdays[match["weekday"]] if match["weekday"] in weekdays else whole_number(match["weekday"]) - 1
    if weekday > 6:
        return None
    today, shift = now.date(), match["shift"]
    if not shift:
        return Day(today - timedelta(days=(today.weekday() - weekday) % 7), is_bare_weekday=True)
    weeks = {"上": -1, "下": 1}.get(shift[0], 0) * len(shift)
    return Day(today + timedelta(days=weekday - today.weekday() + 7 * weeks))


# --- 2026-11-20, 11月20号, 上个月15号, 20号, 11/20, 11.20 ---------------------------------------------------------

_FULL_DATE = re.compile(
    rf"(?<![0-9])(?P<year>(?:19|20)[0-9]{{2}}|[0-9]{{2}}(?=\s?年)|二零[零{DIGITS}]{{2}})\s?(?:年|[-/.])\s?"
    rf"(?P<month>{_MONTH})\s?(?:月份?|[-/.])\s?(?P<day>{_DAY})(?:\s?[日号]|t(?=[0-9])|{NO_UNIT})"
    + _WEEKDAY_ASIDE
    + _THAT_DAY
)
_MONTH_DAY = re.compile(
    rf"(?<![0-9{NUMERAL_CHARS}])(?:(?P<year_word>{_YEAR_WORD})的?)?(?P<month>{_MONTH})\s?月份?\s?"
    rf"(?P<day>{_DAY})(?:\s?[日号]|{NO_UNIT}(?!点))" + _WEEKDAY_ASIDE + _THAT_DAY
)
_SHIFTED_MONTH_DAY = re.compile(
    rf"(?:(?P<shift>上{{1,3}}|下{{1,3}})一?个?|[这本]个?)月份?的?(?P<day>{_DAY})[日号]" + _THAT_DAY
)
# 号 also numbers things (1号线, 工号15号), 日 also counts days (7日内, 一日, 七日年化).
_NUMBERED = "[线楼院店机窗柜位门码桌字摊]|客服|坐席|工单"
_MONTHLESS_DAY = re.compile(
    rf"(?<![0-9{NUMERAL_CHARS}几第尾单工编订台服个年月大小/.\-a-z])(?P<day>{_DAY})"
    rf"(?:号(?!{_NUMBERED})|(?<!(?<!十)[{DIGITS}])日(?![内后前到无游起均元本常年]|[之以][内后前]))" + _THAT_DAY
)
# A proper fraction of single digits (1/3) is no date, nor is a number with one decimal (5.1) unless 号 follows.
_SHORT_DATE = re.compile(
    rf"(?<![0-9a-z./\-])(?<![a-z] )(?P<month>1[0-2]|0?[1-9])"
    rf"(?:(?P<separator>[/.])(?P<day>3[01]|[12][0-9]|0?[1-9](?![0-9]))|-(?P<dashed>[0-9]{{2}})(?=\s[0-9]{{1,2}}:))"
    rf"(?:(?P<unit>[日号])|{NO_UNIT}(?!\s?(?:客服|服务|在线)))" + _THAT_DAY
)


def _read_full_date(match: re.Match[str], now: datetime) -> Day | None:
    year = whole_number(match["year"])
    return Day(date(year if year > 99 else 2000 + year, whole_number(match["month"]), whole_number(match["day"])))


def _read_month_day(match: re.Match[str], now: datetime) -> Day | None:
    today, month, day = now.date(), whole_number(match["month"]), whole_number(match["day"])
    if match["year_word"]:
        return Day(date(today.year + _YEAR_WORDS[match["year_word"]], month, day))
    return _as_day(_latest(today, _valid_dates((year, month, day) for year in _years_back(today))))


def _read_shifted_month_day(match: re.Match[str], now: datetime) -> Day | None:
    shift = match["shift"] or ""
    months = -len(shift) if shift.startswith("上") else len(shift)
    return Day(date(*_shift_months(now.date(), months), whole_number(match["day"])))


def _read_monthless_day(match: re.Match[str], now: datetime) -> Day | None:
    today, day = now.date(), whole_number(match["day"])
    months = ((*_shift_months(today, -back), day) for back in range(4))
    return _as_day(_latest(today, _valid_dates(months)))


def _read_short_date(match: re.Match[str], now: datetime) -> Day | None:
    month, day = match["month"], match["day"] or match["dashed"]
    if len(day) == 1 and not match["unit"] and (match["separator"] == "." or (len(month) == 1 and month < day)):
        return None
    years = ((year, whole_number(month), whole_number(day)) for year in _years_back(now.date()))
    return _as_day(_latest(now.date(), _valid_dates(years)))


# --- 国庆节那天, 去年双十一, 今年春节 ------------------------------------------------------------------------------

# These read as numbers too: 二十五一笔, 五一直没到, 扣了618元.
_NUMBER_LIKE = ("五一", "六一", "618", "双11", "双12")
_PLAIN_NAMES = "|".join(sorted(set(festivals.NAMES) - set(_NUMBER_LIKE), key=len, reverse=True))
_FEAST = "(?:劳动|儿童|购物|狂欢)?节"
_FESTIVAL = re.compile(
    rf"(?:(?P<year>(?<![0-9])(?:19|20)[0-9]{{2}}(?=年)|{_YEAR_WORD})年?的?)?"
    rf"(?P<name>{_PLAIN_NAMES}|(?<![0-9.{NUMERAL_CHARS}])(?:{'|'.join(_NUMBER_LIKE)}){NO_UNIT}(?![点月号日直共般起样定])"
    rf"|十一(?=那天|当天))(?:{_FEAST}|(?!{_FEAST}))(?![前后之]|期间|以来|快乐|[长放小]?假|老人)" + _THAT_DAY
)


def _read_festival(match: re.Match[str], now: datetime) -> Day | None:
    name, today = match["name"], now.date()
    name = "国庆" if name == "十一" else name
    if match["year"]:
        shift = _YEAR_WORDS.get(match["year"])
        return _as_day(festivals.festival_date(name, int(match["year"]) if shift is None else today.year + shift))
    days = (festivals.festival_date(name, year) for year in (today.year, today.year - 1))
    return _as_day(_latest(today, (day for day in days if day)))


# --- 半小时前, 三天前, 两周前; 刚才 --------------------------------------------------------------------------------

_SECONDS = {"秒": 1, "分": 60, "刻": 900, "小": 3600, "钟": 3600, "天": 86400, "日": 86400, "周": 604800, "星": 604800}
_SECONDS["礼"] = _SECONDS["周"]
_AGO = re.compile(
    rf"(?<![{NUMERAL_CHARS}几提])(?P<count>半|(?<![0-9.])[0-9]{{1,4}}(?:\.[0-9])?|[{NUMERAL_CHARS}]{{1,5}})\s?(?P<measure>个)?(?P<half>半)?多?\s?"
    r"(?P<unit>秒钟?|分钟?|刻钟?|小时|钟头|天|日|周|星期|礼拜)(?P<and_half>半)?多?[之以]?前(?!后|几)"
)
_NOW = re.compile(r"刚才|刚刚才?|此刻")


def _read_ago(match: re.Match[str], now: datetime) -> Day | None:
    count = parse_numeral(match["count"])
    if count is None:
        return None
    if match["half"] or match["and_half"]:
        count += Decimal("0.5")
    seconds = _SECONDS[match["unit"][0]]
    if seconds < _SECONDS["天"]:
        moment = now - timedelta(seconds=float(count * seconds))
        return Day(moment.date(), moment=moment)
    days = count * seconds / _SECONDS["天"]
    return Day(now.date() - timedelta(days=int(days))) if days == int(days) else None


def _read_now(match: re.Match[str], now: datetime) -> Day | None:
    return Day(now.date(), moment=now)


# Earlier rules win where two match at the same place.
RULES = (
    Rule(_FULL_DATE, _read_full_date),
    Rule(_MONTH_DAY, _read_month_day),
    Rule(_SHORT_DATE, _read_short_date),
    Rule(_FESTIVAL, _read_festival),
    Rule(_SHIFTED_MONTH_DAY, _read_shifted_month_day),
    Rule(_WEEK, _read_week),
    Rule(_MONTHLESS_DAY, _read_monthless_day),
    Rule(_AGO, _read_ago),
    Rule(_WORD, _read_word),
    Rule(_NOW, _read_now),
)


def read(rule: Rule, match: re.Match[str], now: datetime) -> Day | None:
    """The day that `match` of `rule` names, told at `now`; None where there is no such day."""
    try:
        return rule.read(match, now)
    except (ValueError, OverflowError):
        return None
