"""Closing the loop: stars for answers and tickets, late stars, comments, and words added to a ticket."""

import re

import pytest
from rasa_sdk import Action

from actions.answer import ActionAnswer
from actions.feedback import ActionFeedback, ActionRate, ActionStoreComment, ValidateCommentForm
from actions.notes import ActionAddToTicket, ActionStoreNote, ValidateNoteForm
from actions.recovery import ActionOutOfScope
from actions.solved import ActionSolved, ActionWhatNow
from actions.tickets import ActionTicketStatus
from kefu.channels.binding import Bindings, Outcome
from kefu.database import Database
from kefu.desk.feedback import FeedbackService
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from tests.actions.conversation import Talk, text_of, titles_of


@pytest.fixture
async def ticket(own_database: Database) -> Ticket:
    new = NewTicket("post", "rest", "talk-1", "refund", "退款三天没到", "form:1")
    return (await TicketService(own_database).open(new)).ticket


async def note(talk: Talk, number: str, words: str, intent: str = "out_of_scope") -> str:
    """Press 补充情况 and write; what the bot says."""
    await talk.hear(ActionAddToTicket(), "补充情况", "add_to_ticket", ticket_id=number)
    talk.slots["requested_slot"] = "note"
    said = await talk.hear(ValidateNoteForm(), words, intent)
    return text_of([*said, *await talk.hear(ActionStoreNote(), words, intent)])


async def test_stars_of_a_resolved_ticket_are_stored_with_its_number(ticket: Ticket, own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    await talk.hear(ActionSolved(), "解决了", "affirm")
    await talk.hear(ActionRate(), "2", "rate", stars="2", ticket_id=ticket.id)
    talk.slots.update(requested_slot="comment")
    await talk.hear(ValidateCommentForm(), "等得太久了", "out_of_scope")
    await talk.hear(ActionStoreComment(), "等得太久了", "out_of_scope")
    comment, rating = await FeedbackService(own_database).latest()
    assert (rating.stars, rating.ticket_id, rating.faq_id) == (2, ticket.id, None)
    assert (comment.text, comment.stars, comment.ticket_id) == ("等得太久了", 2, ticket.id)


async def test_stars_of_an_answer_have_its_id(own_database: Database) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    await talk.hear(ActionSolved(), "解决了", "affirm")
    await talk.hear(ActionRate(), "5", "rate", stars="5")
    [rating] = await FeedbackService(own_database).latest()
    assert (rating.faq_id, rating.ticket_id) == ("bill.balance", None)


@pytest.mark.parametrize(("text", "stars"), [("5", 5), ("四星", 4), ("打3分吧", 3)])
async def test_stars_after_other_talk_still_count(own_database: Database, text: str, stars: int) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    await talk.hear(ActionSolved(), "解决了", "affirm")
    await talk.hear(ActionAnswer(), "提现要多久", "withdraw_arrival")
    assert text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope")) == "utter_rated_late"
    [rating] = await FeedbackService(own_database).latest()
    assert (rating.stars, rating.faq_id) == (stars, "bill.balance")
    assert text_of(await talk.hear(ActionOutOfScope(), text, "out_of_scope")) != "utter_rated_late", "once"


@pytest.mark.parametrize(
    ("text", "stars", "comment"),
    [
        ("3星 太慢", 3, "太慢"),
        ("给你3分吧 太慢了", 3, "太慢了"),
        ("4颗星", 4, None),
        ("满分", 5, None),
        ("差评", 1, None),
    ],
)
async def test_stars_in_words_are_a_rating_not_a_suggestion(
    own_database: Database, text: str, stars: int, comment: str | None
) -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "余额在哪里看", "bill")
    await talk.hear(ActionSolved(), "解决了", "affirm")
    said = text_of(await talk.hear(ActionFeedback(), text, "feedback"))
    assert said == ("utter_comment_stored" if comment else "utter_rated_late")
    *words, rating = await FeedbackService(own_database).latest()
    assert (rating.kind, rating.stars, rating.faq_id) == ("rating", stars, "bill.balance")
    assert [(one.kind, one.text, one.stars) for one in words] == ([("comment", comment, stars)] if comment else [])


@pytest.mark.parametrize(("action", "intent"), [(ActionFeedback(), "feedback"), (ActionWhatNow(), "deny")])
async def test_unsolved_beside_the_stars_is_heard(own_database: Database, action: Action, intent: str) -> None:
    talk = Talk()
    talk.slots["rated_faq"] = "bill.balance"
    assert text_of(await talk.hear(action, "2分 其实没解决", intent)) == "utter_comment_unsolved"


@pytest.mark.parametrize(
    ("text", "intent", "response"),
    [
        ("转人工", "human_agent", "utter_person_by_button"),
        ("根本没解决", "deny", "utter_comment_unsolved"),
        ("谢谢", "thank", "utter_no_comment"),
        ("0", "out_of_scope", "utter_no_comment"),
        ("字太小", "out_of_scope", "utter_comment_stored"),
    ],
)
async def test_what_comes_instead_of_a_comment(own_database: Database, text: str, intent: str, response: str) -> None:
    talk = Talk()
    talk.slots.update(requested_slot="comment", stars="5")
    said = await talk.hear(ValidateCommentForm(), text, intent)
    assert text_of([*said, *await talk.hear(ActionStoreComment(), text, intent)]) == response


