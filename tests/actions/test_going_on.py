"""The open matter goes on: facts and impatience stay with it, a yes or a bidding registers it, good news closes it."""

import pytest

from actions.answer import ActionAnswer
from actions.recovery import ActionOutOfScope
from actions.solved import ActionHeard, ActionSolved, ActionUnsolved
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
async def talk() -> Talk:
    """The customer has asked about a withdrawal that has not arrived, with its amount."""
    talk = Talk()
    await talk.hear(ActionAnswer(), "提现500没到账", "withdraw_arrival", amount="500")
    return talk


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("等不了了", "payment_failed", 0.91),
        ("显示处理中", "ticket_status", 0.9),
        ("卡里有钱", "payment_failed", 0.9),
        ("卡号是对的", "bank_card", 0.97),
        ("用余额付的", "bill", 0.77),
        ("不是超市是菜市场", "payment_scenario", 0.98),
        ("没换手机", "change_phone", 0.99),
        ("店主不认", "payment_scenario", 0.95),
        ("是我自己在付给我妈买药", "refund", 0.7),
    ],
)
async def test_a_few_words_that_name_no_other_matter_stay(
    talk: Talk, text: str, intent: str, confidence: float
) -> None:
    said = await talk.hear(ActionAnswer(), text, intent, confidence)
    assert text_of(said) == "utter_matter_noted"
    assert (talk.slots["topic"], talk.slots["amount"]) == ("withdraw_arrival", "500")
    assert text in talk.slots["question"]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("密码忘了", "forgot_password"),
        ("手续费多少", "fee"),
        ("我要退款", "refund"),
        ("登录不上", "login_problem"),
        ("银行卡丢了", "bank_card"),
        ("充值没到账", "top_up_arrival"),
    ],
)
async def test_another_matter_that_is_named_is_taken_up(talk: Talk, text: str, intent: str) -> None:
    await talk.hear(ActionAnswer(), text, intent)
    assert talk.slots["topic"] == intent
    assert talk.slots["amount"] is None


async def test_a_question_is_looked_up_among_the_answers_of_its_matter(talk: Talk) -> None:
    said = await talk.hear(ActionAnswer(), "能取消吗", "close_account", 0.9)
    assert faq_of(said) == ["withdraw.cancel"]
    assert talk.slots["topic"] == "withdraw_arrival"


async def test_a_question_without_an_answer_offers_what_else_it_may_be(talk: Talk) -> None:
    said = await talk.hear(ActionAnswer(), "什么原因", "account_locked", 0.95)
    assert titles_of(said)[-1] == "以上都不是"
    assert talk.slots["topic"] == "withdraw_arrival"
    said = await talk.hear(ActionAnswer(), "能加急吗", "bank_card", 0.4)
    assert text_of(said) == "utter_asked_on"


async def test_the_second_statement_is_heard_in_other_words(talk: Talk) -> None:
    await talk.hear(ActionAnswer(), "显示处理中", "ticket_status")
    assert text_of(await talk.hear(ActionAnswer(), "用余额付的", "bill")) == "utter_matter_noted_again"


async def test_a_number_beside_a_time_is_the_amount() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "充值没到账", "top_up_arrival")
    await talk.hear(ActionOutOfScope(), "今天中午 300", "out_of_scope", time=("2026-11-27", "今天中午"))
    assert (talk.slots["amount"], talk.slots["time"]) == ("300", "2026-11-27")


@pytest.mark.parametrize(
    "text", ["帮我登记一下", "那你给我登个记", "先给我记下来吧", "提交", "那就麻烦你们了", "帮我反映一下"]
)
@pytest.mark.parametrize("intent", ["out_of_scope", "login_problem"])
async def test_who_bids_it_gets_the_form(talk: Talk, text: str, intent: str) -> None:
    action = ActionOutOfScope() if intent == "out_of_scope" else ActionAnswer()
    assert text_of(await talk.hear(action, text, intent)) == "utter_open_ticket"
    assert (talk.slots["topic"], talk.slots["amount"]) == ("withdraw_arrival", "500")


async def test_a_matter_told_with_the_bidding_is_the_one_that_is_registered() -> None:
    talk = Talk()
    said = await talk.hear(ActionAnswer(), "充值200没到账,帮我登记", "top_up_arrival", amount="200")
    assert text_of(said) == "utter_open_ticket"
    assert (talk.slots["topic"], talk.slots["amount"]) == ("top_up_arrival", "200")


async def test_what_only_people_can_do_is_said_and_then_done(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionAnswer(), "你们帮我查一下", "ticket_status")) == "utter_people_can"
    assert text_of(await talk.hear(ActionSolved(), "好", "affirm")) == "utter_open_ticket"


@pytest.mark.parametrize("action", [ActionSolved, ActionHeard])
async def test_a_mere_yes_to_a_mere_note_is_asked_about(
    talk: Talk, action: type[ActionSolved] | type[ActionHeard]
) -> None:
    await talk.hear(ActionAnswer(), "显示处理中", "ticket_status")
    assert text_of(await talk.hear(action(), "好的", "affirm")) == "utter_press_register"
    assert text_of(await talk.hear(action(), "可以", "affirm")) == "utter_open_ticket"


