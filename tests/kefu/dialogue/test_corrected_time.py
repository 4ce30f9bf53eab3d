"""A corrected time keeps what the correction does not say again."""

from datetime import datetime

import pytest

from kefu.dialogue.corrected_time import relative_to
from kefu.dialogue.said import Entity, Said, facts
from kefu.text import find_times

NOW = datetime(2026, 11, 27, 12, 0)


def said(text: str) -> Said:
    found = [Entity("time", time.value, time.start, time.end) for time in find_times(text, NOW)]
    assert found, text
    return Said(text, "out_of_scope", 0.4, [*found, Entity("amount", "5", 0, 0)])


@pytest.mark.parametrize(
    ("known", "text", "meant"),
    [
        ("2026-10-25", "不对 是26号买的", "2026-10-26"),
        ("2026-10-25", "时间不对 是26号", "2026-10-26"),
        ("2026-10-25", "是二十六号晚上9点", "2026-10-26T21:00"),
        ("2026-11-20", "是28号", "2026-10-28"),
        ("2026-02-20", "是31号", "2026-10-31"),
        ("2026-10-25", "是11月26号", "2026-11-26"),
        ("2026-11-26T20:00", "不对是前天晚上", "2026-11-25T20:00"),
        ("2026-11-26T20:00", "是前天", "2026-11-25T20:00"),
        ("2026-10-25T20:00", "是26号", "2026-10-26T20:00"),
        ("2026-11-26T20:00", "不对是前天早上", "2026-11-25"),
        ("2026-11-26T09:00", "是前天下午", "2026-11-25"),
        ("2026-11-26T00:00", "是前天晚上", "2026-11-26T00:00"),
        ("2026-11-26T20:00", "是9点不是8点", "2026-11-26T21:00"),
        ("2026-11-25T10:00", "是9点半", "2026-11-25T09:30"),
        ("2026-11-25T10:00", "是下午3点", "2026-11-25T15:00"),
        ("2026-11-25", "是晚上8点", "2026-11-25T20:00"),
        ("2026-11-25T20:00", "是9:30", "2026-11-25T09:30"),
        ("2026-11-25T20:00", "是昨天早上10点", "2026-11-26T10:00"),
        ("2026-11-20", "是前天晚上", "2026-11-25"),
    ],
)
def test_what_is_not_said_again_stays(known: str, text: str, meant: str) -> None:
    assert facts(relative_to(said(text), known, NOW))["time"] == meant


def test_what_is_yet_to_come_is_not_meant() -> None:
    assert facts(relative_to(said("是今天"), "2026-11-25T20:00", NOW))["time"] == "2026-11-27"


@pytest.mark.parametrize("known", [None, "", "大概上个月", "未提供"])
def test_without_a_known_time_a_message_means_what_it_says(known: str | None) -> None:
    message = said("是26号")
    assert relative_to(message, known, NOW) == message


def test_other_facts_and_pressed_buttons_are_left_alone() -> None:
    pressed = Said("今天", "inform", 1.0, [Entity("time", "今天", 0, 0), Entity("amount", "350", 0, 0)])
    assert relative_to(pressed, "2026-11-25T20:00", NOW) == pressed