async def test_an_emergency_instead_of_a_comment(own_database: Database) -> None:
    talk = Talk()
    talk.slots.update(requested_slot="comment", stars="5")
    assert text_of(await talk.hear(ValidateCommentForm(), "我的钱被盗刷了", "account_theft")) == "utter_emergency_theft"
    assert len(await TicketService(own_database).queue()) == 1


async def test_unsure_praise_is_answered_and_not_stored(own_database: Database) -> None:
    await Talk().hear(ActionFeedback(), "就是红色的字", "feedback", 0.3)
    assert await FeedbackService(own_database).latest() == []


async def test_words_are_added_to_a_ticket_once(ticket: Ticket, own_database: Database) -> None:
    talk = Talk()
    assert await note(talk, ticket.id, "是用农行卡付的") == "utter_note_stored"
    talk.slots["note"] = "是用农行卡付的"
    await talk.hear(ActionStoreNote(), "是用农行卡付的", "out_of_scope")
    added = await TicketMessages(own_database).of(ticket.id)
    assert [(message.kind, message.text) for message in added] == [
        ("customer", "是用农行卡付的"),
        ("customer", "是用农行卡付的"),
    ], "another message is another note"


async def test_a_ticket_that_is_over_takes_no_more_words(ticket: Ticket, own_database: Database) -> None:
    await TicketWork(own_database).move(ticket.id, Status.CLOSED, "agent")
    assert await note(Talk(), ticket.id, "钱还是没到") == "utter_ticket_is_over"
    assert await TicketMessages(own_database).of(ticket.id) == []


async def test_still_unsolved_opens_a_resolved_ticket_again(ticket: Ticket, own_database: Database) -> None:
    service = TicketService(own_database)
    await TicketWork(own_database).move(ticket.id, Status.RESOLVED, "agent")
    status = await Talk().hear(ActionTicketStatus(), ticket.id, "ticket_status", ticket_id=ticket.id)
    assert titles_of(status) == ["还没解决"]
    assert await note(Talk(), ticket.id, "钱还是没到") == "utter_note_stored_reopened"
    assert (await service.get(ticket.id)).status == Status.REOPENED


async def test_nothing_is_added_by_who_changes_his_mind(ticket: Ticket, own_database: Database) -> None:
    assert await note(Talk(), ticket.id, "算了", "cancel") == "utter_nothing_to_cancel"
    assert len(await TicketService(own_database).history(ticket.id)) == 1


async def test_the_other_wallets_ticket_is_not_found(ticket: Ticket) -> None:
    assert await note(Talk(brand="my"), ticket.id, "是用农行卡付的") == "utter_ticket_not_found"


@pytest.mark.parametrize("action", [ActionAnswer(), ActionOutOfScope()], ids=["as business", "as nothing"])
@pytest.mark.parametrize("text", ["对了 商家叫老王菜店", "补充一下,是农行卡"])
async def test_an_afterthought_goes_to_the_ticket(
    ticket: Ticket, own_database: Database, action: Action, text: str
) -> None:
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    assert text_of(await talk.hear(action, text, "bank_card", 0.4)) == "utter_note_stored"
    assert [message.text for message in await TicketMessages(own_database).of(ticket.id)] == [text]


async def test_how_long_after_a_ticket_is_told_by_the_ticket(ticket: Ticket) -> None:
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    said = text_of(await talk.hear(ActionAnswer(), "要多久", "account_locked", 0.5))
    assert ticket.id in said
    assert "最晚" in said


async def test_who_wants_to_register_is_not_asked_for_a_number(own_database: Database) -> None:
    said = await Talk().hear(ActionTicketStatus(), "登记一下", "ticket_status")
    assert text_of(said) == "utter_register_now"
    assert (
        text_of(await Talk().hear(ActionTicketStatus(), "登记的事处理了吗", "ticket_status"))
        == "utter_ask_ticket_number"
    )


@pytest.mark.parametrize("text", ["催一下", "快点啊", "急死了", "怎么这么慢"])
async def test_who_urges_hears_where_the_ticket_stands(ticket: Ticket, text: str) -> None:
    talk = Talk()
    talk.slots["ticket_id"] = ticket.id
    said = await talk.hear(ActionOutOfScope(), text, "out_of_scope")
    assert text_of(said) == "utter_ticket_urged"
    assert ticket.id in said[0]["status"]


@pytest.mark.parametrize(("website", "wechat"), [("talk-1", "wx-post-1"), ("web-1", "talk-1")])
async def test_a_bound_customer_finds_the_tickets_of_both_sides_on_both(
    own_database: Database, website: str, wechat: str
) -> None:
    bindings = Bindings(own_database)
    assert await bindings.redeem(wechat, "post", (await bindings.new_code(website, "post")).text) is Outcome.BOUND
    for number, customer in enumerate((website, wechat, "web-stranger")):
        new = NewTicket("post", "rest", customer, "refund", "退款没到", f"form:{number}")
        await TicketService(own_database).open(new)
    said = text_of(await Talk().hear(ActionTicketStatus(), "查一下我的工单", "ticket_status"))
    mine = [await TicketService(own_database).of_customer("post", one) for one in (website, wechat)]
    assert set(re.findall(r"KF\w{10}", said)) == {ticket.id for [ticket] in mine}
