"""The tables of the benchmark, and the division of the messages that its figures rest on."""

from collections import Counter

import pytest

from bench.corpus import Example, overlap, sample, split, unlike
from bench.report import Section, Table, interval, megabytes, milliseconds, render, share, times
from bench.scores import Understood, confusions, score

SIZES = {"refund": 50, "fee": 20, "top_up": 3, "greet": 2}
EXAMPLES = [Example(intent, f"{intent} {number}") for intent, size in SIZES.items() for number in range(size)]


def by_intent(examples: tuple[Example, ...]) -> Counter[str]:
    return Counter(example.intent for example in examples)


def test_a_table_becomes_markdown() -> None:
    table = Table("Costs", ("", "stock", "ours"), (("parse | p99", "8 ms", "1 ms"),), note="One machine.")
    report = render("Results", [("date", "today")], [Section("Speed", "How fast.", (table,))])
    assert report.splitlines() == [
        "# Results",
        "",
        "- date: today",
        "",
        "## Speed",
        "",
        "How fast.",
        "",
        "### Costs",
        "",
        "|  | stock | ours |",
        "| :--- | ---: | ---: |",
        "| parse \\| p99 | 8 ms | 1 ms |",
        "",
        "One machine.",
    ]
    assert report.endswith("\n")


def test_a_row_with_a_cell_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="Costs"):
        Table("Costs", ("", "stock", "ours"), (("parse", "8 ms"),))


def test_figures_are_readable() -> None:
    assert (share(93, 100), share(1, 3), share(0, 0)) == ("93.0 %", "33.3 %", "–")
    assert (times(120, 2), times(7, 2), times(3, 2), times(1, 0)) == ("60", "3.5", "1.50", "–")
    assert (milliseconds(0.0012345), megabytes(4_640_000), megabytes(733_000_000)) == ("1.23 ms", "4.6 MB", "733 MB")


def test_an_interval_holds_the_share_and_stays_within_bounds() -> None:
    assert interval(50, 100) == "40.4–59.6 %"
    assert interval(10, 10).endswith("–100.0 %")
    assert interval(0, 10).startswith("0.0–")
    assert interval(0, 0) == "–"


def test_the_split_is_the_same_every_time_and_in_any_order() -> None:
    assert split(EXAMPLES) == split(EXAMPLES[::-1])
    assert split(EXAMPLES, seed=1) != split(EXAMPLES, seed=2)


def test_the_split_has_all_messages_once_and_each_intents_share_in_both_parts() -> None:
    parts = split(EXAMPLES, held_out=0.2)
    assert not set(parts.train) & set(parts.test)
    assert {*parts.train, *parts.test} == set(EXAMPLES)
    assert by_intent(parts.test) == {"refund": 10, "fee": 4, "top_up": 1, "greet": 1}


def test_a_message_in_two_spellings_is_one_message() -> None:
    spellings = [Example("refund", text) for text in ("怎么退款", "怎么 退款", "怎麼退款", "退款规则")]
    parts = split(spellings, held_out=0.5)
    assert len(parts.train) + len(parts.test) == 2
    assert overlap(parts.test, parts.train) == 0
    assert overlap([Example("fee", "怎麼退款")], spellings) == 1


def test_an_intent_with_a_single_message_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="bill"):
        split([*EXAMPLES, Example("bill", "余额")])


def test_a_sample_keeps_the_proportions_and_is_part_of_a_larger_one() -> None:
    small, large = sample(EXAMPLES, 15), sample(EXAMPLES, 38)
    assert by_intent(small) == {"refund": 10, "fee": 4, "top_up": 1, "greet": 1}
    assert set(small) < set(large)
    assert set(sample(EXAMPLES, 1000)) == set(EXAMPLES)


def test_questions_like_a_training_message_are_told_apart() -> None:
    same, other = Example("refund", "退款多久能到账呀"), Example("fee", "手续费怎么收")
    assert unlike([same, other], [Example("refund", "退款多久能到账"), Example("bill", "余额在哪看")]) == {other}


def test_scores_count_business_and_out_of_scope_apart_and_leave_greetings_out() -> None:
    def found(*intents: str, acted: bool = True) -> Understood:
        return Understood(tuple((intent, 0.5) for intent in intents), acted)

    pairs = [
        (Example("refund", "1"), found("refund")),
        (Example("refund", "2"), found("refund", acted=False)),
        (Example("refund", "3"), found("fee", "bill", "refund")),
        (Example("refund", "4"), found("fee", "bill", "top_up", "refund")),
        (Example("greet", "5"), found("refund")),
        (Example("out_of_scope", "6"), found("out_of_scope")),
        (Example("out_of_scope", "7"), found("fee")),
        (Example("out_of_scope", "8"), found("fee", acted=False)),
        (Example("out_of_scope", "9"), found("greet")),
    ]
    counted = score(pairs)
    assert (counted.business, counted.first, counted.acted, counted.top3) == (4, 2, 1, 3)
    assert (counted.outside, counted.outside_business, counted.outside_acted) == (4, 2, 1)
    assert confusions(pairs, most=2) == [("out_of_scope", "fee", 2), ("refund", "fee", 2)]