@pytest.mark.parametrize("text", ["到账了", "啊到了到了", "钱到了", "刚刚到账了,不用了", "解决了", "现在可以了"])
@pytest.mark.parametrize(("action", "intent"), [(ActionAnswer, "withdraw_arrival"), (ActionSolved, "affirm")])
async def test_good_news_closes_the_matter(
    talk: Talk, action: type[ActionAnswer] | type[ActionSolved], intent: str, text: str
) -> None:
    assert text_of(await talk.hear(action(), text, intent)) == "utter_solved"
    assert talk.slots["topic"] is None


async def test_nobody_is_hurried_and_the_thread_is_taken_up_again(talk: Talk) -> None:
    for text in ("等一下我看看", "我再等等", "好我试试", "等等再说"):
        assert text_of(await talk.hear(ActionAnswer(), text, "ticket_status")) == "utter_take_your_time", text
    [back] = await talk.hear(ActionAnswer(), "我回来了", "withdraw")
    assert (back["response"], back["matter"]) == ("utter_back_again", "提现没到账")


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("不用登记", "utter_nothing_to_cancel"),
        ("不急", "utter_nothing_to_cancel"),
        ("不是这个", "utter_miss_first"),
        ("没有提示", "utter_matter_noted"),
        ("没停机", "utter_matter_noted"),
    ],
)
async def test_not_every_no_says_that_nothing_has_helped(talk: Talk, text: str, response: str) -> None:
    assert text_of(await talk.hear(ActionUnsolved(), text, "deny")) == response
    assert talk.slots["nothing_left"] is False


@pytest.mark.parametrize("text", ["没有", "不行", "还是不行", "没解决", "没用"])
async def test_a_plain_no_does(talk: Talk, text: str) -> None:
    said = await talk.hear(ActionUnsolved(), text, "deny")
    assert talk.slots["nothing_left"] or faq_of(said)


async def test_what_was_paid_with_is_no_question_about_credit(talk: Talk) -> None:
    said = await talk.hear(ActionOutOfScope(), "工商银行信用卡", "out_of_scope", bank="中国工商银行")
    assert "utter_credit" not in text_of(said)
    assert text_of(await talk.hear(ActionOutOfScope(), "信用卡怎么还款", "out_of_scope")) == "utter_credit"


async def test_only_the_wallet_with_branches_offers_them() -> None:
    for brand, offers in (("post", True), ("my", False)):
        titles = titles_of(await Talk(brand=brand).hear(ActionAnswer(), "怎么充值", "top_up"))
        assert ("网点充值" in titles) is offers


async def test_a_place_with_a_number_is_no_amount() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "扣了553没出票", "wrong_charge", amount="553")
    await talk.hear(ActionOutOfScope(), "在12306", "out_of_scope")
    assert talk.slots["amount"] == "553"


async def test_a_mere_word_of_thanks_is_no_answer_to_the_guide() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "退款多久到账", "refund_arrival")
    assert text_of(await talk.hear(ActionSolved(), "好的", "affirm")) == "utter_ask_solved"


@pytest.mark.parametrize("text", ["我找过商家了不同意", "店主不认账", "商家倒闭了"])
async def test_a_shop_that_refuses_is_heard(text: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我要退款", "refund")
    assert faq_of(await talk.hear(ActionAnswer(), text, "refund", 0.6)) == ["refund.merchant_refuses"]


@pytest.mark.parametrize("text", ["确认提交", "提交吧"])
async def test_who_submits_is_registered_and_not_counted_as_helped(talk: Talk, text: str) -> None:
    await talk.hear(ActionSolved(), "对", "affirm")
    assert text_of(await talk.hear(ActionSolved(), text, "affirm")) == "utter_open_ticket"


async def test_a_complaint_takes_a_number_for_its_amount() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我要投诉你们", "complaint")
    await talk.hear(ActionOutOfScope(), "100", "out_of_scope", 0.4)
    assert talk.slots["amount"] == "100"


async def test_how_without_a_what_is_of_the_open_matter() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "自动扣了我15块", "wrong_charge", amount="15")
    said = text_of(await talk.hear(ActionOutOfScope(), "怎么关", "out_of_scope", 0.9))
    assert "utter_out_of_scope" not in said


async def test_what_it_was_paid_with_is_no_other_matter() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "退款两个星期没到", "refund_arrival")
    await talk.hear(ActionAnswer(), "银行卡", "bank_card", 0.99)
    assert talk.slots["topic"] == "refund_arrival"


@pytest.mark.parametrize("text", ["好了", "可以了", "弄好了"])
async def test_one_step_that_is_done_does_not_close_the_matter(text: str) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "忘记密码了", "forgot_password")
    await talk.hear(ActionAnswer(), "点忘记密码没反应", "forgot_password")
    said = text_of(await talk.hear(ActionSolved(), text, "affirm"))
    assert said.startswith("好，接着下一步")
    assert talk.slots["topic"] == "forgot_password"
