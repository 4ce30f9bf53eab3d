"""Statuses and priorities."""

from kefu.desk.lifecycle import TRANSITIONS, Priority, Status, priority_of


def test_every_status_can_be_left_and_reached() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert {status for targets in TRANSITIONS.values() for status in targets} == set(Status)
    assert all(status not in targets for status, targets in TRANSITIONS.items())


def test_theft_first_feedback_last() -> None:
    assert priority_of("account_theft") is Priority.P1
    assert priority_of("complaint") is Priority.P2
    assert priority_of("fee") is Priority.P3
    assert priority_of("feedback") is Priority.P4
