"""An answer of the form that is called wrong without the right one is asked for again, not filed as a supplement."""

import pytest

from kefu.dialogue.said import Entity, Said
from kefu.dialogue.ticket_form import next_step
from kefu.dialogue.wrong_field import something_is_wrong, wrong_fields


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("时间不对", ["time"]),
        ("金额错了", ["amount"]),
        ("手机号错了", ["phone"]),
        ("改一下手机号", ["phone"]),
        ("时间改一下", ["time"]),
        ("手机号填错了怎么改", ["phone"]),
        ("可以改一下金额吗", ["amount"]),
        ("把日期改一下", ["time"]),
        ("填错电话了", ["phone"]),
        ("经过写错了", ["description"]),
        ("时间和金额都错了", ["time", "amount"]),
        ("联系方式有误", ["phone"]),
    ],
)
def test_a_wrong_answer_is_named_in_many_words(text: str, names: list[str]) -> None:
    assert wrong_fields(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "充值充错手机号了",
        "身份证号码错了",
        "换手机号怎么弄",
        "手机换了登录不上",
        "商家说金额不对不给退",
        "电话打不通",
        "手机号换了",
        "换了手机号",
        "好的",
    ],
)
def test_a_story_is_no_wrong_answer(text: str) -> None:
    assert wrong_fields(text) == []
    assert not something_is_wrong(text)


@pytest.mark.parametrize(
    ("text", "intent", "name"), [("时间不对", "out_of_scope", "time"), ("金额错了", "wrong_charge", "amount")]
)
@pytest.mark.parametrize("bad_answers", [0, 2])
def test_it_is_asked_for_at_the_summary(text: str, intent: str, name: str, bad_answers: int) -> None:
    step = next_step("ticket_confirmed", Said(text, intent), bad_answers, "refund")
    assert step.slots == {name: None, "bad_answers": 0}
    assert step.say == ("utter_ticket_once_more",)


def test_it_is_asked_for_in_mid_form() -> None:
    step = next_step("amount", Said("手机号填错了怎么改", "change_phone"), 0, "refund", ["phone"])
    assert step.slots == {"phone": None, "phone_sealed": None, "bad_answers": 0}
    assert not step.answer_question


def test_a_story_about_numbers_goes_on() -> None:
    assert "phone" not in next_step("description", Said("手机号填错了怎么改", "change_phone"), 0, "change_phone").slots
    wrong = Said("手机号填错了", "change_phone")
    assert "phone" not in next_step("time", wrong, 0, "change_phone", ["phone"]).slots
    assert "phone" not in next_step("time", wrong, 0, "refund", ["amount"]).slots, "none was told"


def test_a_value_beside_it_is_taken_at_once() -> None:
    said = Said("金额错了,是300", "wrong_charge", 0.9, [Entity("amount", "300", 6, 9)])
    assert next_step("ticket_confirmed", said, 0, "refund").slots["amount"] == "300"


@pytest.mark.parametrize("text", ["写错了", "我要改一下", "有个地方错了", "订单号错了"])
def test_where_it_is_wrong_is_asked(text: str) -> None:
    step = next_step("ticket_confirmed", Said(text, "out_of_scope"), 0, "refund")
    assert (step.say, "extra" in step.slots) == (("utter_ticket_what_to_change",), False)
