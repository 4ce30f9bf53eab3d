"""Whole conversations with messy customers: guides, emergencies, menu, form, recovery, ratings, notices, brands."""

import pytest

from kefu.show import SKIPPED
from tests.e2e.conftest import Customer, Product
from tests.e2e.talk import (
    PERSON,
    UNSOLVED,
    feedback,
    joined,
    press,
    rows,
    shown,
    titles,
    until_summary,
)
from tests.e2e.test_conversations import HOTLINES, RECEIPT, receipt_of, ticket_in_desk

pytestmark = pytest.mark.e2e

OTHER = {"post": "my", "my": "post"}
EMAILS = {"post": "service@post-wallet.example", "my": "service@my-wallet.example"}


@pytest.fixture(params=["post", "my"])
def customer(request: pytest.FixtureRequest, product: Product) -> Customer:
    return product.customer(request.param)


@pytest.fixture
def one(product: Product) -> Customer:
    """Somebody of the default brand, where the brand does not matter."""
    return product.customer()


# Guides


def test_guide_step_by_button(product: Product, customer: Customer) -> None:
    replies = customer.say("登录密码忘了咋找回啊")
    assert {"忘了注册手机或邮箱", "收不到验证码", "新密码设不上", UNSOLVED, PERSON} <= set(titles(replies))
    press(customer, replies, "忘了注册手机或邮箱")
    assert shown(product, customer) == ["forgot_password.reset_steps", "forgot_password.account_unknown"]


def test_guide_step_typed_as_it_is_on_the_button(product: Product, customer: Customer) -> None:
    customer.say("登录密码忘了咋找回啊")
    customer.say("新密码设不上")
    assert shown(product, customer)[-1] == "forgot_password.new_password_rejected"


def test_who_gives_up_one_thing_for_another_is_answered(one: Customer) -> None:
    assert "怎么提现到银行卡？" in titles(one.say("算了办提现吧"))
    assert "随时叫我" in joined(one.say("算了"))


def test_guide_step_typed_in_own_words(product: Product, one: Customer) -> None:
    one.say("登录密码忘了咋找回啊")
    one.say("我在登录页点了忘记密码,可是点了没反应呀")
    assert shown(product, one)[-1] == "forgot_password.link_no_response"


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("密码忘了", "forgot_password"),
        ("忘记密码了", "forgot_password"),
        ("退款", "refund"),
        ("手续费多少", "fee"),
        ("付款付不出去老报错", "payment_failed"),
    ],
)
def test_vague_question_opens_the_topics_guide(product: Product, one: Customer, text: str, topic: str) -> None:
    """Who names only the topic gets its overview and is asked; no branch is guessed."""
    buttons = titles(one.say(text))
    assert shown(product, one)[-1].split(".")[0] == topic
    assert len(buttons) > 4, f"{text!r} was answered with {shown(product, one)[-1]}, not with the guide: {buttons}"


def test_payment_failed_takes_the_cause_from_the_message(product: Product, customer: Customer) -> None:
    replies = customer.say("买菜付钱老付不了,说余额不足,咋办")
    assert shown(product, customer) == ["payment_failed.balance"]
    assert "超过限额" not in titles(replies), "the cause is known, nothing is asked"


def test_payment_failed_asks_the_cause_and_hears_it(product: Product, one: Customer) -> None:
    assert "余额不足" in titles(one.say("付款付不出去老报错"))
    one.say("它写着什么网络超时")
    assert shown(product, one)[-1] == "payment_failed.network"


@pytest.mark.parametrize(
    ("text", "faq"),
    [
        ("我想去邮局柜台充钱咋充", "top_up.branch"),
        ("用微信往里充钱可以吗", "top_up.third_party"),
        ("从银行卡充进去怎么弄", "top_up.bank"),
    ],
)
def test_top_up_by_the_channel_in_the_message(product: Product, one: Customer, text: str, faq: str) -> None:
    one.say(text)
    assert shown(product, one) == [faq]


@pytest.mark.parametrize(("text", "faq"), [("网点", "top_up.branch"), ("用微信吧", "top_up.third_party")])
def test_top_up_asks_the_channel_and_hears_it(product: Product, one: Customer, text: str, faq: str) -> None:
    assert "银行卡充值" in titles(one.say("想充点钱进去怎么弄"))
    one.say(text)
    assert shown(product, one)[-1] == faq, "the bot asked for the channel, and the channel was named"


def test_guide_leads_to_a_ticket_with_all_that_was_said(product: Product, one: Customer) -> None:
    replies = one.say("老板说没收到可是我这边扣了66块")
    press(one, replies, UNSOLVED)
    one.hear("昨天中午")
    summary = one.hear("跳过")
    assert "66元" in summary
    assert "老板说没收到" in summary
    ticket = ticket_in_desk(product, receipt_of(one.hear("对的")))
    assert ticket["intent"] == "wrong_charge"
    assert any(line.get("text") and "66" in str(line) for line in ticket["transcript"])


# Emergency lane

