"""What is heard by its words alone: despair, outages, English, other wallets, an answer that was too much."""

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.feedback import ActionFeedback
from actions.handoff import ActionToPerson
from actions.notices import _notices
from actions.recovery import ActionOutOfScope
from actions.solved import ActionSolved, ActionUnsolved
from actions.ticket_form import ValidateTicketForm
from kefu.database import Database
from kefu.desk.feedback import FeedbackService
from kefu.desk.lifecycle import Priority
from kefu.desk.tickets import TicketService
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.mark.parametrize("action", [ActionAnswer(), ActionOutOfScope()], ids=["business", "nothing"])
async def test_despair_is_answered_first(own_database: Database, action: Action) -> None:
    said = await Talk().hear(action, "钱也没了,不想活了", "account_theft")
    assert text_of(said) == "utter_despair"
    (ticket,) = await TicketService(own_database).of_customer("post", "talk-1")
    assert ticket.priority == Priority.P1.value
    assert ticket.id == said[0]["receipt"]


async def test_despair_in_the_form_ends_it(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(requested_slot="phone", topic="withdraw_arrival")
    assert text_of(await talk.hear(ValidateTicketForm(), "我想死", "out_of_scope")) == "utter_despair"
    assert talk.slots["requested_slot"] is None
    assert text_of(await talk.hear(ActionToPerson(), "人工", "human_agent")) == "utter_person_has_ticket"


async def test_an_outage_is_told_from_the_notices(own_database: Database) -> None:
    talk = Talk()
    assert text_of(await talk.hear(ActionOutOfScope(), "是不是系统坏了", "out_of_scope")) == "utter_no_outage"
    said = await talk.hear(ActionAnswer(), "什么时候恢复", "account_locked")
    assert text_of(said) == "utter_no_outage_still"
    await _notices().switch_on("post", "付款系统正在抢修，预计18点恢复")
    said = await talk.hear(ActionAnswer(), "大家都付不了吗", "payment_failed")
    assert text_of(said) == "【公告】付款系统正在抢修，预计18点恢复\nutter_outage_known"


async def test_recovery_of_an_account_is_no_outage(own_database: Database) -> None:
    assert faq_of(await Talk().hear(ActionAnswer(), "什么时候恢复", "account_locked"))


async def test_english_is_acted_on(own_database: Database) -> None:
    said = await Talk().hear(ActionOutOfScope(), "my account was hacked", "out_of_scope")
    assert text_of(said) == "utter_emergency_theft\nutter_english_alarm"
    (ticket,) = await TicketService(own_database).of_customer("post", "talk-1")
    assert ticket.priority == Priority.P1.value
    said = await Talk().hear(ActionOutOfScope(), "how do I reset my password?", "out_of_scope")
    assert text_of(said).startswith("utter_english_answer")
    assert faq_of(said)
    said = await Talk().hear(ActionOutOfScope(), "what a lovely day", "out_of_scope")
    assert text_of(said) == "utter_foreign"


async def test_english_that_wishes_a_person_begins_the_form(own_database: Database) -> None:
    talk = Talk()
    said = await talk.hear(ActionOutOfScope(), "I want to talk to a human", "out_of_scope")
    assert text_of(said) == "utter_english_person\nutter_to_person"


async def test_pinyin_is_guessed_or_asked_to_be_characters(own_database: Database) -> None:
    said = await Talk().hear(ActionOutOfScope(), "mm wang le", "out_of_scope")
    assert text_of(said).startswith("utter_pinyin_guess")
    assert any("密码" in title for title in titles_of(said))
    assert text_of(await Talk().hear(ActionOutOfScope(), "wo yao wen ge shi", "out_of_scope")) == "utter_pinyin"


async def test_another_companys_wallet_is_its_own_matter(own_database: Database) -> None:
    said = await Talk().hear(ActionAnswer(), "支付宝余额怎么提现", "withdraw")
    assert text_of(said) == "utter_other_company"
    assert said[0]["company"] == "支付宝"


async def test_an_answer_that_was_too_much_is_told_step_by_step(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "怎么申请退款", "refund")
    shown = talk.slots["faq_id"]
    first = text_of(await talk.hear(ActionAnswer(), "看不懂", "bill"))
    assert first.startswith("好，一步一步来。第 1 步")
    assert "第 2 步" in text_of(await talk.hear(ActionSolved(), "好了", "affirm"))
    assert talk.slots["faq_id"] == shown
    assert text_of(await talk.hear(ActionFeedback(), "字太多了", "feedback")) == "utter_let_me_help"
    assert await FeedbackService(own_database).latest() == []


async def test_who_cannot_do_it_is_led_step_by_step(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "怎么提现", "withdraw")
    assert "第 1 步" in text_of(await talk.hear(ActionUnsolved(), "不会弄", "deny"))
    assert talk.slots["nothing_left"] is False


async def test_the_same_once_more(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "怎么申请退款", "refund")
    shown = talk.slots["faq_id"]
    assert faq_of(await talk.hear(ActionAnswer(), "再说一遍", "contact")) == [shown]


@pytest.mark.parametrize("text", ["差评", "一星"])
async def test_who_is_dissatisfied_is_asked_why(own_database: Database, text: str) -> None:
    assert text_of(await Talk().hear(ActionFeedback(), text, "feedback")) == "utter_sorry_what_wrong"
    assert [one.text for one in await FeedbackService(own_database).latest()] == [text]


async def test_question_marks_after_an_answer_mean_it_has_not_helped(own_database: Database) -> None:
    talk = Talk()
    talk.slots["topic"] = "refund"
    assert text_of(await talk.hear(ActionOutOfScope(), "???", "out_of_scope")) == "utter_still_open"
    assert text_of(await Talk().hear(ActionOutOfScope(), "???", "out_of_scope")) == "utter_marks"
