"""What customers hear about their tickets: the number, what comes next, and buttons that the dialogue understands."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from kefu.desk.follow_up import Change, FollowUp, follow_up, rating_buttons
from kefu.desk.lifecycle import TRANSITIONS, Status
from kefu.desk.models import Ticket

NOW = datetime(2026, 11, 26, 2, tzinfo=timezone.utc)
NUMBER = "KF7K3M9QXT2B"


def ticket(**fields: object) -> Ticket:
    known = {"id": NUMBER, "brand": "my", "intent": "refund", "sla_due": NOW + timedelta(hours=5)}
    return Ticket(**{**known, **fields})


def told(change: Change, **fields: object) -> FollowUp:
    found = follow_up(ticket(**fields), change, NOW)
    assert found
    return found


def titles(message: FollowUp) -> list[str]:
    return [button["title"] for button in message.buttons]


CHANGES = [
    Change(Status.ASSIGNED),
    Change(Status.WAITING_CUSTOMER, note="请发一下付款截图。"),
    Change(Status.WAITING_CUSTOMER),
    Change(Status.RESOLVED, note="多扣的 18 元已退回余额。"),
    Change(Status.RESOLVED),
    Change(Status.CLOSED),
    Change(Status.REOPENED),
    Change(reply="您好，已经在查了。"),
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_names_the_ticket_and_offers_a_way_on(change: Change) -> None:
    message = told(change)
    assert NUMBER in message.text
    assert "退款" in message.text
    assert message.buttons
    assert change.note in message.text
    assert change.reply in message.text


def test_resolved_asks_for_stars_and_whether_it_helped() -> None:
    message = told(Change(Status.RESOLVED))
    assert titles(message) == ["1", "2", "3", "4", "5", "还没解决"]
    command, _, entities = message.buttons[4]["payload"].partition("{")
    assert command == "/rate"
    assert json.loads("{" + entities) == {"stars": "5", "ticket_id": NUMBER}


def test_an_answer_that_is_rated_has_no_ticket() -> None:
    assert [json.loads(button["payload"].removeprefix("/rate")) for button in rating_buttons()] == [
        {"stars": stars} for stars in "12345"
    ]


def test_nothing_is_asked_twice() -> None:
    assert follow_up(ticket(), Change(Status.CLOSED, before=Status.RESOLVED), NOW) is None
    assert follow_up(ticket(), Change(Status.OPEN, before=Status.ASSIGNED), NOW) is None


def test_every_move_of_the_life_cycle_has_a_text_or_none() -> None:
    for before, targets in TRANSITIONS.items():
        for to in targets:
            message = follow_up(ticket(), Change(to, before), NOW)
            assert message is None or message.text.startswith("您的工单")


def test_only_promises_what_is_still_ahead() -> None:
    assert "11月26日 15:00前" in told(Change(Status.ASSIGNED)).text
    late = told(Change(Status.ASSIGNED), sla_due=NOW - timedelta(hours=1)).text
    assert "前给您答复" not in late
    assert "400-000-1188" in late


def test_buttons_are_moves_that_the_dialogue_knows(root: Path) -> None:
    domain = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))
    for change in CHANGES:
        for button in told(change).buttons:
            command, _, entities = button["payload"].partition("{")
            assert command.removeprefix("/") in domain["intents"]
            assert set(json.loads("{" + entities)) <= set(domain["entities"])