EMERGENCIES = {
    "theft": ("我卡里的钱被人盗刷了!!!", "盗刷"),
    "scam": ("我被骗子骗走了3000块怎么办啊", "被骗转账"),
    "wrong transfer": ("完了完了转错账了", "转错账"),
    "account taken": ("我的账户异常", "账户异常"),
    "code given": ("刚才把验证码告诉了别人", "验证码泄露"),
    "code given, asks what to do": ("验证码给了别人怎么办", "验证码泄露"),
    "phone lost": ("手机丢了,钱包里还有钱", "手机丢失"),
}


@pytest.mark.parametrize(("text", "words"), EMERGENCIES.values(), ids=EMERGENCIES.keys())
def test_emergency_tells_what_to_do_and_opens_an_urgent_ticket(
    product: Product, customer: Customer, text: str, words: str
) -> None:
    replies = customer.say(text)
    said = joined(replies)
    assert words in said
    assert HOTLINES[customer.brand] in said
    assert PERSON in titles(replies)
    ticket = ticket_in_desk(product, receipt_of(said))
    assert (ticket["priority"], ticket["status"], ticket["brand"]) == ("P1", "open", customer.brand)


@pytest.mark.parametrize(
    "text", ["怎么防止被盗刷", "会不会被骗啊这个钱包", "万一手机丢了怎么办", "怎么避免转错账", "有人吗"]
)
def test_no_emergency_where_somebody_only_asks(one: Customer, text: str) -> None:
    assert not RECEIPT.search(one.hear(text))


def test_emergency_in_mid_form(product: Product, customer: Customer) -> None:
    customer.hear("充值的80块一直没到账")
    customer.hear(UNSOLVED)
    said = customer.hear("等下,我卡里的钱被人盗刷了")
    assert "冻结" in said
    urgent = ticket_in_desk(product, receipt_of(said))
    assert (urgent["priority"], urgent["amount"]) == ("P1", None)
    assert "80" not in until_summary(customer)
    assert "充值没到账" in customer.hear("确认")
    assert "登记" in customer.hear("好的")
    customer.hear("登记吧")
    assert "80元" in until_summary(customer)


def test_a_matter_is_corrected_in_mid_form(product: Product, one: Customer) -> None:
    one.hear("昨天买菜的300块商家不给退")
    one.hear(PERSON)
    assert "改成“提现”" in one.hear("不对,我说的是提现不是退款")
    assert "事情：提现" in until_summary(one)
    assert ticket_in_desk(product, receipt_of(one.hear("确认")))["intent"] == "withdraw"


def test_emergency_as_the_first_answer_of_the_form_is_its_description(one: Customer) -> None:
    one.hear(PERSON)
    said = one.hear("我被骗子骗了三千块")
    assert RECEIPT.search(said)
    assert "请说说发生了什么" not in said, "asked for what was just said"


def test_emergency_told_twice_is_one_ticket(product: Product, one: Customer) -> None:
    first = receipt_of(one.hear("有人盗刷我的钱"))
    again = one.hear("又被盗刷了一笔500的")
    assert receipt_of(again) == first
    kinds = [event["kind"] for event in ticket_in_desk(product, first)["history"]]
    assert kinds == ["created", "appended"]


# Menu


def test_menu_by_numbers(product: Product, customer: Customer) -> None:
    assert "4 充值和提现" in customer.hear("菜单")
    assert "2 充值没到账" in customer.hear("4")
    customer.say("2")
    assert shown(product, customer)[-1].startswith("top_up_arrival.")


@pytest.mark.parametrize("level", ["1", "2", "4", "5", "6", "8"])
def test_menu_nine_goes_back_from_every_level(one: Customer, level: str) -> None:
    main = one.hear("菜单")
    one.hear(level)
    assert one.hear("9") == main


@pytest.mark.parametrize("path", [[], ["1"], ["4"], ["5"]], ids=["main", "account", "funds", "cost"])
def test_menu_zero_is_a_person(one: Customer, path: list[str]) -> None:
    one.hear("菜单")
    for number in path:
        one.hear(number)
    assert "没有客服在线" in one.hear("0")


def test_menu_nine_on_the_first_level_is_no_person(one: Customer) -> None:
    one.hear("菜单")
    assert "客服在线" not in one.hear("9")


def test_free_text_works_beside_the_menu(product: Product, one: Customer) -> None:
    one.hear("菜单")
    one.hear("4")
    one.say("算了我就想问提现要收多少手续费")
    assert shown(product, one)[-1].startswith("fee.")


def test_menu_line_for_feedback_stores_nothing_by_itself(product: Product, one: Customer) -> None:
    before = feedback(product)
    replies = press(one, one.say("菜单"), "8 客服电话和其他")
    press(one, replies, "4 建议和表扬")
    assert feedback(product) == before, "nothing was said yet"


# Ticket form


def test_form_takes_several_facts_from_one_message(customer: Customer) -> None:
    customer.hear("人工")
    summary = customer.hear("昨天下午3点扫码付了350块给一家面馆,人家说没收到,我电话13912345678")
    assert all(part in summary for part in ("350元", "15:00", "139****5678", "面馆"))
    assert "13912345678" not in summary


