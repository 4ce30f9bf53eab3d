"""Messages that want a word or a question before any answer: a refused phone number, money that is gone."""

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.recovery import ActionOutOfScope
from actions.solved import ActionHeard, ActionUnsolved, ActionWhatNow
from kefu.database import Database
from kefu.desk.tickets import TicketService
from kefu.show import SKIPPED
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.mark.parametrize("text", ["手机不想给", "不想留电话", "电话号码不想告诉你们", "不留手机号行吗"])
@pytest.mark.parametrize(
    ("action", "intent"), [(ActionAnswer, "transfer"), (ActionOutOfScope, "out_of_scope"), (ActionWhatNow, "skip")]
)
async def test_nobody_has_to_leave_a_number(text: str, action: type[Action], intent: str) -> None:
    talk = Talk()
    assert text_of(await talk.hear(action(), text, intent, 0.4)) == "utter_phone_optional_first"
    talk.slots["topic"] = "refund"
    said = await talk.hear(action(), text, intent, 0.4)
    assert (text_of(said), titles_of(said)[0]) == ("utter_phone_optional", "现在登记")
    talk.slots.update(topic=None, ticket_id="KF1")
    assert text_of(await talk.hear(action(), text, intent, 0.4)) == "utter_phone_optional_ticket"


@pytest.mark.parametrize(("text", "phone"), [("不想留电话", SKIPPED), ("不留手机号行吗", None)])
async def test_who_has_refused_is_not_asked_by_the_form(text: str, phone: str | None) -> None:
    talk = Talk()
    talk.slots.update(topic="refund", faq_id="refund.apply")
    await talk.hear(ActionUnsolved(), text, "deny")
    assert talk.slots.get("phone") == phone


async def test_a_refused_number_is_no_unsolved_answer() -> None:
    talk = Talk()
    talk.slots.update(topic="refund", faq_id="refund.apply")
    assert text_of(await talk.hear(ActionUnsolved(), "不想留电话", "deny")) == "utter_phone_optional"
    assert talk.slots["nothing_left"] is False


@pytest.mark.parametrize("text", ["手机号不能填", "电话不通", "手机不给发验证码", "想换手机号"])
async def test_other_trouble_with_phones_is_answered(text: str) -> None:
    assert "utter_phone" not in text_of(await Talk().hear(ActionAnswer(), text, "change_phone"))


@pytest.mark.parametrize(("action", "intent"), [(ActionAnswer, "account_theft"), (ActionOutOfScope, "out_of_scope")])
async def test_money_that_is_gone_is_asked_about(action: type[Action], intent: str, own_database: Database) -> None:
    talk = Talk()
    assert text_of(await talk.hear(action(), "我的钱不见了", intent)) == "utter_lost_money"
    assert text_of(await talk.hear(ActionHeard(), "好的", "affirm")) == "utter_lost_money_again"
    assert await TicketService(own_database).queue() == []


async def test_what_nobody_did_is_an_emergency_with_its_beginning(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额少了200", "bill", amount="200")
    assert text_of(await talk.hear(ActionAnswer(), "不是我操作的", "account_theft")) == "utter_emergency_theft"
    [ticket] = await TicketService(own_database).queue()
    assert (ticket.intent, ticket.amount) == ("account_theft", 200)
    assert ticket.description == "余额少了200；不是我操作的"


async def test_what_was_charged_wrongly_is_answered() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "钱少了", "account_theft")
    [shown] = faq_of(await talk.hear(ActionAnswer(), "扣多了、扣重了", "wrong_charge"))
    assert shown.startswith("wrong_charge.")


async def test_money_that_is_talked_about_already_is_not_asked_about() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "充值没到账", "top_up_arrival")
    assert text_of(await talk.hear(ActionAnswer(), "钱没了", "top_up_arrival")) != "utter_lost_money"
