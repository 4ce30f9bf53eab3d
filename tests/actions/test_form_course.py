"""The course of the ticket form: what is skipped, joined, offered afterwards, and what reaches the ticket."""

import pytest

from actions.answer import ActionAnswer
from actions.ticket_form import ValidateTicketForm
from actions.tickets import ActionSubmitTicket
from kefu.database import Database
from kefu.desk.tickets import TicketService
from kefu.show import SKIPPED
from tests.actions.conversation import Talk, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")


async def form(talk: Talk, asked: str | None, text: str, intent: str = "out_of_scope", sure: float = 0.9) -> str:
    talk.slots["requested_slot"] = asked
    return text_of(await talk.hear(ValidateTicketForm(), text, intent, sure))


async def test_who_has_told_the_matter_is_asked_for_its_facts_at_once() -> None:
    talk = Talk()
    talk.slots.update(topic="withdraw_arrival", question="提现没到账")
    await form(talk, None, "登记", "open_ticket")
    assert (talk.slots["description"], talk.slots["asks"]) == ("提现没到账", "facts")
    await form(talk, "time", "上个月")
    assert (talk.slots["time"], talk.slots["asks"]) == ("上个月", None), "and once only"


async def test_who_has_told_the_amount_is_not_asked_so() -> None:
    talk = Talk()
    talk.slots.update(topic="withdraw_arrival", question="提现没到账", amount="500")
    await form(talk, None, "登记", "open_ticket")
    assert (talk.slots["amount"], talk.slots["asks"]) == ("500", None)


async def test_good_news_store_nothing_and_ask_for_stars(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(topic="top_up_arrival", description="充值没到账", tried=["top_up_arrival.bank"])
    assert await form(talk, "amount", "刚到账了不用了", "withdraw_arrival") == "utter_ticket_over"
    await talk.hear(ActionSubmitTicket(), "刚到账了不用了", "withdraw_arrival")
    assert await TicketService(own_database).queue() == []
    assert (talk.slots["topic"], talk.slots["rated_faq"]) == (None, "top_up_arrival.bank")


async def test_to_send_it_at_once_leaves_out_only_what_is_missing() -> None:
    talk = Talk()
    talk.slots.update(topic="refund", description="商家不退款", time="2026-11-26")
    await form(talk, "amount", "就这样提交吧", "affirm")
    assert (talk.slots["description"], talk.slots["time"]) == ("商家不退款", "2026-11-26")
    assert (talk.slots["amount"], talk.slots["phone"], talk.slots["ticket_confirmed"]) == (SKIPPED, SKIPPED, None)


async def test_a_story_in_pieces_is_kept_whole() -> None:
    talk = Talk()
    talk.slots.update(topic="out_of_scope")
    assert await form(talk, "description", "商家不退款", "refund") == "utter_ticket_say_more"
    await form(talk, "description", "退给我", "refund_arrival")
    assert talk.slots["description"] == "商家不退款；退给我"


async def test_a_second_matter_is_offered_after_the_ticket(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(topic="wrong_charge", description="付款扣了两次", time="2026-11-26", amount="100")
    heard = await form(talk, "phone", "还有我提现也没到", "withdraw_arrival")
    assert heard == "utter_ticket_second"
    talk.slots.update(requested_slot=None, ticket_confirmed="yes", phone=SKIPPED)
    said = await talk.hear(ActionSubmitTicket(), "确认", "affirm")
    assert "utter_take_up" in text_of(said) and "现在登记" in titles_of(said)
    assert (talk.slots["topic"], talk.slots["question"]) == ("withdraw_arrival", "还有我提现也没到")
    [ticket] = await TicketService(own_database).queue()
    assert "提现" not in ticket.description


async def test_a_third_matter_is_at_least_written_down() -> None:
    talk = Talk()
    talk.slots.update(topic="wrong_charge", aside={"topic": "withdraw_arrival", "question": "还有我提现也没到"})
    assert await form(talk, "phone", "另外密码也忘了", "forgot_password") == "utter_ticket_added"
    assert talk.slots["extra"] == "另外密码也忘了"
    assert talk.slots["aside"]["topic"] == "withdraw_arrival"


async def test_the_part_of_the_day_reaches_the_agent(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(topic="wrong_charge", description="扣了两次", time="2026-11-26 中午", ticket_confirmed="yes")
    await talk.hear(ActionSubmitTicket(), "确认", "affirm")
    [ticket] = await TicketService(own_database).queue()
    assert ticket.time == "2026-11-26"
    assert "时间：2026年11月26日中午" in ticket.description


@pytest.mark.parametrize(("text", "heard"), [("算了", "cancelled"), ("已经没事了", "over")])
async def test_who_leaves_an_alarms_form_hears_that_its_ticket_stays(text: str, heard: str) -> None:
    talk = Talk()
    talk.slots.update(topic="account_theft", alarm="account_theft", ticket_id="KF7K3M9QXT2B", description="被盗刷")
    assert await form(talk, "time", text, "cancel") == f"utter_ticket_{heard}_urgent"


async def test_a_question_without_an_answer_goes_to_the_colleague() -> None:
    talk = Talk()
    talk.slots.update(topic="refund", description="商家不退款")
    assert await form(talk, "time", "你家的猫会不会游泳", "out_of_scope", 0.9) == "utter_ticket_ask_later"
    assert talk.slots["extra"] == "你家的猫会不会游泳"


async def test_who_wanted_only_an_answer_gets_it_before_anything_else() -> None:
    talk = Talk()
    talk.slots.update(topic="human_agent", question="人工")
    said = await form(talk, "description", "我想问下提现手续费多少", "fee", 0.99)
    assert said.index("手续费") < said.index("utter_ticket_still_wanted")
    assert talk.slots["description"] is None


async def test_who_registers_after_all_need_not_tell_it_again() -> None:
    talk = Talk()
    talk.slots.update(topic="payment_failed", question="付款失败", description="提示余额不足", ticket_confirmed=None)
    await talk.hear(ActionSubmitTicket(), "取消吧", "cancel")
    await form(talk, None, "登记", "open_ticket")
    assert talk.slots["description"] == "付款失败；提示余额不足"


async def test_the_receivers_number_told_before_the_form_is_not_whom_we_call() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "转账500给137****1111他没收到", "transfer", phone="137****1111")
    assert (talk.slots["topic"], talk.slots["phone"]) == ("transfer", None)