def test_form_takes_the_topic_from_the_description(product: Product, one: Customer) -> None:
    one.hear("人工")
    summary = one.hear("提现的500块三天了还没到银行卡,昨天弄的,电话不方便留")
    assert "500元" in summary or "手机号" in summary
    until_summary(one)
    ticket = ticket_in_desk(product, receipt_of(one.hear("确认")))
    assert ticket["intent"] in ("withdraw", "withdraw_arrival")


def test_form_correction_before_sending(product: Product, one: Customer) -> None:
    one.hear("一杯奶茶扣了我两次钱,一次18块")
    one.hear(UNSOLVED)
    one.hear("昨天")
    assert "18元" in one.hear("跳过")
    assert "28元" in one.hear("不对,是28块不是18块")
    ticket = ticket_in_desk(product, receipt_of(one.hear("确认")))
    assert float(ticket["amount"]) == 28


def test_form_answers_a_question_and_comes_back(product: Product, customer: Customer) -> None:
    customer.hear("提现三天了还没到银行卡")
    asked = customer.hear(UNSOLVED).splitlines()[-1]
    replies = customer.say("等下,转账收不收费啊")
    assert shown(product, customer)[-1].startswith("fee.")
    again = joined(replies).splitlines()[-1]
    assert again.startswith("接着登记："), "the open question is there again"
    assert again != asked, "in other words"
    assert "涉及多少钱" in customer.hear("上周五")


@pytest.mark.parametrize("refusal", ["跳过", "不想留电话", "不方便留手机号", "不想给", "手机号就不说了吧跳过"])
def test_form_phone_can_be_refused(one: Customer, refusal: str) -> None:
    one.hear("打开就闪退根本进不去")
    one.hear(UNSOLVED)
    assert "手机号" in one.hear("昨天")
    summary = one.hear(refusal)
    assert "请核对" in summary
    assert f"手机号：{SKIPPED}" in summary


def test_form_person_at_any_point(product: Product, customer: Customer) -> None:
    customer.hear("身份证拍了十几遍都不给过")
    customer.hear(UNSOLVED)
    said = customer.hear("别问了给我转人工")
    assert HOTLINES[customer.brand] in said
    ticket = ticket_in_desk(product, receipt_of(said))
    assert ticket["intent"] == "identity_verification"
    assert "身份证拍了十几遍" in ticket["description"]


@pytest.mark.parametrize("way", ["取消", "算了不弄了", "不登记了"])
def test_form_cancelled_stores_nothing(product: Product, one: Customer, way: str) -> None:
    before = rows(product, "SELECT id FROM tickets")
    one.hear("换了新手机登不上去了")
    one.hear(UNSOLVED)
    assert "不登记" in one.hear(way)
    assert rows(product, "SELECT id FROM tickets") == before


def test_form_after_all_in_plain_words_without_telling_it_again(product: Product, one: Customer) -> None:
    one.hear("充值300没到账")
    one.hear(UNSOLVED)
    one.hear("取消")
    asked = one.hear("还是登记吧")
    assert "我来登记" in asked
    assert "请说说发生了什么" not in asked, "told before"
    assert "为了让人工同事" in one.hear("凭什么要登记")
    until_summary(one)
    ticket = ticket_in_desk(product, receipt_of(one.hear("提交吧")))
    assert (ticket["intent"], float(ticket["amount"])) == ("top_up_arrival", 300)


def test_form_never_asks_a_fourth_time(one: Customer) -> None:
    one.hear("一杯奶茶扣了我两次钱")
    asked = [one.say(UNSOLVED)]
    for text in ("嘿嘿", "呵呵", "哈哈", "嘻嘻", "哼哼", "啦啦啦", "噜噜噜", "吼吼", "喵喵", "汪汪", "咕咕", "嘎嘎"):
        asked.append(one.say(text))
        if RECEIPT.search(joined(asked[-1])):
            break
    questions = [line for replies in asked for line in joined(replies).splitlines()]
    assert RECEIPT.search(joined(asked[-1])), "ends with a ticket"
    assert max(questions.count(line) for line in questions if "回复“跳过”" in line) == 1, "each time in new words"
    assert len(asked) <= 13


def test_form_after_two_bad_answers_offers_choices(one: Customer) -> None:
    one.hear("打开就闪退根本进不去")
    one.hear(UNSOLVED)
    assert "没看出时间" in one.hear("嘿嘿")
    replies = one.say("呵呵")
    assert {"今天", "昨天", "跳过"} <= set(titles(replies))
    assert "手机号" in one.hear("昨天")


def test_long_words_for_the_time_are_kept_in_full_or_not_at_all(product: Product, one: Customer) -> None:
    """The column `tickets.time` holds 16 characters: PostgreSQL refuses more, and the ticket would be lost."""
    one.hear("打开就闪退根本进不去")
    one.hear(UNSOLVED)
    for _ in range(3):
        one.hear("就是那个大槐树底下乘凉的老头们散了以后又过了好一阵子")
    until_summary(one)
    ticket = ticket_in_desk(product, receipt_of(one.hear("确认")))
    assert len(ticket["time"] or "") <= 16
