"""What the console says of due times and of what has happened: in words, for every kind of change."""

from datetime import datetime, timedelta, timezone

import pytest

from kefu.desk.console.words import change_text, due_state, when
from kefu.desk.models import Ticket, TicketEvent

NOW = datetime(2026, 11, 27, 6, 30, tzinfo=timezone.utc)  # 14:30 in China


@pytest.mark.parametrize(
    ("hours", "said"), [(0, "今天 14:30"), (10, "明天 00:30"), (-24, "昨天 14:30"), (-48, "11月25日 14:30")]
)
def test_a_near_day_has_a_name(hours: int, said: str) -> None:
    assert when(NOW + timedelta(hours=hours), NOW) == said


@pytest.mark.parametrize(
    ("minutes", "said", "mark"),
    [
        (-90, "超时 1 小时 30 分", "overdue"),
        (20, "还剩 20 分钟", "soon"),
        (200, "还剩 3 小时 20 分", ""),
        (300, "今天 19:30前", ""),
    ],
)
def test_what_is_left_is_told_as_long_as_it_matters(minutes: int, said: str, mark: str) -> None:
    due = due_state(Ticket(waiting_since=NOW, sla_due=NOW + timedelta(minutes=minutes)), NOW)
    assert (due.text, due.mark) == (said, mark)


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("sla_missed", {}, "过了最晚答复时间，客户还在等"),
        ("phone_seen", {}, "看了完整手机号"),
        ("assignee", {"to": "li"}, "接了这张工单"),
        ("assignee", {"to": "wang"}, "交给 王强"),
        ("assignee", {"to": None}, "放回待办"),
    ],
)
def test_what_happened_is_said_in_chinese(kind: str, data: dict, said: str) -> None:
    assert change_text(TicketEvent(kind=kind, data=data, actor="user:li"), {"wang": "王强"}) == said
