"""How a load is planned and what is read from its answers; one small load against real servers."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import questions, sides, speed
from bench.lengths import around
from bench.load import Load, Talk, Turn, put, quantile
from bench.plan import QUICK, BenchError
from bench.processes import running
from bench.questions import answered_alike
from bench.speed import Speed, interleaved
from kefu.channels import apology


@pytest.mark.parametrize(("q", "value"), [(0.0, 1), (0.5, 5), (0.95, 10), (0.91, 10), (0.9, 9), (1.0, 10)])
def test_a_quantile_is_one_of_the_values(q: float, value: int) -> None:
    assert quantile([3, 1, 2, 10, 9, 8, 4, 5, 7, 6], q) == value


def test_there_is_no_quantile_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


def test_sides_take_turns_and_take_turns_in_beginning() -> None:
    assert list(interleaved("ABC", 4)) == [
        *[(0, "A"), (0, "B"), (0, "C")],
        *[(1, "B"), (1, "C"), (1, "A")],
        *[(2, "C"), (2, "A"), (2, "B")],
        *[(3, "A"), (3, "B"), (3, "C")],
    ]


def test_conversations_are_their_own_and_ask_in_turn() -> None:
    first, second = questions.talks("x", "abcde", 2, 7)
    assert (first.sender, "".join(first.messages)) == ("x-0", "abcdeab")
    assert (second.sender, "".join(second.messages)) == ("x-1", "deabcde")


def test_candidates_are_the_faqs_questions_always_in_the_same_order_without_emergencies() -> None:
    found = questions.candidates()
    assert found == questions.candidates()
    assert "怎么申请退款？" in found
    assert len(set(found)) == len(found) > 100
    assert not [text for text in found if "盗刷" in text]


def test_around_a_turn_is_the_median_and_nothing_where_there_was_no_such_turn() -> None:
    times = [float(number) for number in range(1, 101)]
    assert around(times, 50) == 50
    assert around(times, 100) == 95
    assert around(times, 101) is None


def test_the_round_in_the_middle_counts() -> None:
    turns = (tuple(Turn(0.1, 200, "好") for _ in range(8)),)
    rounds = [Load(wall, turns) for wall in (8.0, 0.1, 2.0)]
    found = Speed(alone=rounds, together=rounds, cpu_seconds=[(3.0, 1.0), (1.0, 9.0), (2.0, 2.0)])
    assert found.rate == 4
    assert found.cpu == (2, 2)
    assert found.answers == 48


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sides.Side]:
    with sides.floor(tmp_path_factory.mktemp("floor")) as side:
        yield side


def test_all_messages_are_answered_each_in_its_conversation(floor: sides.Side) -> None:
    load = put(floor.url, [Talk("a", ("一", "二", "三")), Talk("b", ("甲", "乙"))])
    assert [[turn.text for turn in talk] for talk in load.talks] == [["一", "二", "三"], ["甲", "乙"]]
    assert all(0 < turn.seconds <= load.wall for turn in load.turns)
    assert load.rate == pytest.approx(5 / load.wall)


def test_nothing_is_sent_after_the_time_is_over(floor: sides.Side) -> None:
    asked = ("一",) * 100_000
    assert len(put(floor.url, [Talk("a", asked)], seconds=0.3).turns) < len(asked)


def test_a_run_with_a_missing_answer_is_refused(floor: sides.Side) -> None:
    with pytest.raises(BenchError, match="1 of 2 answers are missing"):
        put(floor.url, [Talk("a", ("一", ""))])


def test_a_probe_may_stay_without_an_answer_and_is_left_out(floor: sides.Side) -> None:
    sorry = apology.APOLOGY.format(reference="KF1", hotline="1")
    asked = [f"问{number}" for number in range(12)]
    assert list(answered_alike([floor.url, floor.url], ["", *asked, sorry])) == asked


def test_an_apology_is_no_answer(floor: sides.Side) -> None:
    with pytest.raises(BenchError, match="1 of 1 answers are missing"):
        put(floor.url, [Talk("a", (apology.APOLOGY.format(reference="KF1", hotline="1"),))])


def test_a_server_that_does_not_know_the_address_is_no_answer(floor: sides.Side) -> None:
    with pytest.raises(BenchError, match="status 404"):
        put(floor.url.replace("/rest/", "/nowhere/"), [Talk("a", ("一",))])


def test_only_this_machine_is_put_under_load() -> None:
    with pytest.raises(BenchError, match="only this machine"):
        put("http://example.invalid/webhook", [Talk("a", ("一",))])


def test_sides_are_measured_in_turn(floor: sides.Side) -> None:
    plan = replace(QUICK, rounds=2, alone=3, together=2)
    found = speed.measure(plan, [floor], {"一": "一", "二": "别的"})["floor"]
    assert found.answers == 2 * (3 + 2 * speed.CLIENTS)
    assert 0 < found.different < found.answers
    assert found.rate > 0


def test_a_server_that_ends_is_reported_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('out of order'); raise SystemExit(3)"]
    with running(command, {}, tmp_path, "shop") as process, pytest.raises(BenchError, match="(?s)ended with 3.*order"):
        process.wait_for("http://127.0.0.1:9/", 30)
