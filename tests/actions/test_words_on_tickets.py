"""After a ticket: its number, that nobody has called, that it is no more needed, and one more sentence."""

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.cancel import ActionCancel
from actions.recovery import ActionOutOfScope
from actions.tickets import ActionTicketStatus
from kefu.database import Database
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from tests.actions.conversation import Talk, text_of


@pytest.fixture
async def ticket(own_database: Database) -> Ticket:
    new = NewTicket("post", "rest", "talk-1", "refund", "退款三天没到", "form:1")
    return (await TicketService(own_database).open(new)).ticket


async def notes(database: Database, ticket: Ticket) -> list[str]:
    return [message.text for message in await TicketMessages(database).of(ticket.id)]


@pytest.mark.parametrize(("action", "intent"), [(ActionAnswer(), "bill"), (ActionTicketStatus(), "ticket_status")])
async def test_who_asks_for_the_number_gets_it(ticket: Ticket, action: Action, intent: str) -> None:
    assert ticket.id in text_of(await Talk().hear(action, "单号多少来着", intent, 0.3)), "of the latest one"
    talk = Talk()
    talk.slots.update(ticket_id=ticket.id, topic="bill")
    assert ticket.id in text_of(await talk.hear(action, "单号多少来着", intent, 0.9))


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (ActionTicketStatus(), "把工单取消", "ticket_status"),
        (ActionTicketStatus(), "商家发货了 不用处理了", "ticket_status"),
        (ActionTicketStatus(), "刚才那个工单取消吧", "ticket_status"),
        (ActionCancel(), "取消工单", "cancel"),
        (ActionAnswer(), "不用管了 已经退了", "refund_arrival"),
    ],
)
@pytest.mark.parametrize("was_just_opened", [True, False])
async def test_who_calls_it_off_is_passed_on(
    ticket: Ticket, own_database: Database, action: Action, text: str, intent: str, was_just_opened: bool
) -> None:
    talk = Talk()
    if was_just_opened or "工单" not in text:
        talk.slots["ticket_id"] = ticket.id
    assert text_of(await talk.hear(action, text, intent)) == "utter_cancel_passed_on"
    assert await notes(own_database, ticket) == [f"客户要求取消：{text}"]
    assert (await TicketService(own_database).get(ticket.id)).status == Status.OPEN, "the agent decides"


async def test_the_number_may_be_said_with_it(ticket: Ticket, own_database: Database) -> None:
    text = f"取消工单{ticket.id}"
    said = await Talk().hear(ActionTicketStatus(), text, "ticket_status", ticket_id=ticket.id)
    assert text_of(said) == "utter_cancel_passed_on"
    assert len(await notes(own_database, ticket)) == 1


async def test_a_finished_ticket_is_not_opened_by_that(ticket: Ticket, own_database: Database) -> None:
    await TicketWork(own_database).move(ticket.id, Status.RESOLVED, "agent")
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    assert "已处理完" in text_of(await talk.hear(ActionTicketStatus(), "把工单取消", "ticket_status"))
    assert (await TicketService(own_database).get(ticket.id)).status == Status.RESOLVED


async def test_words_on_the_open_matter_are_not_on_the_ticket(ticket: Ticket, own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(ticket_id=ticket.id, topic="withdraw_arrival", faq_id="withdraw_arrival.times")
    await talk.hear(ActionAnswer(), "不用处理了", "withdraw_arrival", 0.5)
    assert await notes(own_database, ticket) == []


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (ActionTicketStatus(), "上次那个事还没人联系我", "ticket_status"),
        (ActionAnswer(), "都两天了", "withdraw_arrival"),
    ],
)
async def test_who_waits_hears_by_when(ticket: Ticket, action: Action, text: str, intent: str) -> None:
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    said = await talk.hear(action, text, intent)
    assert ticket.id in said[0]["status"]
    assert "最晚" in said[0]["status"]


@pytest.mark.parametrize("text", ["KF123456", "我的单号是KF12345", "kf 7K3M 9QX"])
@pytest.mark.parametrize("action", [ActionOutOfScope(), ActionTicketStatus()], ids=["as nothing", "as status"])
async def test_a_mistyped_number_is_said_to_be_wrong(own_database: Database, action: Action, text: str) -> None:
    assert text_of(await Talk().hear(action, text, "out_of_scope")) == "utter_ticket_not_found"


async def test_a_number_with_gaps_is_read(ticket: Ticket) -> None:
    typed = f"{ticket.id[:6]} {ticket.id[6:9]}-{ticket.id[9:]}"
    assert ticket.id in text_of(await Talk().hear(ActionOutOfScope(), typed, "out_of_scope"))


async def test_a_number_may_have_no_digit(own_database: Database) -> None:
    said = text_of(await Talk().hear(ActionOutOfScope(), "KFABCDEFGHJK", "out_of_scope"))
    assert said == "utter_ticket_not_found"


async def test_a_shop_is_no_number(own_database: Database) -> None:
    assert "utter_ticket_not_found" not in text_of(await Talk().hear(ActionOutOfScope(), "KFC", "out_of_scope"))


@pytest.mark.parametrize("text", ["我要加一句 她还挂我电话", "再补一点 是上周三的事", "麻烦加上一句 工号8021"])
async def test_one_more_sentence_goes_to_the_ticket(ticket: Ticket, own_database: Database, text: str) -> None:
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    assert text_of(await talk.hear(ActionAnswer(), text, "complaint", 0.99)) == "utter_note_stored"
    assert await notes(own_database, ticket) == [text]


async def test_who_asks_after_an_alarm_how_it_stands_hears_it(ticket: Ticket, own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(ticket_id=ticket.id, topic="account_theft", alarm="account_theft")
    said = await talk.hear(ActionTicketStatus(), "帮我查一下进度", "ticket_status")
    assert "最晚" in text_of(said)
    assert await notes(own_database, ticket) == []


async def test_who_has_no_ticket_hears_that_nothing_is_to_be_cancelled(own_database: Database) -> None:
    said = await Talk().hear(ActionTicketStatus(), "刚才那个工单取消吧", "ticket_status")
    assert text_of(said) == "utter_no_ticket_to_cancel"
