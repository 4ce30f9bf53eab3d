"""In mid-form: another matter than was thought, and one that is more urgent."""

import pytest

from actions.answer import ActionAnswer
from actions.solved import ActionHeard
from actions.ticket_form import ValidateTicketForm
from actions.tickets import ActionSubmitTicket
from kefu.database import Database
from kefu.desk.models import Ticket
from kefu.desk.tickets import TicketService
from tests.actions.conversation import Talk, text_of

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
async def talk() -> Talk:
    """Somebody who registers a double payment, and is asked for a phone number."""
    talk = Talk()
    await talk.hear(ActionAnswer(), "昨天在超市扣了两次,一次58元", "wrong_charge", amount="58", time="昨天")
    await talk.hear(ValidateTicketForm(), "没解决", "deny")
    talk.slots["requested_slot"] = "phone"
    return talk


async def submit(talk: Talk, confirmed: str | None = "yes") -> str:
    talk.slots.update(requested_slot=None, ticket_confirmed=confirmed)
    return text_of(await talk.hear(ActionSubmitTicket(), "确认", "affirm"))


async def tickets(database: Database) -> dict[str, Ticket]:
    return {ticket.intent: ticket for ticket in await TicketService(database).queue()}


async def test_the_corrected_matter_is_registered_with_what_was_told(talk: Talk, own_database: Database) -> None:
    said = await talk.hear(ValidateTicketForm(), "不对,我说的是提现不是扣款", "wrong_charge")
    assert text_of(said) == "utter_ticket_topic"
    assert said[0]["matter"] == "提现"
    assert talk.slots["requested_slot"] == "phone", "still asked"
    await submit(talk)
    [ticket] = (await tickets(own_database)).values()
    assert (ticket.intent, ticket.amount) == ("withdraw", 58)
    assert "超市" in ticket.description


async def test_a_corrected_matter_asks_for_the_amount_that_it_needs() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "怎么换手机号啊", "change_phone")
    await talk.hear(ValidateTicketForm(), "没解决", "deny")
    assert talk.slots["amount"] == "", "not asked for"
    talk.slots["requested_slot"] = "time"
    await talk.hear(ValidateTicketForm(), "说错了,是提现", "withdraw")
    assert talk.slots["amount"] is None


async def test_an_emergency_has_facts_of_its_own(talk: Talk, own_database: Database) -> None:
    said = await talk.hear(ValidateTicketForm(), "我的钱被盗刷了", "account_theft")
    assert text_of(said) == "utter_emergency_theft"
    assert (talk.slots["amount"], talk.slots["time"]) == (None, None), "asked for anew"
    assert talk.slots["description"] == "我的钱被盗刷了"
    await submit(talk)
    urgent = (await tickets(own_database))["account_theft"]
    assert (urgent.priority, urgent.amount, urgent.time) == ("P1", None, None)
    assert "超市" not in urgent.description


@pytest.mark.parametrize("confirmed", ["yes", None], ids=["sent", "cancelled"])
async def test_after_the_emergency_the_earlier_matter_goes_on(
    talk: Talk, own_database: Database, confirmed: str | None
) -> None:
    await talk.hear(ValidateTicketForm(), "我的钱被盗刷了800块", "account_theft", amount="800")
    said = await submit(talk, confirmed)
    assert said.endswith("utter_take_up")
    assert talk.slots["topic"] == "wrong_charge"
    agreed = await talk.hear(ActionHeard(), "好的", "affirm")
    assert text_of(agreed) == "utter_open_ticket"
    await talk.hear(ValidateTicketForm(), "现在登记", "open_ticket")
    assert await submit(talk)
    found = await tickets(own_database)
    assert (found["wrong_charge"].amount, found["account_theft"].amount) == (58, 800)
    assert "超市" in found["wrong_charge"].description
    assert talk.slots["aside"] is None


async def test_a_matter_that_waited_leaves_nothing_to_the_next_one(talk: Talk, own_database: Database) -> None:
    talk.slots["extra"] = "收银员姓王"
    await talk.hear(ValidateTicketForm(), "我的钱被盗刷了800块", "account_theft", amount="800")
    await submit(talk)
    assert (talk.slots["description"], talk.slots["extra"]) == (None, None)
    assert "超市" in talk.slots["question"] and "收银员姓王" in talk.slots["question"]
    await talk.hear(ActionAnswer(), "怎么换手机号啊", "change_phone")
    await talk.hear(ValidateTicketForm(), "没解决", "deny")
    await submit(talk)
    assert "超市" not in (await tickets(own_database))["change_phone"].description


