"""Right after a ticket: what is said is said of it, and reaches the agent."""

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.feedback import ActionFeedback
from actions.recovery import ActionOutOfScope
from actions.solved import ActionWhatNow
from actions.tickets import ActionTicketStatus
from kefu.database import Database
from kefu.desk.feedback import FeedbackService
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from kefu.sealing import seal, unseal
from tests.actions.conversation import Talk, faq_of, text_of

FIRST, NEW = "13812345678", "13900001111"


@pytest.fixture
async def ticket(own_database: Database) -> Ticket:
    new = NewTicket(
        "post",
        "rest",
        "talk-1",
        "withdraw_arrival",
        "提现没到账",
        "form:1",
        phone="138****5678",
        phone_sealed=seal(FIRST),
    )
    return (await TicketService(own_database).open(new)).ticket


@pytest.fixture
def talk(ticket: Ticket) -> Talk:
    found = Talk()
    found.slots["ticket_id"] = ticket.id
    return found


async def now(database: Database, ticket: Ticket) -> Ticket:
    found = await TicketService(database).get(ticket.id)
    assert found is not None
    return found


async def notes(database: Database, ticket: Ticket) -> list[str]:
    return [message.text for message in await TicketMessages(database).of(ticket.id)]


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [
        (ActionAnswer(), "我要改电话,换成139****1111", "change_phone"),
        (ActionAnswer(), "手机号换成139****1111", "change_phone"),
        (ActionWhatNow(), "139****1111", "inform"),
    ],
)
async def test_another_phone_takes_the_place_of_the_first(
    talk: Talk, ticket: Ticket, own_database: Database, action: Action, text: str, intent: str
) -> None:
    said = await talk.hear(action, text, intent, phone="139****1111", sealed=NEW)
    assert text_of(said) == "utter_ticket_corrected"
    assert unseal((await now(own_database, ticket)).phone_sealed) == NEW
    assert "corrected" in [event.kind for event in await TicketService(own_database).history(ticket.id)]


