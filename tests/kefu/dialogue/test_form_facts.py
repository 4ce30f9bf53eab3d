"""Facts that come while the ticket form is open: which of them count, and which belong to something else."""

import pytest

from kefu.dialogue.said import Entity, Said, facts, says_only_facts
from kefu.dialogue.ticket_form import next_step
from kefu.show import SKIPPED
from kefu.text import find_amounts


def said(text: str, intent: str = "out_of_scope", **others: str) -> Said:
    """A message as the pipeline reads it: amounts are found, other entities are given."""
    amounts = [Entity("amount", f"{one.value:f}", one.start, one.end) for one in find_amounts(text)]
    return Said(text, intent, 0.9, [*amounts, *(Entity(name, value) for name, value in others.items())])


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("金额改成120", "120"),
        ("要改成700", "700"),
        ("700", "700"),
        ("改为88.5元", "88.5"),
        ("不对,应该是一百二", "120"),
    ],
)
def test_an_amount_is_changed_at_the_summary_in_few_words(text: str, amount: str) -> None:
    step = next_step("ticket_confirmed", said(text), 0, "refund", ["amount"])
    assert (step.slots.get("amount"), step.say) == (amount, ("utter_ticket_changed",))


@pytest.mark.parametrize("text", ["1", "3", "138123456", "时间改成8点"])
def test_other_numbers_at_the_summary_are_no_amount(text: str) -> None:
    assert "amount" not in next_step("ticket_confirmed", said(text), 0, "refund", ["amount"]).slots


def test_half_a_telephone_number_is_no_amount() -> None:
    step = next_step("amount", said("138123456"), 0, "refund")
    assert step.slots == {"bad_answers": 1}


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("不是 80块", "80"),
        ("不是，80块", "80"),
        ("不是80块", None),
        ("是80块 不是 50块", "80"),
        ("不是50块是80块", "80"),
        ("不对，是80块", "80"),
    ],
)
def test_what_is_denied_is_no_fact(text: str, amount: str | None) -> None:
    assert facts(said(text)).get("amount") == amount


def test_a_denial_before_another_amount_refuses_no_phone() -> None:
    step = next_step("phone", said("不是 80块", "deny"), 0, "wrong_charge", ["amount"])
    assert step.slots["amount"] == "80" and step.slots.get("phone") != SKIPPED


@pytest.mark.parametrize("text", ["还有 上个月也扣了30块", "对了又扣了30块", "另外一笔30块也没到"])
def test_a_second_charge_is_noted_and_the_first_stays(text: str) -> None:
    step = next_step("phone", said(text), 0, "wrong_charge", ["amount", "time"])
    assert step.slots["extra"] == text and "amount" not in step.slots


@pytest.mark.parametrize(("text", "told"), [("还有 金额是30块", ["time"]), ("不对,应该是30块,又看了一下", ["amount"])])
def test_what_was_not_told_yet_or_is_corrected_is_taken(text: str, told: list[str]) -> None:
    assert next_step("phone", said(text), 0, "wrong_charge", told).slots["amount"] == "30"


@pytest.mark.parametrize("text", ["昨天开始的", "是昨天发现的", "昨天，我叫张三"])
def test_facts_with_a_word_or_a_name_are_only_facts(text: str) -> None:
    assert says_only_facts(
        Said(text, "fee", 0.9, [Entity("time", "2026-11-22", text.find("昨天"), text.find("昨天") + 2)])
    )
