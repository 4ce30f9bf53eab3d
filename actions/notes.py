"""Adding to a ticket that is there: 补充情况, 还没解决."""

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.emergency import kind_of, raise_alarm
from actions.matter import SURELY, only_facts
from actions.status import add_to, status_line, tickets_of
from actions.turn import Turn
from kefu.database import database
from kefu.desk.errors import TicketError
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import TicketService
from kefu.dialogue.ticket_form import ASKS_HOW_LONG, calls_off
from kefu.dialogue.ticket_words import Word, word_on_ticket
from kefu.topics import is_business

_SUPPLEMENT = re.compile(r"^(对了|补充|还有(一点|个事|就是)?|忘(了|记)(说|告诉)|另外|再说一下)[,:，： ]?.{3,}")
_ADDS = re.compile(
    r"^(还|我|再|想|要|能|帮|给|麻烦)*(补充|[加添]上?[一两几]?[句条]|补上?[一两几]?[句条点]).{2,}"
)  # surely no question
_HURRIES = re.compile(r"^(请|麻烦|你们|能不能|可以)*(快(点|些)|赶紧|催|急|太慢|(怎么)?(这么|好)慢|人呢|还没(好|处理))")
_LONGEST_HURRY = 10  # characters; more is a matter of its own
_LEAVE: list[EventType] = [SlotSet("note", None), SlotSet("requested_slot", None)]


class ActionAddToTicket(Action):
    """Remembers which ticket the button belongs to; the note form asks for the words."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_add_to_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Keep the number."""
        return [SlotSet("ticket_id", Turn.of(tracker).entity("ticket_id")), SlotSet("note", None)]


class ValidateNoteForm(FormValidationAction):
    """Takes whatever comes next as the note, unless the customer has changed his mind."""

    def name(self) -> str:
        """Name in the domain."""
        return "validate_note_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Fill `note`, or leave the form."""
        if tracker.get_slot("requested_slot") != "note":
            return [SlotSet("bad_answers", 0)]
        turn = Turn.of(tracker)
        kind = kind_of(turn)
        if kind:
            return [*await raise_alarm(dispatcher, turn, tracker, kind), *_LEAVE]
        if calls_off(turn.said()):
            dispatcher.utter_message(response="utter_nothing_to_cancel")
            return _LEAVE
        return [SlotSet("note", turn.text)]


class ActionStoreNote(Action):
    """Adds the note to the ticket; a finished ticket is opened again."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_store_note"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Store and say so; a form that was left stores nothing."""
        note, number = tracker.get_slot("note"), tracker.get_slot("ticket_id")
        if not note:
            return []
        turn, service = Turn.of(tracker), TicketService(database())
        ticket = await service.get(number or "")
        if ticket is None or turn.brand.id not in ("", ticket.brand):
            dispatcher.utter_message(response="utter_ticket_not_found")
            return [SlotSet("note", None)]
        dispatcher.utter_message(response=await added(ticket.id, note, turn), receipt=ticket.id)
        return [SlotSet("note", None)]


async def about_ticket(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """A word on the ticket that was just opened (要多久, 催一下, 对了…, 金额是60); empty for any other message."""
    number = tracker.get_slot("ticket_id")
    if plain := await plain_word(dispatcher, turn, tracker):
        return plain
    adds = _ADDS.match(turn.text) or only_facts(turn)
    is_sure = is_business(turn.intent) and turn.confidence >= SURELY and not adds
    is_open = tracker.get_slot("faq_id" if hurries(turn.text) else "topic")  # something else is talked about
    if not number or is_open or turn.is_pressed or is_sure:
        return []
    ticket = await open_ticket(number, turn)
    if ticket is None:
        return []
    if hurries(turn.text) or ASKS_HOW_LONG.search(turn.text):
        dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
    elif adds or _SUPPLEMENT.match(turn.text):
        dispatcher.utter_message(response=await added(number, turn.text, turn), receipt=number)
    else:
        return []
    return [SlotSet("ticket_id", number)]


def hurries(text: str) -> bool:
    """Whether a short message asks to be quick: 快点, 人呢."""
    return len(text) <= _LONGEST_HURRY and bool(_HURRIES.search(text))


async def plain_word(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """What is said of a ticket in plain words, however sure the classifier is of something else; empty for any other.

    Words that name a ticket are about the customer's latest, where the talk has opened none.
    """
    word = None if turn.is_pressed else word_on_ticket(turn.text)
    number = tracker.get_slot("ticket_id")
    if word is None or (not word.names_ticket and (tracker.get_slot("topic") or tracker.get_slot("faq_id"))):
        return []
    if not number and word in (Word.WAITED, Word.NO_NEED):
        return []
    latest = [] if number else await tickets_of(turn, 1)
    ticket = await open_ticket(number or (latest[0].id if latest else ""), turn)
    if ticket is None:
        return []
    if not await called_off(dispatcher, turn, ticket):
        dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
    return [SlotSet("ticket_id", ticket.id)]


async def called_off(dispatcher: CollectingDispatcher, turn: Turn, ticket: Ticket) -> bool:
    """Whether a message wants a ticket to be given up: its agent is told; nobody else closes it."""
    wants = word_on_ticket(turn.text) in (Word.CANCELS, Word.NO_NEED) and Status(ticket.status).is_active
    if wants:
        stored = await added(ticket.id, f"客户要求取消：{turn.text}", turn)
        passed_on = "utter_cancel_passed_on" if stored == "utter_note_stored" else stored
        dispatcher.utter_message(response=passed_on, receipt=ticket.id)
    return wants


async def open_ticket(number: str, turn: Turn) -> Ticket | None:
    """The ticket of that number; None where it is over, or another brand's."""
    ticket = await TicketService(database()).get(number)
    is_open = ticket and Status(ticket.status).is_active and turn.brand.id in ("", ticket.brand)
    return ticket if is_open else None


async def added(number: str, text: str, turn: Turn) -> str:
    """Add the customer's words to a ticket; the response that says how that went."""
    try:
        said = await TicketMessages(database()).from_customer(number, text, f"{turn.conversation}:{turn.message_id}")
    except TicketError:
        return "utter_ticket_is_over"
    return "utter_note_stored_reopened" if said.ticket.status == Status.REOPENED else "utter_note_stored"
