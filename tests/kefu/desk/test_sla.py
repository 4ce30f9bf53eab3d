"""Due times: P1 around the clock, the others in working time; kept or missed."""

from datetime import datetime, timedelta

import pytest

from kefu.desk.lifecycle import Priority
from kefu.desk.models import Ticket
from kefu.desk.sla import begin_waiting, due, heard_from_us, is_overdue
from kefu.show import CHINA

FRIDAY_NIGHT = datetime(2026, 11, 20, 22, 0, tzinfo=CHINA)
MONDAY = datetime(2026, 11, 23, 10, 30, tzinfo=CHINA)


def waiting(since: datetime = MONDAY) -> Ticket:
    return Ticket(priority="P2", status="open", sla_due=due(Priority.P2, since), waiting_since=since, sla_missed=False)


def test_theft_does_not_wait_for_monday() -> None:
    assert due(Priority.P1, FRIDAY_NIGHT) == FRIDAY_NIGHT + timedelta(hours=1)
    assert due(Priority.P2, FRIDAY_NIGHT) == datetime(2026, 11, 23, 13, 0, tzinfo=CHINA)


@pytest.mark.parametrize("since", [FRIDAY_NIGHT, MONDAY])
def test_the_more_urgent_the_sooner(since: datetime) -> None:
    dues = [due(priority, since) for priority in Priority]
    assert dues == sorted(set(dues))
    assert dues[0] > since


def test_an_answer_in_time_is_kept() -> None:
    ticket, answer = waiting(), MONDAY + timedelta(hours=3)
    heard_from_us(ticket, answer)
    assert (ticket.sla_missed, ticket.first_response_at, ticket.waiting_since) == (False, answer, None)
    assert not is_overdue(ticket, MONDAY + timedelta(days=9))


def test_a_late_answer_stays_a_miss_and_the_first_response_stays_the_first() -> None:
    ticket, late = waiting(), MONDAY + timedelta(hours=5)
    assert is_overdue(ticket, late)
    heard_from_us(ticket, late)
    begin_waiting(ticket, late)
    heard_from_us(ticket, late + timedelta(minutes=1))
    assert (ticket.sla_missed, ticket.first_response_at) == (True, late)


def test_who_waits_already_keeps_the_due_time_and_who_writes_again_gets_a_new_one() -> None:
    ticket = waiting()
    first = ticket.sla_due
    begin_waiting(ticket, MONDAY + timedelta(hours=1))
    assert (ticket.sla_due, ticket.waiting_since) == (first, MONDAY)
    heard_from_us(ticket, MONDAY + timedelta(hours=2))
    begin_waiting(ticket, MONDAY + timedelta(hours=3))
    assert ticket.sla_due == due(Priority.P2, MONDAY + timedelta(hours=3))
