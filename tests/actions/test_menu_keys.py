"""A lone digit where nothing is open: the menu's line; 0 is a person."""

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from actions.recovery import ActionOutOfScope
from kefu.database import Database
from kefu.desk.tickets import NewTicket, TicketService
from kefu.dialogue.menu import MAIN, menus
from tests.actions.conversation import Talk, faq_of, text_of

pytestmark = pytest.mark.usefixtures("own_database")


async def press(talk: Talk, key: str) -> str:
    return text_of(await talk.hear(ActionOutOfScope(), key, "out_of_scope", 0.99))


@pytest.mark.parametrize("number", range(1, len(menus()[MAIN].options) + 1))
async def test_a_fresh_digit_is_the_line_of_the_menu(number: int) -> None:
    option, said = menus()[MAIN].options[number - 1], await Talk().hear(ActionOutOfScope(), str(number), "out_of_scope")
    if option.open:
        assert text_of(said).startswith(menus()[option.open].text)
    elif option.ask == "ticket_status":
        assert text_of(said) == "utter_ask_ticket_number"
    else:
        assert [faq_id.split(".")[0] for faq_id in faq_of(said)] == [option.ask]


async def test_the_line_of_tickets_shows_those_there_are(own_database: Database) -> None:
    opened = await TicketService(own_database).open(NewTicket("post", "rest", "talk-1", "refund", "退款没到", "form:1"))
    assert opened.ticket.id in await press(Talk(), "7")


async def test_nine_shows_the_menu() -> None:
    assert (await press(Talk(), "9")).startswith(menus()[MAIN].text)


@pytest.mark.parametrize("text", ["九", "按9"])
async def test_nine_in_words(text: str) -> None:
    assert (await press(Talk(), text)).startswith(menus()[MAIN].text)


async def test_a_word_for_a_line_is_no_key_where_no_menu_is_shown() -> None:
    assert menus()["payment"].text not in await press(Talk(), "二")


async def test_a_digit_about_an_open_matter_chooses_nothing() -> None:
    talk = Talk()
    await talk.hear(ActionAnswer(), "提现三天了还没到账", "withdraw_arrival")
    assert await press(talk, "8") == "utter_miss_first"


@pytest.mark.parametrize("text", ["10", "8.", "²", "110"])
async def test_other_numbers_are_no_keys(text: str) -> None:
    assert menus()[MAIN].text not in await press(Talk(), text)


async def test_zero_hands_over_and_begins_the_form_where_nobody_is_there() -> None:
    message = {"text": "0", "intent": {"name": "out_of_scope", "confidence": 0.99}, "metadata": {"brand": "post"}}
    tracker = Tracker("talk-1", {**Talk().slots, "misses": 1}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await ActionOutOfScope().run(dispatcher, tracker, {})
    assert text_of(dispatcher.messages) == "utter_to_person"
    assert [event["name"] for event in events if event["event"] == "followup"] == ["ticket_form"]
    assert {event["name"]: event["value"] for event in events if event["event"] == "slot"}["handoff"] is False
