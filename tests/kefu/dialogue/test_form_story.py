"""The matter of a ticket in its story: told already, narrower than its first word, or a second one."""

import pytest

from kefu.dialogue.form_story import is_told, sharper
from kefu.dialogue.said import Entity, Said
from kefu.dialogue.ticket_form import next_step, prefill
from kefu.topics import OTHER_MATTER


@pytest.mark.parametrize("question", ["提现没到账", "重复扣款", "扣了两次", "钱没收到"])
def test_what_says_what_has_happened_is_a_story(question: str) -> None:
    assert is_told(question, "wrong_charge")
    assert prefill(question, "withdraw_arrival")["description"] == question
    assert not is_told(question, OTHER_MATTER)


@pytest.mark.parametrize("question", ["退款", "人工", "付款失败", "怎么提现"])
def test_a_mere_topic_is_none(question: str) -> None:
    assert prefill(question, "refund") == {}


def test_the_amount_of_the_first_words_is_not_asked_for() -> None:
    assert prefill("昨天在加油站加油300扣了两次", "wrong_charge")["amount"] == "300"
    assert "amount" not in prefill("昨天加油站300号机登录不上", "login_problem")


@pytest.mark.parametrize(
    ("topic", "text", "meant"),
    [
        ("withdraw", "没到账", "withdraw_arrival"),
        ("refund", "商家说退了我没收到", "refund_arrival"),
        ("refund", "商家不退款", "refund"),
        ("transfer", "没到账", "transfer"),
    ],
)
def test_the_story_makes_the_matter_narrower(topic: str, text: str, meant: str) -> None:
    assert sharper(topic, text) == meant


def test_the_matter_is_filed_as_the_story_tells_it() -> None:
    step = next_step("description", Said("买的鞋子退了商家说退了我没收到", "refund_arrival"), 0, "refund")
    assert step.slots["topic"] == "refund_arrival"
    assert (
        next_step("time", Said("就是没到账啊", "top_up_arrival", 0.9), 0, "withdraw").slots["topic"]
        == "withdraw_arrival"
    )


@pytest.mark.parametrize(
    ("text", "intent"),
    [("还有我提现也没到", "withdraw_arrival"), ("另外密码也忘了", "forgot_password"), ("我还要投诉客服", "complaint")],
)
@pytest.mark.parametrize("asked", ["time", "phone", "ticket_confirmed"])
def test_a_second_matter_waits_for_its_turn(asked: str, text: str, intent: str) -> None:
    step = next_step(asked, Said(text, intent, 0.95), 0, "wrong_charge", ["time"])
    assert step.slots["aside"] == {"topic": intent, "question": text}
    assert (step.say, step.slots["back"]) == (("utter_ticket_second",), True)
    assert not {"extra", "phone", "ticket_confirmed"} & {*step.slots}


def test_a_second_matter_that_nobody_knows_is_no_skipped_question() -> None:
    step = next_step("phone", Said("还有一件事密码忘了", "out_of_scope", 0.53), 0, "withdraw_arrival")
    assert step.slots["aside"] == {"topic": OTHER_MATTER, "question": "还有一件事密码忘了"}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("还有上个月也扣了30块", "wrong_charge"),
        ("还有商家电话也打不通", "contact"),
        ("另外提现手续费多少", "fee"),
        ("提现没到账", "withdraw_arrival"),
    ],
)
def test_more_on_the_same_matter_or_a_question_is_no_second_one(text: str, intent: str) -> None:
    assert "aside" not in next_step("time", Said(text, intent, 0.95), 0, "wrong_charge").slots


def test_the_facts_of_the_second_matter_do_not_replace_those_of_the_first() -> None:
    later = Said("今天早上1000", "out_of_scope", 0.7, [Entity("time", "2026-11-27", 0, 4)])
    step = next_step("amount", later, 0, "wrong_charge", ["time", "aside"])
    assert dict(step.slots) == {"extra": "今天早上1000", "bad_answers": 0, "back": True}


@pytest.mark.parametrize("text", ["我想问下提现手续费多少", "退款多久到账", "怎么取消自动扣费"])
def test_a_question_instead_of_a_story_is_answered(text: str) -> None:
    step = next_step("description", Said(text, "fee", 0.95), 0, "human_agent")
    assert step.answer_question
    assert "description" not in step.slots


@pytest.mark.parametrize("text", ["怎么扣了我两次钱", "为什么还没到账", "好像是什么余额不够我知道但我银行卡有钱"])
def test_a_story_in_the_form_of_a_question_is_a_story(text: str) -> None:
    assert next_step("description", Said(text, "wrong_charge", 0.95), 0, "wrong_charge").slots["description"] == text


@pytest.mark.parametrize("text", ["你好,我想说一下我的问题", "我想反映一个问题", "我来说说"])
def test_the_announcement_of_a_story_is_none(text: str) -> None:
    step = next_step("description", Said(text, "ticket_status", 0.96), 0, OTHER_MATTER)
    assert not {"description", "topic"} & {*step.slots}


@pytest.mark.parametrize("text", ["没用", "气死我了", "不留"])
def test_anger_or_a_refused_phone_is_no_story(text: str) -> None:
    assert "description" not in next_step("description", Said(text, "deny", 0.9), 0, "refund").slots
