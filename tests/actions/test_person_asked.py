"""Asking for a person: no form for who asks something else, no empty ticket, no two promises."""

import pytest

from actions.handoff import ActionToPerson
from actions.queue import users
from actions.ticket_form import ValidateTicketForm
from actions.tickets import ActionSubmitTicket
from kefu.database import Database
from kefu.desk.tickets import NewTicket, TicketService
from kefu.dialogue.ticket_form import PERSON
from tests.actions.conversation import Talk, faq_of, text_of

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def somebody_is_there(monkeypatch: pytest.MonkeyPatch, own_database: Database) -> None:
    async def online() -> list[str]:
        return ["li"]

    monkeypatch.setattr(users(), "online", online)


async def test_nobody_there_a_ticket_is_begun(own_database: Database) -> None:
    talk = Talk()
    assert text_of(await talk.hear(ActionToPerson(), "人工", "human_agent")) == "utter_to_person"
    assert talk.slots["handoff"] is False


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("回机器人", "utter_back_to_bot"),
        ("现在人多吗 要等多久", "utter_wait_offline"),
        ("接下来呢", "utter_which_to_explain"),
        ("听不懂人话", "utter_misread"),
    ],
)
async def test_what_wishes_no_person_begins_no_form(own_database: Database, text: str, response: str) -> None:
    talk = Talk()
    assert text_of(await talk.hear(ActionToPerson(), text, "human_agent")) == response
    assert not talk.slots["handoff"]
    assert talk.slots["handoff"] is None or response == "utter_back_to_bot"


async def test_a_question_beside_is_answered(own_database: Database) -> None:
    talk = Talk()
    said = await talk.hear(
        ActionToPerson(), "客服小姐姐在吗,想问下提现限额", "human_agent", others=[("payment_limit", 0.6)]
    )
    assert faq_of(said)
    assert talk.slots["handoff"] is None


async def test_what_a_colleague_has_already_is_not_asked_for_again(own_database: Database) -> None:
    ticket = (await TicketService(own_database).open(NewTicket("post", "rest", "talk-1", "refund", "退款", "k"))).ticket
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    said = await talk.hear(ActionToPerson(), "人工呢", "human_agent")
    assert text_of(said) == "utter_person_has_ticket"
    assert ticket.id in said[0]["status"]
    assert talk.slots["handoff"] is None


async def submitted(talk: Talk) -> str:
    talk.slots["ticket_confirmed"] = PERSON
    return text_of(await talk.hear(ActionSubmitTicket(), "人呢", "human_agent"))


async def test_no_empty_ticket_is_sent(own_database: Database) -> None:
    talk = Talk()
    assert await submitted(talk) == "utter_nobody_yet"
    assert await TicketService(own_database).of_customer("post", "talk-1") == []
    assert text_of(await talk.hear(ActionToPerson(), "人工", "human_agent")) == "utter_nobody_yet"


async def test_what_was_told_is_kept(own_database: Database) -> None:
    talk = Talk()
    talk.slots["description"] = "昨天提现没到账"
    assert "已经登记好了" in await submitted(talk)


async def test_the_queue_is_promised_alone(own_database: Database, somebody_is_there: None) -> None:
    talk = Talk()
    assert await submitted(talk) == "utter_queue_next"
    assert await TicketService(own_database).of_customer("post", "talk-1") == []
    told = Talk()
    told.slots["description"] = "昨天提现没到账"
    assert await submitted(told) == "utter_told_to_person\nutter_queue_next"


async def test_calling_in_the_form_is_no_story(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(requested_slot="description", topic="out_of_scope", bad_answers=1)
    await talk.hear(ValidateTicketForm(), "有人吗??", "bot_challenge")
    assert talk.slots["ticket_confirmed"] == PERSON
    assert talk.slots["description"] is None


async def test_going_back_leaves_the_form(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(requested_slot="description", topic="out_of_scope")
    said = await talk.hear(ValidateTicketForm(), "回机器人", "human_agent")
    assert text_of(said) == "utter_ticket_cancelled"
