"""How values read to people."""

from datetime import datetime, timezone
from decimal import Decimal

import pytest

from kefu.desk.lifecycle import Status
from kefu.show import SKIPPED, parse_amount, show_amount, show_moment, show_status, show_time, status_for_agents


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (datetime(2026, 11, 22, 16, 5, tzinfo=timezone.utc), "11月23日 00:05"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=timezone.utc), "1月2日 11:04"),
    ],
)
def test_a_moment_is_shown_in_chinas_time(moment: datetime, shown: str) -> None:
    assert show_moment(moment) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-02", "2026年11月2日"),
        ("2026-11-02T15:00", "2026年11月2日 15:00"),
        ("2026-11-02T00:00", "2026年11月2日 00:00"),
        ("上个月月底吧", "上个月月底吧"),
        ("2026-13-45", "2026-13-45"),
        ("", SKIPPED),
        (None, SKIPPED),
    ],
)
def test_times(value: str | None, shown: str) -> None:
    assert show_time(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("350.50", "350.50元"), ("350", "350元"), ("1E+4", "10000元"), ("几百块", "几百块"), ("NaN", "NaN")],
)
def test_amounts(value: str, shown: str) -> None:
    assert show_amount(value) == shown


@pytest.mark.parametrize(
    ("value", "amount"),
    [
        ("350.5", Decimal("350.5")),
        ("0", Decimal(0)),
        ("不记得", None),
        ("", None),
        (None, None),
        ("Infinity", None),
        ("nan", None),
    ],
)
def test_only_a_number_is_an_amount(value: str | None, amount: Decimal | None) -> None:
    assert parse_amount(value) == amount


@pytest.mark.parametrize("show", [show_status, status_for_agents])
def test_every_status_has_words_of_its_own(show) -> None:
    words = [show(status.value) for status in Status]
    assert len(set(words)) == len(Status)
    assert not any(word.isascii() for word in words)


def test_customers_and_agents_read_different_words() -> None:
    assert (show_status("waiting_customer"), status_for_agents("waiting_customer")) == ("客服在等您补充信息", "等客户")
    assert (show_status("new kind"), status_for_agents("new kind")) == ("new kind", "new kind")
