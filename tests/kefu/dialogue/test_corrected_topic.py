"""The matter that a customer puts in the place of the one that is being registered."""

import pytest

from kefu.dialogue.corrected_topic import corrected_topic
from kefu.dialogue.said import Entity, Said


@pytest.mark.parametrize(
    ("text", "intent", "confidence", "meant"),
    [
        ("不对,我说的是提现不是退款", "refund", 0.9, "withdraw"),
        ("不对,我说的是提现不是退款", "out_of_scope", 0.4, "withdraw"),
        ("不是退款,是充值没到账", "refund", 0.4, "top_up_arrival"),
        ("不是退款是提现", "refund", 0.9, "withdraw"),
        ("我说的是转账", "transfer", 0.9, "transfer"),
        ("不对是提现不是充值", "top_up", 0.9, "withdraw"),
        ("说错了,是提现的问题", "withdraw", 0.8, "withdraw"),
        ("那是充值不是退款", "top_up", 0.8, "top_up"),
    ],
)
def test_the_words_behind_是_count(text: str, intent: str, confidence: float, meant: str) -> None:
    found = corrected_topic(Said(text, intent, confidence), "refund")
    assert found is not None
    assert (found.topic, found.tells_more) == (meant, False)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("是300不是350", "fee"),
        ("不对,是昨天的事", "refund"),
        ("不对,是我手机号写错了", "change_phone"),
        ("不是,是我自己点的", "out_of_scope"),
        ("我说的是退款不是别的", "refund"),
        ("提现和退款我都要", "withdraw"),
        ("是的", "affirm"),
    ],
)
def test_other_corrections_leave_the_matter_alone(text: str, intent: str) -> None:
    assert corrected_topic(Said(text, intent, 0.9), "refund") is None


@pytest.mark.parametrize(("topic", "meant"), [("withdraw_arrival", "top_up_arrival"), ("withdraw", "top_up")])
def test_what_was_wrong_with_it_stays(topic: str, meant: str) -> None:
    found = corrected_topic(Said("不是提现是充值", "withdraw", 0.9), topic)
    assert found is not None
    assert found.topic == meant


def test_an_amount_beside_it_is_no_reason_to_guess() -> None:
    text = "不对,是扣了我60"
    said = Said(text, "wrong_charge", 0.9, [Entity("amount", "60", 6, 8)])
    assert corrected_topic(said, "refund") is None


@pytest.mark.parametrize(
    ("text", "intent", "meant"),
    [
        ("不对,我说的是提现不是退款,提了三天银行也没收到", "withdraw_arrival", "withdraw_arrival"),
        ("说错了,是提现一直没到", "withdraw_arrival", "withdraw_arrival"),
        ("搞错了,是话费没交上", "top_up_arrival", "top_up_arrival"),
        ("不对,我说的是提现到建行不是退款", "withdraw", "withdraw"),
    ],
)
def test_what_more_is_told_is_seen(text: str, intent: str, meant: str) -> None:
    found = corrected_topic(Said(text, intent), "refund")
    assert found is not None
    assert (found.topic, found.tells_more) == (meant, True)


@pytest.mark.parametrize(
    ("text", "intent", "topic"),
    [
        ("钱是从银行卡扣的不是余额扣的", "wrong_charge", "wrong_charge"),
        ("钱是从银行卡扣的不是余额扣的", "bank_card", "wrong_charge"),
        ("是不是提现也是这样", "withdraw_arrival", "top_up_arrival"),
        ("我不是没实名,是提现一直失败", "withdraw", "identity_verification"),
        ("是转账的时候扣了手续费,不是提现", "transfer", "fee"),
        ("是不是充值是免费的", "top_up", "fee"),
        ("商家说是退款不是他们管的", "refund", "wrong_charge"),
        ("我不是投诉,是想知道退款到哪了", "refund_arrival", "wrong_charge"),
        ("充值的时候是用银行卡,不是微信", "top_up", "top_up_arrival"),
        ("不是不会提现,是提现点不动", "withdraw", "payment_failed"),
    ],
)
def test_a_story_with_是_and_不是_is_no_correction(text: str, intent: str, topic: str) -> None:
    assert corrected_topic(Said(text, intent, 0.9), topic) is None
