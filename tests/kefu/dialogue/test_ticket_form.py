"""The ticket form's decisions: what is taken, what is asked again, and how a customer gets out."""

import pytest

from kefu.dialogue.said import Entity, Said, facts, says_only_facts
from kefu.dialogue.ticket_form import (
    CONFIRMED,
    PERSON,
    calls_off,
    keeps_phone,
    next_step,
    prefill,
    refuses_phone,
    required,
)
from kefu.show import SKIPPED


def said(text: str, intent: str = "out_of_scope", confidence: float = 0.9, **entities: str) -> Said:
    found = [Entity(name, value, text.find(value) if value in text else 0) for name, value in entities.items()]
    return Said(text, intent, confidence, found, "sealed")


def test_asks_what_prepare_info_promises() -> None:
    assert required("refund") == ("description", "time", "amount", "phone", "ticket_confirmed")
    assert "amount" not in required("register")


@pytest.mark.parametrize(("question", "known"), [("退款一直没有到账", True), ("退款", False), (None, False)])
def test_the_matter_is_not_asked_twice(question: str | None, known: bool) -> None:
    assert ("description" in prefill(question)) is known


def test_takes_several_facts_from_one_message() -> None:
    step = next_step("time", said("昨天付的,350块", time="2026-11-22", amount="350"), 0)
    assert (step.slots["time"], step.slots["amount"]) == ("2026-11-22", "350")


def test_a_fact_that_was_not_asked_for_is_kept() -> None:
    step = next_step("time", said("350块", amount="350"), 0)
    assert step.slots["amount"] == "350"
    assert "time" not in step.slots


@pytest.mark.parametrize("asked", ["description", "time", "phone", "ticket_confirmed"])
def test_a_corrected_matter_is_taken_and_the_question_stays(asked: str) -> None:
    step = next_step(asked, said("不对,我说的是提现不是退款", "refund"), 1, "refund")
    assert step.slots == {"topic": "withdraw", "guide": None, "bad_answers": 1, "back": True}
    assert step.say == ("utter_ticket_topic",)


def test_what_a_correction_tells_beside_the_matter_is_kept() -> None:
    text = "说错了,是提现,昨天提的500一直没到"
    step = next_step("phone", said(text, "withdraw", amount="500", time="2026-11-22"), 0, "refund")
    assert (step.slots["topic"], step.slots["amount"], step.slots["time"]) == ("withdraw", "500", "2026-11-22")
    assert step.slots["extra"] == text
    assert next_step("description", said(text, "withdraw"), 0, "refund").slots["description"] == text


@pytest.mark.parametrize(("text", "name"), [("不记得几点了", "time"), ("不清楚多少", "amount"), ("忘了是哪天", "time")])
def test_not_to_know_is_no_question(text: str, name: str) -> None:
    unsure = said(text, "forgot_password")
    assert next_step(name, unsure, 0, "refund").slots[name] == SKIPPED
    other = next_step("phone", unsure, 0, "refund")
    assert (other.say, other.slots["extra"]) == (("utter_ticket_noted",), text)
    assert not other.answer_question


@pytest.mark.parametrize(
    ("asked", "text", "intent"),
    [
        ("time", "不知道什么时候能到账", "withdraw_arrival"),
        ("time", "不知道几号才到账", "withdraw_arrival"),
        ("amount", "不知道多少天能到", "withdraw_arrival"),
        ("amount", "不知道多少手续费", "fee"),
        ("phone", "不清楚到底什么时候会到", "withdraw_arrival"),
    ],
)
def test_not_to_know_what_is_to_come_is_a_question(asked: str, text: str, intent: str) -> None:
    assert next_step(asked, said(text, intent), 0, "withdraw").answer_question


@pytest.mark.parametrize("text", ["不知道什么时候扣的", "不记得什么时候才扣的", "忘了几点到账的", "说不清具体几号"])
def test_not_to_know_what_is_over_is_an_answer(text: str) -> None:
    assert next_step("time", said(text, "wrong_charge"), 0, "refund").slots["time"] == SKIPPED


