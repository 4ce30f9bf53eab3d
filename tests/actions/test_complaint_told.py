"""A complaint that tells when and how is not asked for it again."""

import pytest

from actions.answer import ActionAnswer
from actions.solved import ActionHeard
from actions.ticket_form import ValidateTicketForm
from kefu.database import Database
from tests.actions.conversation import Talk, faq_of, text_of, titles_of

pytestmark = pytest.mark.usefixtures("own_database")
TEXT = "投诉客服态度差 上周三打电话骂我"


async def test_it_is_taken_down_and_only_what_is_missing_is_asked() -> None:
    talk = Talk()
    said = await talk.hear(ActionAnswer(), TEXT, "complaint", time=("2026-11-18", "上周三"))
    assert (text_of(said), titles_of(said)) == ("utter_complaint_told", ["现在登记", "转人工"])
    assert text_of(await talk.hear(ActionHeard(), "确认", "affirm")) == "utter_open_ticket"
    await talk.hear(ValidateTicketForm(), "现在登记", "open_ticket")
    assert (talk.slots["topic"], talk.slots["description"], talk.slots["time"]) == ("complaint", TEXT, "2026-11-18")


async def test_the_story_that_follows_is_part_of_it() -> None:
    talk = Talk()
    assert faq_of(await talk.hear(ActionAnswer(), "投诉客服态度差", "complaint"))
    more = "昨天下午打电话 骂人 工号8021"
    said = await talk.hear(ActionAnswer(), more, "contact", 0.5, time=("2026-11-26", "昨天下午"))
    assert text_of(said) == "utter_complaint_told"
    assert talk.slots["question"] == f"投诉客服态度差；{more}"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("上周三客服骂我,怎么投诉", "complaint"),
        ("投诉商家昨天卖假货", "complaint"),
        ("昨天打电话充值没到账的", "top_up_arrival"),
    ],
)
async def test_what_asks_or_is_about_others_is_answered(text: str, intent: str, own_database: Database) -> None:
    assert "utter_complaint_told" not in text_of(await Talk().hear(ActionAnswer(), text, intent, time="2026-11-26"))
