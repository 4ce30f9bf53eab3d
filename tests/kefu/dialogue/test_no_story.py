"""What comes where the story was asked for and is none: a question, a number, a fact, the number on file."""

import pytest

from kefu.dialogue.said import Entity, Said
from kefu.dialogue.ticket_form import ON_FILE, next_step
from kefu.show import SKIPPED
from kefu.topics import OTHER_MATTER


@pytest.mark.parametrize("text", ["你们要多久能处理", "多久能好", "什么时候能回复我"])
def test_how_long_is_told_and_is_no_story(text: str) -> None:
    step = next_step("description", Said(text, "ticket_status", 0.5), 0, "top_up_arrival")
    assert (step.say, step.slots["back"], "description" in step.slots) == (("utter_ticket_how_long",), True, False)


def test_a_story_with_a_question_in_it_is_a_story() -> None:
    text = "上周充了500一直没到账,客服说再等等,到底什么时候能处理好"
    assert next_step("description", Said(text, "top_up_arrival"), 0, "top_up_arrival").slots["description"] == text


@pytest.mark.parametrize(
    ("text", "amount"), [("200", "200"), ("三百五", "350"), ("100多吧", "100多元"), ("大概350", "350")]
)
@pytest.mark.parametrize("topic", ["refund", OTHER_MATTER])
def test_a_number_is_the_amount(text: str, amount: str, topic: str) -> None:
    step = next_step("description", Said(text, "out_of_scope"), 0, topic)
    assert (step.slots["amount"], step.say) == (amount, ("utter_ticket_noted",))
    assert "description" not in step.slots
    again = next_step("description", Said(text, "out_of_scope"), 1, topic)
    assert (again.slots["amount"], again.slots["description"]) == (amount, SKIPPED), "and the story is not asked again"


def test_a_number_is_no_amount_where_no_money_is_meant() -> None:
    assert "amount" not in next_step("description", Said("200", "out_of_scope"), 0, "login_problem").slots
    assert "amount" not in next_step("description", Said("1", "out_of_scope"), 0, "refund").slots


def test_about_a_hundred_is_an_amount_where_it_is_asked_for() -> None:
    assert next_step("amount", Said("100多吧", "out_of_scope"), 0, "refund").slots["amount"] == "100多元"


def test_facts_instead_of_a_story_are_not_asked_for_twice() -> None:
    bought = Said("昨天买的", "out_of_scope", 0.3, [Entity("time", "2026-11-26", 0, 2)])
    assert "description" not in next_step("description", bought, 0, "refund").slots
    step = next_step("description", bought, 1, "refund")
    assert (step.slots["time"], step.slots["description"]) == ("2026-11-26", SKIPPED)


def test_the_short_matter_is_kept_for_want_of_a_story() -> None:
    step = next_step("description", Said("我要退款", "refund"), 0, OTHER_MATTER)
    assert (step.slots["question"], step.slots["topic"]) == ("我要退款", "refund")


@pytest.mark.parametrize("text", ["手机号就是注册那个", "手机号和注册的一样", "电话就打注册那个号"])
@pytest.mark.parametrize("asked", ["description", "phone"])
def test_the_number_of_the_account_is_a_phone_and_no_story(asked: str, text: str) -> None:
    step = next_step(asked, Said(text, "register"), 0, "payment_failed")
    assert (step.slots["phone"], "description" in step.slots) == (ON_FILE, False)


@pytest.mark.parametrize("text", ["注册不了", "手机号注册不了", "手机号注册", "就是注册的号"])
def test_other_words_on_registering_are_a_story(text: str) -> None:
    assert "phone" not in next_step("description", Said(text, "register"), 0, OTHER_MATTER).slots
