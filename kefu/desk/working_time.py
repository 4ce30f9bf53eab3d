"""Working time in China: 09:00–21:00 on working days, holidays and make-up workdays included."""

import logging
from datetime import date, datetime, time, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays

from kefu.show import CHINA

logger = logging.getLogger(__name__)

OPENS, CLOSES = time(9), time(21)
DAY = timedelta(hours=12)
_NOTICE = timedelta(days=60)  # before the known years end, somebody should install the next ones


def is_working(moment: datetime) -> bool:
    """Whether agents work at a moment."""
    local = moment.astimezone(CHINA)
    return is_workday(local.date()) and OPENS <= local.time() < CLOSES


def is_workday(day: date) -> bool:
    """Whether a day in China is one; beyond the known years every Monday to Friday (logged once a year)."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        _warn_once(day.year)
        return day.weekday() < 5


def add_working_time(start: datetime, span: timedelta) -> datetime:
    """The moment at which that much working time has gone by since `start` (aware; so is the answer)."""
    at, left = next_opening(start), span
    while True:
        closing = datetime.combine(at.date(), CLOSES, CHINA)
        if at + left <= closing:
            return (at + left).astimezone(start.tzinfo)
        left -= closing - at
        at = next_opening(closing)


def next_opening(moment: datetime) -> datetime:
    """The moment itself within working time, else when it begins next (China time)."""
    at = moment.astimezone(CHINA)
    while not is_working(at):
        before = is_workday(at.date()) and at.time() < OPENS
        at = datetime.combine(at.date() if before else at.date() + timedelta(days=1), OPENS, CHINA)
    return at


def last_known_year() -> int:
    """Until when the holidays are known."""
    return max(holidays).year


def warning(now: datetime) -> str | None:
    """What an operator has to hear about the calendar; None while it is good for the next two months."""
    known = last_known_year()
    if (now + _NOTICE).astimezone(CHINA).year <= known:
        return None
    return f"法定节假日资料只到 {known} 年，之后按周一到周五算工作日。请升级 chinesecalendar。"


@cache
def _warn_once(year: int) -> None:
    logger.warning(
        "holidays of %s are not known (chinesecalendar ends with %s): Mon-Fri is used", year, last_known_year()
    )