@pytest.mark.parametrize("text", ["大概几天前", "好几天以前", "几个月前吧", "差不多好几年之前了"])
def test_a_vague_time_is_a_time(text: str) -> None:
    assert next_step("time", said(text, "inform"), 0).slots["time"] == text


@pytest.mark.parametrize("text", ["多久以前了", "几天以来一直这样"])
def test_how_long_ago_is_not_how_long_it_takes(text: str) -> None:
    assert next_step("phone", said(text, "inform"), 0).say != ("utter_ticket_how_long",)


@pytest.mark.parametrize("text", ["没用过优惠券", "没用微信", "没用银行卡付", "还没用", "没有用到红包", "没用余额"])
def test_what_was_not_used_is_no_anger(text: str) -> None:
    assert next_step("time", said(text, "deny"), 0).say != ("utter_ticket_upset",)


@pytest.mark.parametrize("text", ["没用", "试了都没用", "说了也没用", "没什么用", "没有用啊"])
def test_angry_words_are_kept(text: str) -> None:
    step = next_step("time", said(text, "deny"), 0)
    assert (step.say, step.slots["extra"]) == (("utter_ticket_upset",), text)


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        *(
            (text, True)
            for text in ("手机号不想给", "电话不留行吗", "不想留手机号", "号码不想告诉你们", "不要告诉别人手机号")
        ),
        *((text, True) for text in ("老让我留电话,我不想留电话", "你们让我留手机号不想留")),
        *((text, False) for text in ("身份证号不想给", "卡号不要告诉别人", "银行卡号不想填", "转账单号不填行吗")),
        *((text, False) for text in ("订单号不写可以吗", "账号不想给别人", "账户号码不想填", "不想给卡号")),
        *((text, False) for text in ("他让我电话别告诉别人", "客服叫我手机号不要告诉别人")),
    ],
)
def test_only_a_phone_number_is_kept_back(text: str, keeps: bool) -> None:
    assert keeps_phone(text) is keeps


@pytest.mark.parametrize("text", ["身份证号不想给", "银行卡号不想填", "账号不方便提供"])
def test_another_number_that_is_kept_back_is_not_the_phone(text: str) -> None:
    assert "phone" not in next_step("phone", said(text, "identity_verification"), 0, "refund").slots


@pytest.mark.parametrize("text", ["没用", "气死我了", "真烦", "什么破玩意", "浪费我时间"])
def test_anger_in_mid_form_is_heard(text: str) -> None:
    assert next_step("time", said(text, "deny"), 0).say == ("utter_ticket_upset",)
    assert next_step("time", said(text, "deny"), 2).slots["time"], "and nobody is asked for ever"


def test_a_mere_yes_is_no_description() -> None:
    assert next_step("description", said("确认"), 1, "refund").slots["description"] == SKIPPED
    assert next_step("description", said("钱没到"), 1, "refund").slots["description"] == "钱没到"


def test_how_long_it_takes_is_told_in_mid_form() -> None:
    assert next_step("time", said("这个要等多久"), 0).say == ("utter_ticket_how_long",)


@pytest.mark.parametrize("text", ["不用了我自己等", "算了我打电话吧"])
def test_who_helps_himself_leaves_the_form(text: str) -> None:
    assert calls_off(said(text))


@pytest.mark.parametrize(
    "text",
    [
        "算了",
        "算了吧",
        "不用了",
        "不用了我自己等",
        "算了我再等等退款",
        "算了我打电话问一下",
        "算了我再想想",
        "算了我自己看看",
    ],
)
@pytest.mark.parametrize("intent", ["cancel", "out_of_scope"])
def test_who_gives_up_calls_it_off(text: str, intent: str) -> None:
    assert calls_off(said(text, intent))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("算了想查余额", "bill"),
        ("算了看看提现吧", "withdraw"),
        ("算了办提现吧", "withdraw"),
        ("不用了想问下充值", "top_up"),
        ("不用了,我想看看账单", "bill"),
        ("算了帮我查一下余额", "bill"),
    ],
)
def test_who_begins_something_else_is_answered(text: str, about: str) -> None:
    assert not calls_off(said(text, "cancel"))
    for intent in (about, "cancel"):
        for asked in ("description", "time", "ticket_confirmed"):
            assert next_step(asked, said(text, intent), 0).answer_question


