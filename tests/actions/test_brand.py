"""A channel that does not know the wallet: asked once, remembered, and nothing of one wallet said before."""

import json

import pytest

from actions.answer import ActionAnswer
from actions.emergency import NO_BRAND
from actions.recovery import ActionOutOfScope
from actions.ticket_form import ValidateTicketForm
from actions.tickets import ActionSubmitTicket
from kefu.brands import brands
from kefu.database import Database
from kefu.desk.tickets import TicketService
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")

NAMES = [brand.name for brand in brands().values()]
OWN = [value for brand in brands().values() for value in (brand.name, brand.hotline, brand.email)]


@pytest.fixture
def talk() -> Talk:
    return Talk(brand=None)


async def test_asks_with_a_button_for_each_wallet(talk: Talk) -> None:
    messages = await talk.hear(ActionAnswer(), "登录密码忘了怎么找回", "forgot_password")
    assert text_of(messages) == "utter_ask_brand"
    assert titles_of(messages) == NAMES
    [first, *_] = messages[0]["buttons"]
    assert json.loads(first["payload"].removeprefix("/choose_brand")) == {"brand": "post"}


@pytest.mark.parametrize(("text", "intent"), [("MY钱包", "choose_brand"), ("我用的MY钱包", "about_wallet")])
async def test_then_answers_the_question_that_was_asked(talk: Talk, text: str, intent: str) -> None:
    await talk.hear(ActionAnswer(), "登录密码忘了怎么找回", "forgot_password")
    messages = await talk.hear(ActionAnswer(), text, intent)
    assert faq_of(messages) == ["forgot_password.reset_steps"]
    assert brands()["my"].hotline in text_of(messages)
    assert talk.slots["brand"] == "my"
    assert talk.slots["question"] == "登录密码忘了怎么找回"


async def test_remembers_it(talk: Talk) -> None:
    await talk.hear(ActionAnswer(), "MY钱包怎么注册", "register")
    messages = await talk.hear(ActionAnswer(), "客服电话多少", "contact")
    assert brands()["my"].hotline in text_of(messages)


async def test_asks_once_and_answers_neutrally_then(talk: Talk) -> None:
    await talk.hear(ActionAnswer(), "登录密码忘了怎么找回", "forgot_password")
    messages = await talk.hear(ActionAnswer(), "退款怎么申请", "refund")
    assert faq_of(messages) == ["refund.apply"]
    assert [word for word in OWN if word in text_of(messages)] == []
    assert talk.slots["brand"] is None


@pytest.mark.parametrize(("text", "is_pointed"), [("MY钱包提现手续费多少", True), ("邮政钱包提现手续费多少", False)])
async def test_who_names_the_other_wallet_is_told_whose_service_this_is(text: str, is_pointed: bool) -> None:
    first, *others = await Talk(brand="post").hear(ActionAnswer(), text, "fee")
    assert (first.get("response") == "utter_other_wallet") is is_pointed
    if is_pointed:
        assert (first["other"], first["other_hotline"]) == (brands()["my"].name, brands()["my"].hotline)
        assert faq_of(others) and brands()["my"].hotline not in text_of(others)


async def test_does_not_ask_where_the_channel_knows() -> None:
    messages = await Talk(brand="my").hear(ActionAnswer(), "登录密码忘了怎么找回", "forgot_password")
    assert faq_of(messages) == ["forgot_password.reset_steps"]


async def test_asks_before_an_unsure_answer_as_well(talk: Talk) -> None:
    messages = await talk.hear(ActionOutOfScope(), "收不到短信验证码", "out_of_scope", 0.3)
    assert text_of(messages) == "utter_ask_brand"


async def test_an_emergency_does_not_wait_for_the_name(talk: Talk, own_database: Database) -> None:
    messages = await talk.hear(ActionAnswer(), "我的钱被人盗刷了", "account_theft")
    assert text_of(messages) == "utter_emergency_theft"
    ticket = await TicketService(own_database).get(messages[0]["receipt"])
    assert ticket is not None
    assert NO_BRAND in ticket.description


async def test_the_form_asks_first_where_nobody_has(talk: Talk, own_database: Database) -> None:
    await talk.hear(ValidateTicketForm(), "人工", "human_agent")
    assert talk.slots["brand"] is None, "Rasa asks for the first slot that is empty"
    talk.slots["requested_slot"] = "brand"
    await talk.hear(ValidateTicketForm(), "MY钱包", "choose_brand")
    assert talk.slots["brand"] == "my"
    talk.slots.update(ticket_confirmed="yes", description="提现三天没到账")
    await talk.hear(ActionSubmitTicket(), "确认", "affirm")
    [ticket] = await TicketService(own_database).queue()
    assert (ticket.brand, ticket.description) == ("my", "提现三天没到账")


async def test_the_form_does_not_ask_where_it_is_known() -> None:
    talk = Talk(brand="my")
    await talk.hear(ValidateTicketForm(), "人工", "human_agent")
    assert talk.slots["brand"] == "my"