async def test_who_names_no_number_is_asked_for_it(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    assert text_of(await talk.hear(ActionAnswer(), "电话写错了", "change_phone")) == "utter_ticket_right_phone"
    await talk.hear(ActionWhatNow(), "139****1111", "inform", phone="139****1111", sealed=NEW)
    assert unseal((await now(own_database, ticket)).phone_sealed) == NEW


async def test_the_phone_is_put_right_although_something_else_was_asked_since(
    talk: Talk, ticket: Ticket, own_database: Database
) -> None:
    await talk.hear(ActionAnswer(), "提现手续费多少", "fee")
    assert text_of(await talk.hear(ActionAnswer(), "电话写错了", "change_phone")) == "utter_ticket_right_phone"
    await talk.hear(ActionWhatNow(), "139****1111", "inform", phone="139****1111", sealed=NEW)
    assert unseal((await now(own_database, ticket)).phone_sealed) == NEW


async def test_another_persons_number_is_not_called(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    await talk.hear(ActionAnswer(), "对方电话139****1111", "transfer", phone="139****1111", sealed=NEW)
    assert unseal((await now(own_database, ticket)).phone_sealed) == FIRST


async def test_a_wrong_amount_is_put_right(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    said = await talk.hear(ActionAnswer(), "金额写错了,是300元", "wrong_charge", amount=("300", "300元"))
    assert text_of(said) == "utter_ticket_corrected"
    assert (await now(own_database, ticket)).amount == 300
    assert await notes(own_database, ticket) == ["金额写错了,是300元"]


async def test_the_bare_number_that_was_asked_for(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    assert text_of(await talk.hear(ActionAnswer(), "金额写错了", "wrong_charge")) == "utter_ticket_right_amount"
    assert text_of(await talk.hear(ActionWhatNow(), "260", "inform")) == "utter_ticket_corrected"
    assert (await now(own_database, ticket)).amount == 260


async def test_urging_reaches_the_agent_once_and_is_answered_in_new_words(
    talk: Talk, ticket: Ticket, own_database: Database
) -> None:
    said = [
        text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope")) for text in ("催一下", "快点啊", "都三天了")
    ]
    assert said == ["utter_ticket_urged", "utter_ticket_urged_before", "utter_ticket_urged_often"]
    assert await notes(own_database, ticket) == ["客户催办：催一下"]


@pytest.mark.parametrize(
    ("action", "text", "intent", "response"),
    [
        (ActionAnswer(), "你们会打电话给我还是发短信", "contact", "utter_ticket_by_phone"),
        (ActionAnswer(), "我上班不能接电话", "contact", "utter_ticket_call_noted"),
        (ActionAnswer(), "截图怎么发给你们", "prepare_info", "utter_ticket_picture"),
        (ActionAnswer(), "已经到账了", "withdraw_arrival", "utter_ticket_solved"),
        (ActionAnswer(), "撤销", "close_account", "utter_cancel_passed_on"),
        (ActionAnswer(), "提现还是没到账", "withdraw_arrival", "utter_ticket_urged"),
        (ActionOutOfScope(), "那怎么办", "out_of_scope", "utter_ticket_wait"),
        (ActionAnswer(), "收到了", "refund_arrival", "utter_heard"),
        (ActionAnswer(), "还是那个88块的事,我再投诉一次", "complaint", "utter_note_stored"),
    ],
)
async def test_other_wishes(talk: Talk, action: Action, text: str, intent: str, response: str) -> None:
    assert text_of(await talk.hear(action, text, intent)) == response


@pytest.mark.parametrize(
    ("action", "text", "intent"),
    [(ActionOutOfScope(), "再发一遍", "out_of_scope"), (ActionAnswer(), "大概几点", "contact")],
)
async def test_the_number_and_the_time(talk: Talk, ticket: Ticket, action: Action, text: str, intent: str) -> None:
    assert f"工单 {ticket.id}" in text_of(await talk.hear(action, text, intent))


async def test_another_matter_is_answered(talk: Talk) -> None:
    assert faq_of(await talk.hear(ActionAnswer(), "提现手续费多少", "fee"))


async def test_what_is_not_solved_opens_the_ticket_again(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    await TicketWork(own_database).move(ticket.id, Status.RESOLVED, "agent")
    said = await talk.hear(ActionWhatNow(), "你们根本没解决", "deny")
    assert text_of(said) == "utter_note_stored_reopened"
    assert (await now(own_database, ticket)).status == Status.REOPENED


async def test_what_the_agent_waits_for_is_added(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    await TicketWork(own_database).move(ticket.id, Status.ASSIGNED, "agent")
    await TicketWork(own_database).move(ticket.id, Status.WAITING_CUSTOMER, "agent")
    said = await talk.hear(ActionAnswer(), "是建设银行的卡,尾号1234", "bank_card")
    assert text_of(said) == "utter_note_stored"
    assert await notes(own_database, ticket) == ["是建设银行的卡,尾号1234"]


async def test_stars_are_for_the_ticket(talk: Talk, ticket: Ticket, own_database: Database) -> None:
    assert text_of(await talk.hear(ActionFeedback(), "给个好评", "feedback")) == "utter_rated_late"
    assert text_of(await talk.hear(ActionWhatNow(), "5", "inform")) == "utter_rated_late"
    stored = await FeedbackService(own_database).latest()
    assert {(one.stars, one.ticket_id) for one in stored} == {(5, ticket.id)}


@pytest.mark.parametrize("text", ["等一下我看看", "怎么核实", "说有在途", "帮帮我"])
async def test_the_number_is_asked_for_only_of_a_ticket(own_database: Database, text: str) -> None:
    assert text_of(await Talk().hear(ActionTicketStatus(), text, "ticket_status")) != "utter_ask_ticket_number"
    said = await Talk().hear(ActionTicketStatus(), "我的投诉怎么样了", "ticket_status")
    assert text_of(said) == "utter_ask_ticket_number"