@pytest.mark.parametrize("text", ["算了,我不退款了", "算了取消提现吧", "算了我想起密码了"])
def test_a_wish_that_is_taken_back_is_none(text: str) -> None:
    assert calls_off(said(text, "cancel"))


@pytest.mark.parametrize("text", ["明天再说", "算了,改天再弄吧", "等会儿再填"])
def test_what_is_put_off_is_called_off(text: str) -> None:
    assert next_step("time", said(text, time="2026-11-24"), 0).ended


@pytest.mark.parametrize(
    ("text", "amount"), [("350", "350"), ("三百五", "350"), ("1.5万", "15000"), (" 99.9 ", "99.9")]
)
def test_a_number_alone_answers_how_much(text: str, amount: str) -> None:
    assert next_step("amount", said(text), 0).slots["amount"] == amount
    assert "amount" not in next_step("time", said(text, confidence=0.1), 0).slots


def test_a_denied_amount_does_not_count() -> None:
    text = "不对,是300不是350"
    correction = Said(text, "deny", 0.9, [Entity("amount", "300", 4, 7), Entity("amount", "350", 9, 12)])
    assert facts(correction) == {"amount": "300"}
    step = next_step("ticket_confirmed", correction, 0)
    assert step.slots["amount"] == "300"
    assert step.say == ("utter_ticket_changed",)


def test_the_phone_is_kept_with_its_sealed_value() -> None:
    step = next_step("phone", said("138****5678", phone="138****5678"), 0)
    assert (step.slots["phone"], step.slots["phone_sealed"]) == ("138****5678", "sealed")


@pytest.mark.parametrize("text", ["跳过", "不记得了", "不方便给", "忘了", "不知道啊"])
@pytest.mark.parametrize("asked", ["time", "amount", "phone"])
def test_what_is_not_essential_may_be_skipped(asked: str, text: str) -> None:
    assert next_step(asked, said(text), 0).slots[asked] == SKIPPED


def test_a_question_in_mid_form_is_answered_and_costs_nothing() -> None:
    step = next_step("amount", said("退款要多久才到", "refund_arrival"), 0)
    assert step.answer_question
    assert step.slots["bad_answers"] == 0


@pytest.mark.parametrize("asked", ["time", "amount", "phone"])
def test_nobody_is_asked_a_fourth_time(asked: str) -> None:
    nonsense = said("嗯嗯嗯那个啥", confidence=0.2)
    first, second = next_step(asked, nonsense, 0), next_step(asked, nonsense, 1)
    assert (first.slots["bad_answers"], second.slots["bad_answers"]) == (1, 2)
    assert next_step(asked, nonsense, 2).slots[asked]


def test_too_short_a_description_is_asked_for_once_more() -> None:
    assert next_step("description", said("退款"), 0).say == ("utter_ticket_say_more",)
    assert next_step("description", said("退款"), 1).slots["description"] == "退款"


@pytest.mark.parametrize("asked", ["description", "time", "ticket_confirmed"])
def test_cancel_and_person_end_the_form_at_any_point(asked: str) -> None:
    cancelled = next_step(asked, said("算了不填了", "cancel"), 0)
    assert (cancelled.ended, cancelled.slots["ticket_confirmed"]) == (True, None)
    person = next_step(asked, said("转人工", "human_agent"), 0)
    assert (person.ended, person.slots["ticket_confirmed"]) == (True, PERSON)


