"""Adding to a ticket that is there: 补充情况, 还没解决."""

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import is_alarmed, tells_more, word_on_alarm
from actions.emergency import kind_of, raise_alarm
from actions.matter import SURELY, bare_amount, only_facts, stay
from actions.on_ticket import added, open_ticket, plain_word
from actions.status import add_to, status_line
from actions.turn import Turn
from kefu.database import database
from kefu.desk.tickets import TicketService
from kefu.dialogue.said import FACTS, facts
from kefu.dialogue.ticket_form import ASKS_HOW_LONG, calls_off
from kefu.show import parse_amount
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
    number, is_urgent = tracker.get_slot("ticket_id"), is_alarmed(tracker)
    if plain := await plain_word(dispatcher, turn, tracker):
        return plain
    word = word_on_alarm(turn.text, tracker) if is_urgent else None
    told = only_facts(turn) or (bare_amount(turn, tracker.get_slot("topic")) if is_urgent else {})
    adds = _ADDS.match(turn.text) or told or (is_urgent and tells_more(turn))
    is_sure = is_business(turn.intent) and turn.confidence >= SURELY and not (adds or word)
    hurries = len(turn.text) <= _LONGEST_HURRY and _HURRIES.search(turn.text)
    is_open = tracker.get_slot("faq_id" if hurries else "topic") and not is_urgent  # something else is talked about
    if not number or is_open or turn.is_pressed or is_sure:
        return []
    ticket = await open_ticket(number, turn)
    if ticket is None:
        return []
    if word:
        await added(number, turn.text, turn)
        dispatcher.utter_message(response=word, receipt=number)
    elif hurries or ASKS_HOW_LONG.search(turn.text):
        dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
    elif adds or _SUPPLEMENT.match(turn.text):
        dispatcher.utter_message(response=await added(number, turn.text, turn), receipt=number)
        if is_urgent:
            return [*await _completed(number, turn, tracker, told), SlotSet("ticket_id", number)]
    else:
        return []
    return [SlotSet("ticket_id", number)]


async def about_alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """The same right after an alarm; empty where there was none, or something was answered since."""
    return await about_ticket(dispatcher, turn, tracker) if is_alarmed(tracker) else []


async def _completed(number: str, turn: Turn, tracker: Tracker, told: dict[str, str]) -> list[EventType]:
    """Put the facts of a word on an alarm into its ticket, where the agent looks for them; returns the slots."""
    known = {**facts(turn.said()), **told}
    await TicketService(database()).complete(number, {**known, "amount": parse_amount(known.get("amount"))})
    kept = {name: tracker.get_slot(name) for name in ("phone", "phone_sealed") if "phone" not in known}  # 对方电话139…
    more = {**kept, **{name: told[name] for name in FACTS if name in told}}
    return [*stay(turn, tracker), *(SlotSet(name, value) for name, value in more.items())]
