"""The ticket form in a talk: corrected times, what comes instead of a story, and what reaches the ticket."""

from datetime import datetime, timedelta

import pytest

from actions.ticket_form import ValidateTicketForm
from actions.tickets import ActionSubmitTicket
from kefu.database import Database
from kefu.desk.tickets import TicketService
from kefu.dialogue.ticket_form import ON_FILE
from kefu.show import CHINA, SKIPPED
from tests.actions.conversation import Talk, text_of

pytestmark = pytest.mark.usefixtures("own_database")


async def form(
    talk: Talk, asked: str, text: str, intent: str = "out_of_scope", **entities: str | tuple[str, str]
) -> str:
    """A message to the form's question; what the bot says."""
    talk.slots["requested_slot"] = asked
    return text_of(await talk.hear(ValidateTicketForm(), text, intent, **entities))


async def test_a_time_that_is_called_wrong_still_tells_the_month() -> None:
    talk, today = Talk(), datetime.now(CHINA).date()
    month_ago = (today.replace(day=1) - timedelta(days=1)).replace(day=25)
    talk.slots.update(topic="refund", time=month_ago.isoformat(), ticket_confirmed=None)
    assert await form(talk, "ticket_confirmed", "时间不对") == "utter_ticket_once_more"
    assert talk.slots["time"] is None, "so it is asked for"
    await form(talk, "time", "是26号", time=(today.replace(day=26).isoformat(), "26号"))
    assert talk.slots["time"] == month_ago.replace(day=26).isoformat()


async def test_a_corrected_day_keeps_the_hour() -> None:
    talk = Talk()
    talk.slots.update(topic="refund", time="2026-11-22T20:00")
    await form(talk, "ticket_confirmed", "不对是前天晚上", time=("2026-11-21", "前天晚上"))
    assert talk.slots["time"] == "2026-11-21T20:00"


async def test_who_says_little_is_registered_with_that(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(topic="out_of_scope", brand="post")
    assert await form(talk, "description", "我要退款", "refund") == "utter_ticket_say_more"
    await form(talk, "description", "200")
    assert (talk.slots["amount"], talk.slots["description"]) == ("200", "我要退款")
    await form(talk, "phone", "就是注册那个号")
    talk.slots.update(requested_slot=None, ticket_confirmed="yes")
    await talk.hear(ActionSubmitTicket(), "确认", "affirm")
    [ticket] = await TicketService(own_database).queue()
    assert (ticket.intent, ticket.amount, ticket.phone) == ("refund", 200, None)
    assert ticket.description == f"我要退款\n手机号：{ON_FILE}"


@pytest.mark.parametrize(("told", "kept"), [("提现多久到", "提现多久到"), ("8", SKIPPED), (None, SKIPPED)])
async def test_a_skipped_story_is_what_was_told_before(told: str | None, kept: str) -> None:
    talk = Talk()
    talk.slots.update(topic="withdraw_arrival", question=told)
    await form(talk, "description", "跳过", "skip")
    assert talk.slots["description"] == kept
