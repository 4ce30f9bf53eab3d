"""The made-up FAQ: as large as wanted, always the same, and as varied as its size says."""

from pathlib import Path

import pytest

from bench.faq import SIZES
from bench.faq_generator import generate, questions
from bench.faq_worker import measure
from kefu.knowledge import FaqEntry, load_faq


@pytest.fixture(scope="module")
def real(root: Path) -> list[FaqEntry]:
    return load_faq(root / "data/faq")


def test_the_largest_size_has_entries_of_their_own(real: list[FaqEntry]) -> None:
    entries = generate(real, SIZES[-1])
    assert len({entry.id for entry in entries}) == SIZES[-1]
    assert len({entry.question for entry in entries}) > 0.95 * SIZES[-1]
    assert len({entry.answer["default"] for entry in entries}) > 0.95 * SIZES[-1]
    assert {entry.intent for entry in entries} == {entry.intent for entry in real}


def test_entries_are_such_as_trainers_write(real: list[FaqEntry]) -> None:
    for entry in generate(real, 50):
        assert 2 <= len(entry.question) <= 40
        assert len(entry.variants) == 2
        assert entry.answer["default"].endswith("。")


def test_every_run_has_the_same(real: list[FaqEntry]) -> None:
    first = generate(real, 300)
    assert first == generate(real, 300)
    assert questions(first, ["怎么退款"], 30) == questions(first, ["怎么退款"], 30)


def test_a_third_of_the_questions_are_real_ones(real: list[FaqEntry]) -> None:
    asked = questions(generate(real, 100), ["怎么退款"], 300)
    assert asked.count("怎么退款") == 100
    assert len(set(asked)) > 50


def test_more_than_there_are_is_refused(real: list[FaqEntry]) -> None:
    with pytest.raises(ValueError, match="more than"):
        generate(real, 10_000_000)


def test_a_size_is_measured() -> None:
    found = measure(100, 10)
    assert found["wordings"] == 300
    assert len(found["took"]) == 10
    assert all(0 < seconds < 1 for seconds in found["took"])