@pytest.mark.parametrize(("text", "intent"), [("确认", "affirm"), ("对的", "out_of_scope"), ("没问题", "thank")])
def test_confirmed_in_many_words(text: str, intent: str) -> None:
    assert next_step("ticket_confirmed", said(text, intent), 0).slots["ticket_confirmed"] == CONFIRMED


def test_something_to_add_at_the_end_is_added() -> None:
    step = next_step("ticket_confirmed", said("商家电话也打不通"), 0)
    assert step.slots["extra"] == "商家电话也打不通"
    assert "ticket_confirmed" not in step.slots


@pytest.mark.parametrize("bad_answers", [0, 2])
def test_an_unclear_no_at_the_end_is_asked_about_and_never_sends(bad_answers: int) -> None:
    step = next_step("ticket_confirmed", said("不对", "deny"), bad_answers)
    assert (step.say, dict(step.slots)) == (("utter_ticket_what_to_change",), {"bad_answers": bad_answers})


def test_the_third_useless_line_at_the_end_sends() -> None:
    assert "ticket_confirmed" not in next_step("ticket_confirmed", said("哦哦"), 1).slots
    assert next_step("ticket_confirmed", said("哦哦"), 2).slots["ticket_confirmed"] == CONFIRMED


@pytest.mark.parametrize("asked", ["description", "time", "amount", "phone"])
@pytest.mark.parametrize("text", ["谢谢", "好的", "哦", "在吗", "嗯嗯"])
def test_politeness_is_no_answer_and_the_question_comes_in_new_words(asked: str, text: str) -> None:
    step = next_step(asked, said(text, "thank"), 0, "withdraw")
    assert step.slots == {"bad_answers": 1, "back": True}
    is_yes = asked == "phone" and text in ("好的", "嗯嗯")  # to 留个手机号吧
    assert step.say == (("utter_ticket_phone_please",) if is_yes else ("utter_ticket_polite",))


@pytest.mark.parametrize("asked", ["description", "time", "amount", "phone"])
def test_endless_politeness_ends(asked: str) -> None:
    assert next_step(asked, said("好的"), 2, "withdraw").slots[asked]


@pytest.mark.parametrize("text", ["不留", "电话不留", "手机号就算了", "不用打电话", "没有手机", "别打电话"])
def test_the_phone_is_refused_in_many_words(text: str) -> None:
    assert next_step("phone", said(text, "close_account"), 0).slots["phone"] == SKIPPED


def test_a_question_is_no_refusal() -> None:
    assert next_step("phone", said("转账要不要手续费", "fee"), 0).answer_question


@pytest.mark.parametrize("text", ["你们多久处理啊", "要多久", "什么时候能回复我"])
@pytest.mark.parametrize("asked", ["time", "phone", "ticket_confirmed"])
def test_how_long_it_takes_is_answered(asked: str, text: str) -> None:
    assert next_step(asked, said(text), 0).say == ("utter_ticket_how_long",)


def test_grumbling_is_added_and_not_answered_from_the_faq() -> None:
    step = next_step("phone", said("你们真是太差劲了", "complaint"), 0)
    assert (step.slots["extra"], step.slots["back"], step.answer_question) == ("你们真是太差劲了", True, False)


def test_a_correction_in_mid_form_is_confirmed() -> None:
    correction = Said("不对,是350不是500", "deny", 0.9, [Entity("amount", "350", 4, 7), Entity("amount", "500", 9, 12)])
    step = next_step("phone", correction, 1)
    assert (step.slots["amount"], step.say) == ("350", ("utter_ticket_changed",))
    assert (step.slots["back"], step.slots["bad_answers"]) == (True, 1)


def test_a_fact_alone_is_no_description() -> None:
    only = Said("138****5678", "inform", 0.9, [Entity("phone", "138****5678", 0, 11)], "sealed")
    step = next_step("description", only, 0, "withdraw")
    assert "description" not in step.slots
    assert step.slots["phone"] == "138****5678"


