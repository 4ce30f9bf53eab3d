"""The days that Chinese festivals and shopping days fall on.

Lunar festivals come from a table: no library under the pins knows the lunar calendar. It was computed with two
independent ones (lunardate, zhdate), which agree on every day in it. Outside its years a lunar festival has no date.
"""

from __future__ import annotations

from datetime import date, timedelta

# Month and day of 春节, 端午, 七夕, 中秋, 重阳; 除夕 and 元宵 follow from 春节.
_LUNAR_NAMES = ("春节", "端午", "七夕", "中秋", "重阳")
_LUNAR_DAYS: dict[int, tuple[tuple[int, int], ...]] = {
    2018: ((2, 16), (6, 18), (8, 17), (9, 24), (10, 17)),
    2019: ((2, 5), (6, 7), (8, 7), (9, 13), (10, 7)),
    2020: ((1, 25), (6, 25), (8, 25), (10, 1), (10, 25)),
    2021: ((2, 12), (6, 14), (8, 14), (9, 21), (10, 14)),
    2022: ((2, 1), (6, 3), (8, 4), (9, 10), (10, 4)),
    2023: ((1, 22), (6, 22), (8, 22), (9, 29), (10, 23)),
    2024: ((2, 10), (6, 10), (8, 10), (9, 17), (10, 11)),
    2025: ((1, 29), (5, 31), (8, 29), (10, 6), (10, 29)),
    2026: ((2, 17), (6, 19), (8, 19), (9, 25), (10, 18)),
    2027: ((2, 6), (6, 9), (8, 8), (9, 15), (10, 8)),
    2028: ((1, 26), (5, 28), (8, 26), (10, 3), (10, 26)),
    2029: ((2, 13), (6, 16), (8, 16), (9, 22), (10, 16)),
    2030: ((2, 3), (6, 5), (8, 5), (9, 12), (10, 5)),
    2031: ((1, 23), (6, 24), (8, 24), (10, 1), (10, 24)),
    2032: ((2, 11), (6, 12), (8, 12), (9, 19), (10, 12)),
    2033: ((1, 31), (6, 1), (8, 1), (9, 8), (10, 1)),
    2034: ((2, 19), (6, 20), (8, 20), (9, 27), (10, 20)),
    2035: ((2, 8), (6, 10), (8, 10), (9, 16), (10, 9)),
    2036: ((1, 28), (5, 30), (8, 28), (10, 4), (10, 27)),
}
_FROM_SPRING = {"除夕": -1, "大年三十": -1, "大年初一": 0, "大年初二": 1, "大年初三": 2, "元宵": 14}

_SOLAR_DAYS = {
    "元旦": (1, 1),
    "情人节": (2, 14),
    "妇女节": (3, 8),
    "三八节": (3, 8),
    "愚人节": (4, 1),
    "劳动节": (5, 1),
    "五一": (5, 1),
    "儿童节": (6, 1),
    "六一": (6, 1),
    "618": (6, 18),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆": (10, 1),
    "双十一": (11, 11),
    "双11": (11, 11),
    "双十二": (12, 12),
    "双12": (12, 12),
    "平安夜": (12, 24),
    "圣诞": (12, 25),
}

NAMES = (*_LUNAR_NAMES, *_FROM_SPRING, *_SOLAR_DAYS, "清明")


def festival_date(name: str, year: int) -> date | None:
    """The day of the festival `name` (one of `NAMES`) in `year`, or None where it is not known."""
    if name in _SOLAR_DAYS:
        return date(year, *_SOLAR_DAYS[name])
    if name == "清明":
        # The sun's 15th degree: the 4th in a leap year and the year after it, else the 5th (true for 2009–2044).
        return date(year, 4, 4 if year % 4 in (0, 1) else 5) if 2009 <= year <= 2044 else None
    days = _LUNAR_DAYS.get(year)
    if days is None:
        return None
    if name in _FROM_SPRING:
        return date(year, *days[0]) + timedelta(days=_FROM_SPRING[name])
    return date(year, *days[_LUNAR_NAMES.index(name)])
