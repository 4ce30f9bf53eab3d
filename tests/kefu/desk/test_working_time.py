"""Working time in China: weekends, holidays, make-up workdays, and the years that nobody knows yet."""

import logging
from datetime import date, datetime, timedelta

import pytest

from kefu.desk import working_time
from kefu.desk.working_time import add_working_time, is_workday, is_working, last_known_year, next_opening, warning
from kefu.show import CHINA


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("2026-11-23T09:00", True),
        ("2026-11-23T08:59", False),
        ("2026-11-23T20:59", True),
        ("2026-11-23T21:00", False),
        ("2026-11-22T12:00", False),  # a Sunday
        ("2026-10-01T12:00", False),  # National Day, a Thursday
        ("2026-10-10T12:00", True),  # a Saturday that makes up for it
    ],
)
def test_when_agents_work(moment: str, working: bool) -> None:
    assert is_working(china(moment)) is working


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-23T10:30", 4, "2026-11-23T14:30"),
        ("2026-11-23T20:00", 4, "2026-11-24T12:00"),
        ("2026-11-23T03:00", 4, "2026-11-23T13:00"),
        ("2026-11-20T20:30", 12, "2026-11-23T20:30"),  # Friday evening to Monday evening
        ("2026-11-21T12:00", 12, "2026-11-23T21:00"),
        ("2026-09-30T20:00", 2, "2026-10-08T10:00"),  # over the holidays
        ("2026-10-09T20:00", 2, "2026-10-10T10:00"),  # into the make-up Saturday
    ],
)
def test_working_time_goes_by(start: str, hours: int, end: str) -> None:
    assert add_working_time(china(start), timedelta(hours=hours)) == china(end)


def test_next_opening_is_now_within_working_time() -> None:
    assert next_opening(china("2026-11-23T10:30")) == china("2026-11-23T10:30")
    assert next_opening(china("2026-11-23T21:00")) == china("2026-11-24T09:00")


def test_beyond_the_known_years_monday_to_friday_and_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    working_time._warn_once.cache_clear()
    year = last_known_year() + 1
    with caplog.at_level(logging.WARNING):
        days = [is_workday(date(year, 1, 4) + timedelta(days=n)) for n in range(7)]
    assert days == [(date(year, 1, 4) + timedelta(days=n)).weekday() < 5 for n in range(7)]
    assert len(caplog.records) == 1
    assert str(year) in caplog.text


def test_operators_are_warned_two_months_ahead() -> None:
    known = last_known_year()
    assert warning(datetime(known, 10, 1, tzinfo=CHINA)) is None
    assert str(known) in (warning(datetime(known, 11, 15, tzinfo=CHINA)) or "")
    assert str(known) in (warning(datetime(known + 3, 1, 1, tzinfo=CHINA)) or "")
