"""A time that is told after another one was known is read with it: 26号 of 上个月25号, 前天晚上 of 昨天晚上8点."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from kefu.dialogue.said import Entity, Said
from kefu.show import is_time
from kefu.text.clocks import PERIOD_KINDS
from kefu.text.days import RULES

_BARE_DAY = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十廿]{1,3})\s?[号日]")
_HOUR_IN_FULL = re.compile(r":|(?<!\d)(?:0\d|1[3-9]|2[0-4])[点时]|(?:十[三四五六七八九]|二十[一二三四]?)[点时]")
_PERIOD = re.compile("|".join(sorted(PERIOD_KINDS, key=len, reverse=True)))
_HOURS = {  # of the clock in each part of the day; a night has some after midnight
    "dawn": range(0, 7),
    "morning": range(4, 13),
    "noon": range(11, 15),
    "afternoon": range(12, 20),
    "night": (*range(17, 24), *range(0, 5)),
}
_EVENING = 12  # from this hour on a night has not reached midnight


def relative_to(said: Said, known: str | None, now: datetime) -> Said:
    """The message with its times as meant by somebody who has told the time `known` (ISO) before.

    A day without month keeps the month, unless that is yet to come; a day without hour keeps the hour, unless the
    part of the day that it names has none such; an hour without day keeps the day, and the half of the day.
    """
    if not known or not is_time(known):
        return said
    return replace(said, entities=[_moved(entity, said.text, known, now) for entity in said.entities])


def _moved(entity: Entity, text: str, known: str, now: datetime) -> Entity:
    words = text[entity.start : entity.end]
    if entity.name != "time" or not words or not is_time(entity.value):
        return entity
    if not any(rule.pattern.search(words) for rule in RULES):
        meant = _of_the_day(words, entity.value, known)
    elif "T" in entity.value:
        day = _in_the_month(words, entity.value, known, now.date())
        meant = f"{day.isoformat()}{entity.value[10:]}"
    else:
        day = _in_the_month(words, entity.value, known, now.date())
        meant = _at_the_hour(words, day, known)
    return replace(entity, value=meant) if meant <= now.isoformat() else entity


def _in_the_month(words: str, told: str, known: str, today: date) -> date:
    """The day that is told; one without month in the month of the known time."""
    day, old = datetime.fromisoformat(told).date(), datetime.fromisoformat(known).date()
    if not _BARE_DAY.match(words):
        return day
    try:
        meant = old.replace(day=day.day)
    except ValueError:
        return day
    return meant if meant <= today else day


def _at_the_hour(words: str, day: date, known: str) -> str:
    """The day at the known hour, where there is one and the words do not say otherwise."""
    old, period = datetime.fromisoformat(known), _period(words)
    if "T" not in known or (period and old.hour not in _HOURS[period]):
        return day.isoformat()
    return _at(day, old, period)


def _of_the_day(words: str, told: str, known: str) -> str:
    """The hour that is told, on the known day; one that may be either half of the day in the known half."""
    new, old, period = datetime.fromisoformat(told), datetime.fromisoformat(known), _period(words)
    is_either = not period and "T" in known and new.hour % 12 and not _HOUR_IN_FULL.search(words)
    if is_either:
        new = new.replace(hour=new.hour % 12 + (12 if old.hour >= 12 else 0))
    return _at(old.date(), new, period)


def _at(day: date, clock: datetime, period: str) -> str:
    """A clock on a day; after midnight, a night is in the next day."""
    late = period == "night" and clock.hour < _EVENING
    return datetime.combine(day + timedelta(days=late), clock.time()).isoformat(timespec="minutes")


def _period(words: str) -> str:
    """The kind of the part of the day in the words, empty without any."""
    found = _PERIOD.search(words)
    return PERIOD_KINDS[found[0]] if found else ""