@pytest.mark.parametrize(("text", "intent"), [("怎么换手机号啊", "change_phone"), ("我转错账了", "transfer")])
async def test_another_matter_starts_with_its_own_story(text: str, intent: str) -> None:
    talk = Talk()
    talk.slots.update(topic="wrong_charge", question="扣了两次", description="扣了两次", extra="在超市")
    await talk.hear(ActionAnswer(), text, intent)
    assert (talk.slots["question"], talk.slots["description"], talk.slots["extra"]) == (text, None, None)


async def test_a_form_that_was_cancelled_does_not_ask_for_the_story_again() -> None:
    talk = Talk()
    await talk.hear(ValidateTicketForm(), "人工", "human_agent")
    talk.slots["requested_slot"] = "description"
    await talk.hear(ValidateTicketForm(), "提现1000没到账", "withdraw_arrival", amount="1000")
    await submit(talk, None)
    assert talk.slots["description"] is None
    await talk.hear(ValidateTicketForm(), "登记", "open_ticket")
    assert (talk.slots["description"], talk.slots["amount"]) == ("提现1000没到账", "1000")


async def test_a_form_without_a_matter_is_about_the_emergency_from_its_beginning(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ValidateTicketForm(), "人工", "human_agent")
    talk.slots.update(requested_slot="time", description="有人一直打我电话")
    await talk.hear(ValidateTicketForm(), "我被骗了", "account_theft")
    assert talk.slots["description"] == "我被骗了；有人一直打我电话"
    assert talk.slots["aside"] is None


async def test_a_transfer_form_does_not_hide_a_theft(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "转账对方没收到,转了300", "transfer", amount="300")
    await talk.hear(ValidateTicketForm(), "没解决", "deny")
    talk.slots["requested_slot"] = "phone"
    assert text_of(await talk.hear(ValidateTicketForm(), "我的钱被盗刷了", "account_theft")) == "utter_emergency_theft"
    assert (await tickets(own_database))["account_theft"].priority == "P1"


async def test_an_alarm_forgets_the_facts_of_what_was_talked_about_before() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "退款300没到", "refund_arrival", amount="300")
    await talk.hear(ActionAnswer(), "我的钱被盗刷了", "account_theft")
    assert talk.slots["amount"] is None
    await talk.hear(ActionAnswer(), "又被盗刷了50", "account_theft", amount="50")
    assert talk.slots["amount"] == "50"


@pytest.mark.parametrize(
    ("text", "intent"),
    [("又转错了一次", "transfer"), ("刚才又转错一笔300", "transfer"), ("又转出去了", "account_theft")],
)
async def test_a_second_wrong_transfer_is_added_to_the_open_ticket(
    own_database: Database, text: str, intent: str
) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我转错账了,转给陌生人500", "transfer")
    assert text_of(await talk.hear(ActionAnswer(), text, intent)) == "utter_emergency_again_transfer"
    [ticket] = await TicketService(own_database).queue()
    assert [event.kind for event in await TicketService(own_database).history(ticket.id)] == ["created", "appended"]


async def test_the_story_of_an_emergency_goes_on_in_its_ticket(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "我转错账了,转给陌生人500", "transfer")
    assert text_of(await talk.hear(ActionAnswer(), "他说在外地", "out_of_scope")) == "utter_note_stored"
    assert text_of(await talk.hear(ActionAnswer(), "提现要手续费吗", "fee")) != "utter_note_stored"


async def test_a_corrected_time_of_the_other_matter_does_not_decide_the_month_of_the_theft() -> None:
    talk = Talk()
    talk.slots.update(topic="wrong_charge", requested_slot="phone", time="2026-10-25", description="买鞋多扣了钱")
    form = ValidateTicketForm()
    await talk.hear(form, "不对是10月20号买的", "inform", time=("2026-10-20", "10月20号"))
    assert talk.slots["time_before"] == "2026-10-25"
    await talk.hear(form, "我的钱刚被人盗刷了", "account_theft")
    assert talk.slots["topic"] == "account_theft"
    talk.slots["requested_slot"] = "time"
    await talk.hear(form, "26号", "inform", time=("2026-11-26", "26号"))
    assert talk.slots["time"] == "2026-11-26"
