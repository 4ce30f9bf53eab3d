"""The questions of an open alarm, and what sounds like an alarm and is none."""

import pytest

from kefu.brands import brands
from kefu.dialogue.alarm_questions import alarm_guides, asked_after, asked_before, is_of_safety
from kefu.knowledge import knowledge_base
from kefu.text import normalise


def faq_after(alarm: str, text: str) -> str | None:
    option = asked_after(alarm, normalise(text).text)
    return option.faq if option else None


def faq_before(text: str) -> str | None:
    option = asked_before(normalise(text).text)
    return option.faq if option else None


@pytest.mark.parametrize(
    ("text", "faq_id"),
    [
        ("怎么冻结", "account_theft.freeze"),
        ("钱包怎么冻结", "account_theft.freeze"),
        ("冻结不了", "account_theft.freeze_fails"),
        ("找不到冻结账户", "account_theft.freeze_fails"),
        ("他会不会把我的钱转走", "account_theft.more_loss"),
        ("冻结后钱还在吗", "account_theft.more_loss"),
        ("会不会再被扣", "account_theft.more_loss"),
        ("钱能追回来吗", "account_theft.money_back"),
        ("多久能追回", "account_theft.money_back"),
        ("你们赔不赔", "account_theft.who_pays"),
        ("这个损失谁承担", "account_theft.who_pays"),
        ("我该怎么报警", "account_theft.police"),
        ("派出所在哪", "account_theft.police"),
        ("报警有用吗", "account_theft.police_use"),
        ("能看到谁盗的吗", "account_theft.police_use"),
        ("要提供什么材料", "account_theft.evidence"),
        ("还要我做什么", "account_theft.what_else"),
        ("接下来呢", "account_theft.what_else"),
        ("你们会给我打电话吗", "account_theft.what_next"),
        ("骗子还在给我打电话", "account_theft.still_contacts"),
        ("帮我转给他", "account_theft.still_contacts"),
        ("电话打不通", "account_theft.hotline"),
        ("卡要不要挂失", "bank_card.lost"),
        ("手机卡怎么挂失", "account_theft.sim_loss"),
        ("密码怎么改", "forgot_password.change_password"),
        ("登不上去了", "account_theft.account_stolen"),
    ],
)
def test_a_question_after_theft_or_fraud(text: str, faq_id: str) -> None:
    assert faq_after("account_theft", text) == faq_id


@pytest.mark.parametrize(
    ("text", "faq_id"),
    [
        ("怎么撤", "transfer.cancel"),
        ("找不到撤回", "transfer.cancel"),
        ("对方会退吗", "transfer.will_return"),
        ("怎么联系他", "transfer.contact_receiver"),
        ("对方叫什么你们能告诉我吗", "transfer.contact_receiver"),
        ("能直接帮我扣回来吗", "transfer.deduct_back"),
        ("把他的账户冻结", "transfer.deduct_back"),
        ("对方不接电话", "transfer.receiver_refuses"),
        ("能起诉吗", "transfer.receiver_refuses"),
        ("要不要报警", "account_theft.police"),
    ],
)
def test_a_question_after_a_wrong_transfer(text: str, faq_id: str) -> None:
    assert faq_after("transfer", text) == faq_id


@pytest.mark.parametrize(
    "text", ["手续费多少", "怎么提现到银行卡", "昨晚11点", "3000", "在咸鱼上", "冻结了", "他说他是客服"]
)
def test_other_questions_and_facts_name_none(text: str) -> None:
    assert faq_after("account_theft", text) is None
    assert faq_after("fee", text) is None, "no alarm is about fees"


@pytest.mark.parametrize(
    ("text", "faq_id"),
    [
        ("陌生人给我转了500块，让我转回去", "transfer.received_by_mistake"),
        ("有个人转错钱给我，我该退给他吗", "transfer.received_by_mistake"),
        ("别人误转给我的钱怎么处理", "transfer.received_by_mistake"),
        ("孩子用我手机打游戏充了3000块", "refund.minors"),
        ("娃刷我手机给主播打赏了五百", "refund.minors"),
        ("银行卡丢了", "bank_card.lost"),
        ("身份证丢了会不会被人开户", "data_security.id_card_lost"),
        ("我收到一条短信说我账户异常要我点链接", "account_theft.phishing_sms"),
        ("有人在试我的密码，一直收到验证码短信", "account_theft.unexpected_code"),
        ("客服要验证码是不是骗子", "data_security.fake_service"),
        ("他说我不转账就要坐牢", "data_security.scam_ahead"),
        ("借款平台让我交解冻费", "data_security.scam_ahead"),
        ("我要冻结账户", "account_theft.freeze"),
        ("手机卡丢了", "account_theft.sim_loss"),
        ("我要报警", "account_theft.police"),
        ("被盗刷你们赔不赔", "account_theft.who_pays"),
        ("新闻上说有人被盗刷，你们钱包安全吗", "data_security.is_safe"),
        ("转错了账怎么处理，我先了解一下", "transfer.wrong_person"),
    ],
)
def test_what_sounds_like_an_alarm_and_is_none(text: str, faq_id: str) -> None:
    assert faq_before(text) == faq_id
    assert is_of_safety(faq_id)


@pytest.mark.parametrize(
    "text",
    [
        "陌生人让我转回去我就转了",
        "短信让我点链接，卡号密码都填了密码",
        "孩子被人骗着充了3000",
        "一个自称警察的人让我转到安全账户我照做了",
        "银行卡丢了里面的钱没了",
        "我被盗刷了你们赔不赔",
        # daily business
        "朋友转给我的没收到",
        "别人转钱给我怎么收",
        "转错给我妈了",
        "转错到我另一张卡上",
        "收不到验证码短信",
        "点了邮件里的链接没反应",
        "账户被冻结怎么解冻",
        "身份证丢了还能实名吗",
        "孩子的卡能绑吗",
        "",
        "短信" * 50_000,
    ],
)
def test_what_has_happened_and_daily_business_are_not_caught(text: str) -> None:
    assert faq_before(text) is None


@pytest.mark.parametrize("brand", ["post", "my"])
def test_every_answer_may_be_served_to_both_brands(brand: str) -> None:
    named = {one for guide in alarm_guides().by_intent.values() for option in guide.options for one in option.entries}
    assert len(named) > 30
    assert [faq_id for faq_id in named if not knowledge_base().answer(faq_id, brands()[brand])] == []