@pytest.mark.parametrize(("text", "alone"), [("是350块左右", True), ("350块转错了", False), ("退款", False)])
def test_knows_facts_that_come_alone(text: str, alone: bool) -> None:
    entities = [Entity("amount", "350", text.find("350"), text.find("块") + 1)] if "350" in text else []
    assert says_only_facts(Said(text, "inform", 0.9, entities)) is alone


def test_words_that_are_no_amount_are_kept_beside_it() -> None:
    step = next_step("amount", said("我也说不上来呀"), 2)
    assert (step.slots["amount"], step.slots["extra"]) == (SKIPPED, "我也说不上来呀")
    assert next_step("amount", said("就几块吧"), 0).slots["amount"] == "几块"


@pytest.mark.parametrize("text", ["可以改一下金额吗", "好像不是这个", "对方不承认"])
def test_what_only_begins_like_a_yes_is_not_sent(text: str) -> None:
    assert "ticket_confirmed" not in next_step("ticket_confirmed", said(text), 0).slots


@pytest.mark.parametrize("text", ["好的谢谢", "行吧", "没问题,提交吧", "OK", "嗯嗯", "对对对"])
def test_a_yes_in_passing_is_sent(text: str) -> None:
    assert next_step("ticket_confirmed", said(text), 0).slots["ticket_confirmed"] == CONFIRMED


@pytest.mark.parametrize("text", ["不用了", "还是算了", "不弄了吧"])
def test_taken_back_where_that_can_mean_nothing_else(text: str) -> None:
    assert next_step("description", said(text), 0).ended
    assert next_step("ticket_confirmed", said(text), 0).ended
    assert next_step("phone", said(text), 0).slots["phone"] == SKIPPED
    assert calls_off(said(text))
    assert not calls_off(said("不用了怎么注销"))


def test_the_wallet_is_asked_for_and_in_the_end_assumed() -> None:
    assert next_step("brand", Said("MY钱包", "about_wallet", brand="my"), 0).slots["brand"] == "my"
    assert "brand" not in next_step("brand", said("啥"), 0).slots
    last = next_step("brand", said("啥"), 2).slots
    assert last["brand"] == "post"
    assert "哪个钱包" in last["extra"], "the agent is told"


@pytest.mark.parametrize("text", ["为啥要手机号", "凭什么要登记", "手机号凭什么给你", "问这个干嘛", "为啥要问这个"])
@pytest.mark.parametrize("asked", ["time", "phone", "ticket_confirmed"])
def test_who_asks_why_hears_why(asked: str, text: str) -> None:
    assert next_step(asked, said(text, "change_phone"), 0).say == ("utter_ticket_why",)


@pytest.mark.parametrize("text", ["为什么扣我钱", "为啥没到账", "为什么要手续费", "那我为啥付不了款"])
def test_other_whys_are_no_doubt_about_the_form(text: str) -> None:
    assert "utter_ticket_why" not in next_step("time", said(text, "wrong_charge"), 0).say


def test_what_now_after_an_alarm_is_the_first_steps() -> None:
    assert next_step("time", said("现在怎么办", "login_problem"), 0, "account_theft").say == (
        "utter_ticket_first_steps_first",
    )
    assert next_step("time", said("怎么办", "login_problem"), 0, "refund").say != ("utter_ticket_first_steps_first",)


@pytest.mark.parametrize(
    ("text", "refuses"), [("我不留电话,怕骗子", True), ("我号在别人手上", False), ("不留行吗", False)]
)
def test_a_refused_phone_is_no_alarm(text: str, refuses: bool) -> None:
    assert refuses_phone(said(text, "account_theft")) is refuses


def test_a_why_is_no_description() -> None:
    step = next_step("description", said("为啥要问这个", "about_wallet"), 0, "out_of_scope")
    assert "description" not in step.slots
    assert step.say == ("utter_ticket_why",)


@pytest.mark.parametrize(("text", "off"), [("算了,不注销了", True), ("算了不退了", True), ("还是不到账了", False)])
def test_who_takes_a_wish_back_calls_it_off(text: str, off: bool) -> None:
    assert calls_off(said(text, "close_account")) is off
