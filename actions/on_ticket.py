"""A customer's words on a ticket that is there: answered, or brought to the agent, whatever the classifier hears.

At hand is the ticket that was opened or asked about last, as long as nothing else is talked about.
"""

import re
from datetime import datetime, timezone
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import PERSON
from actions.matter import bare_amount, only_facts
from actions.status import add_to, status_line, tickets_of
from actions.turn import Turn
from kefu.database import database
from kefu.desk.errors import TicketError
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.receipt import parse_receipt
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import TicketService
from kefu.dialogue.after_ticket import Wish, asks_how_it_stands, names_ticket, urges, wish_of
from kefu.dialogue.answering import SURE
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.said import facts
from kefu.dialogue.ticket_form import asks
from kefu.dialogue.ticket_words import Word, word_on_ticket
from kefu.show import CHINA, parse_amount, show_facts
from kefu.topics import is_business, title

_LIKE_RECEIPT = re.compile(r"(?<![A-Za-z0-9])[Kk][Ff](?:[\s-]?[0-9A-Za-z])*")
_ASKED = {"ticket:amount": "amount", "ticket:time": "time", "ticket:phone": "phone"}  # what `asks` says was asked for
_SAID_BY_RESPONSE = {Wish.PICTURE: "utter_ticket_picture", Wish.NEXT: "utter_ticket_wait"}
_NOTED = {
    Wish.WHEN_TO_CALL: "utter_ticket_call_noted",
    Wish.SAME: None,
    Wish.ADD: None,
    Wish.SOLVED: "utter_ticket_solved",
}

_ABOUT_PHONES = frozenset({"change_phone", "register", "verification_code", "login_problem", "forgot_password"})
_TALK = frozenset(
    {"greet", "thank", "goodbye", "affirm", "cancel", "human_agent", "menu", "bot_challenge", "ticket_status"}
)


async def plain_word(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """What is said of a ticket in plain words, however sure the classifier is of something else; empty for any other.

    Words that name a ticket are about the customer's latest, where the talk has opened none.
    """
    if of_it := await at_hand(dispatcher, turn, tracker):
        return of_it
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


async def at_hand(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """What is meant of the ticket at hand (催一下, 手机号换成139…, 打电话还是发短信); empty for any other message."""
    number, wish = tracker.get_slot("ticket_id"), wish_of(turn.text)
    if word_on_ticket(turn.text) in (Word.CANCELS, Word.NO_NEED):
        return []
    is_open = tracker.get_slot("topic") or tracker.get_slot("faq_id")  # something else is talked about
    if not number or turn.is_pressed or (is_open and not _reaches_it(turn, tracker, wish)):
        return []
    ticket = await TicketService(database()).get(number)
    if ticket is None or turn.brand.id not in ("", ticket.brand):
        return []
    heard = await _told(dispatcher, turn, tracker, ticket, wish)
    return [SlotSet("ticket_id", ticket.id), SlotSet("misses", 0), *heard] if heard is not None else []


async def ticket_named(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Where the ticket stands whose number a message names, or that there is none; empty without a number.

    A number of the other brand is not found; one that is mistyped (KF123456) is none.
    """
    typed = _LIKE_RECEIPT.search(turn.text)
    told = turn.entity("ticket_id") or (typed[0] if typed else "")
    number = parse_receipt(told)
    if turn.is_pressed or not (number or any(character.isdigit() for character in told)):  # KFC is a shop
        return []
    ticket = await TicketService(database()).get(number) if number else None
    if ticket is None or turn.brand.id not in ("", ticket.brand):
        dispatcher.utter_message(response="utter_ticket_not_found")
        return [SlotSet("misses", 0)]
    if not await called_off(dispatcher, turn, ticket):
        dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
    return [SlotSet("ticket_id", ticket.id)]


async def tell_status(dispatcher: CollectingDispatcher, turn: Turn) -> bool:
    """Say where the customer's latest tickets stand, or ask for a number; False where the words are about no ticket."""
    is_asked, may_be = turn.is_pressed or names_ticket(turn.text), asks_how_it_stands(turn.text)
    tickets = await tickets_of(turn) if is_asked or may_be else []
    if tickets:
        buttons = [add_to(tickets[0])] if len(tickets) == 1 else []
        dispatcher.utter_message(text="\n".join(map(status_line, tickets)), buttons=buttons)
    elif is_asked:
        is_cancel = word_on_ticket(turn.text) is Word.CANCELS
        dispatcher.utter_message(response="utter_no_ticket_to_cancel" if is_cancel else "utter_ask_ticket_number")
    return bool(tickets) or is_asked


def _reaches_it(turn: Turn, tracker: Tracker, wish: Wish | None) -> bool:
    """Whether words are on the ticket although something else was talked about since: 催一下, 我留的电话写错了."""
    is_phone = wish is Wish.PHONE and tracker.get_slot("topic") not in _ABOUT_PHONES
    is_asked = tracker.get_slot("asks") in _ASKED and bool(facts(turn.said()))
    return (wish is Wish.URGE and urges(turn.text)) or is_phone or is_asked


async def called_off(dispatcher: CollectingDispatcher, turn: Turn, ticket: Ticket) -> bool:
    """Whether a message wants a ticket to be given up: its agent is told; nobody else closes it."""
    wants = word_on_ticket(turn.text) in (Word.CANCELS, Word.NO_NEED) and Status(ticket.status).is_active
    if wants:
        await _pass_on(dispatcher, turn, ticket, "客户要求取消", "utter_cancel_passed_on")
    return wants


async def open_ticket(number: str, turn: Turn) -> Ticket | None:
    """The ticket of that number; None where it is over, or another brand's."""
    ticket = await TicketService(database()).get(number)
    is_open = ticket and Status(ticket.status).is_active and turn.brand.id in ("", ticket.brand)
    return ticket if is_open else None


async def added(number: str, text: str, turn: Turn, key: str = "") -> str:
    """Add the customer's words to a ticket; the response that says how that went.

    Args:
        number: the ticket's.
        text: the words.
        turn: what was said.
        key: words with the same key are added once; default: the message's own.
    """
    try:
        key = key or f"{turn.conversation}:{turn.message_id}"
        said = await TicketMessages(database()).from_customer(number, text, key)
    except TicketError:
        return "utter_ticket_is_over"
    if not said.created:
        return "utter_ticket_urged_before"
    return "utter_note_stored_reopened" if said.ticket.status == Status.REOPENED else "utter_note_stored"


async def _told(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, ticket: Ticket, wish: Wish | None
) -> list[EventType] | None:
    """Say what belongs to a wish; None where the message is none of the ticket's."""
    is_active, asked = Status(ticket.status).is_active, _ASKED.get(tracker.get_slot("asks") or "")
    told = _corrections(turn, ticket, wish, asked)
    if told and is_active:
        return await _correct(dispatcher, turn, ticket, told)
    if wish in (Wish.UNSOLVED, Wish.URGE) or (wish is None and _is_same_matter(turn, ticket)):
        return await _urge(dispatcher, turn, tracker, ticket, wish)
    if kind_of_text(turn.text) is Kind.HEARD:
        dispatcher.utter_message(response="utter_heard")
    elif wish is Wish.AGAIN or (wish and not is_active):
        dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
    elif wish in (Wish.PHONE, Wish.WRONG):
        return _ask_for(dispatcher, turn, ticket, wish)
    elif wish is Wish.STOP:
        await _pass_on(dispatcher, turn, ticket, "客户要求取消", "utter_cancel_passed_on")
    elif wish in _NOTED:
        note = {Wish.SOLVED: "客户说已经解决了，不用再办", Wish.WHEN_TO_CALL: "客户的联系要求"}.get(wish, "")
        await _pass_on(dispatcher, turn, ticket, note, _NOTED[wish])
    elif wish in _SAID_BY_RESPONSE:
        dispatcher.utter_message(response=_SAID_BY_RESPONSE[wish], receipt=ticket.id)
    elif wish is Wish.HOW_LONG:
        dispatcher.utter_message(text=f"{status_line(ticket)}\n多久办好要看查的结果，一有进展就发在这里。")
    elif wish is Wish.HOW_REACHED:
        how = "utter_ticket_by_phone" if ticket.phone_sealed else "utter_ticket_by_chat"
        dispatcher.utter_message(response=how, receipt=ticket.id)
    elif _answers_us(turn, ticket):
        dispatcher.utter_message(response=await added(ticket.id, turn.text, turn), receipt=ticket.id)
    else:
        return None
    return [SlotSet("asks", None)]


def _corrections(turn: Turn, ticket: Ticket, wish: Wish | None, asked: str | None) -> dict[str, Any]:
    """The facts of a message that take the place of the ticket's; a bare number is one where it was asked for."""
    told = {**facts(turn.said())}
    alone = only_facts(turn)
    if asked == "amount" and not told.get("amount"):
        told.update(bare_amount(turn, ticket.intent))
    gives_phone = bool(told.get("phone") and told.get("phone_sealed")) and (wish is Wish.PHONE or "phone" in alone)
    names = {"phone", "phone_sealed"} if gives_phone else set()
    if wish is Wish.WRONG or asked in ("amount", "time"):
        names |= {"amount", "time"} if not asked else {asked}
    return {name: told[name] for name in names if told.get(name)}


async def _correct(
    dispatcher: CollectingDispatcher, turn: Turn, ticket: Ticket, told: dict[str, Any]
) -> list[EventType]:
    """Put it into the ticket's fields, and the words beside them; the customer sees what stands there now."""
    known = {**told, "amount": parse_amount(told.get("amount"))}
    await TicketService(database()).correct(ticket.id, known)
    await added(ticket.id, turn.text, turn)
    shown = show_facts({name: value for name, value in told.items() if name != "phone_sealed"})
    dispatcher.utter_message(response="utter_ticket_corrected", receipt=ticket.id, facts=shown)
    return [SlotSet("asks", None)]


def _ask_for(dispatcher: CollectingDispatcher, turn: Turn, ticket: Ticket, wish: Wish) -> list[EventType]:
    """The right number, amount or time, which the customer has not said yet."""
    what = "phone" if wish is Wish.PHONE else "time" if "时间" in turn.text or "日期" in turn.text else "amount"
    dispatcher.utter_message(response=f"utter_ticket_right_{what}", receipt=ticket.id)
    return [SlotSet("asks", f"ticket:{what}")]


async def _urge(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, ticket: Ticket, wish: Wish | None
) -> list[EventType]:
    """Pass on that the customer waits, once a day, then say so in other words; a ticket that was closed opens again."""
    if not Status(ticket.status).is_active:
        if wish is Wish.URGE:
            dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
        else:
            dispatcher.utter_message(response=await added(ticket.id, turn.text, turn), receipt=ticket.id)
        return [SlotSet("asks", None)]
    today = datetime.now(timezone.utc).astimezone(CHINA).date()
    heard = await added(ticket.id, f"客户催办：{turn.text}", turn, f"urged:{turn.conversation}:{ticket.id}:{today}")
    is_first = heard == "utter_note_stored"
    is_third = tracker.get_slot("asks") == "urged"
    response = "utter_ticket_urged" if is_first else "utter_ticket_urged_often" if is_third else heard
    line = status_line(ticket)
    dispatcher.utter_message(response=response, receipt=ticket.id, status=line, buttons=[] if is_first else [PERSON])
    return [SlotSet("asks", None if is_first else "urged")]


async def _pass_on(
    dispatcher: CollectingDispatcher, turn: Turn, ticket: Ticket, note: str, response: str | None
) -> None:
    """Add the words, after what they ask for, and say so; None: as any other word that is added."""
    stored = await added(ticket.id, f"{note}：{turn.text}" if note else turn.text, turn)
    dispatcher.utter_message(
        response=response if response and stored == "utter_note_stored" else stored, receipt=ticket.id
    )


def _is_same_matter(turn: Turn, ticket: Ticket) -> bool:
    """The ticket's own matter once more (提现还是没到账): no new one."""
    is_it = turn.intent == ticket.intent and turn.confidence >= SURE and is_business(turn.intent)
    return is_it and not asks(turn.text) and any(word in turn.text for word in ("还是", "还没", "一直", "依然", "仍"))


def _answers_us(turn: Turn, ticket: Ticket) -> bool:
    """Whether a message may be what an agent waits for (是建设银行的卡): no question, no wish, no other matter."""
    if ticket.status != Status.WAITING_CUSTOMER.value or asks(turn.text):
        return False
    is_other = turn.intent != ticket.intent and is_business(turn.intent) and turn.confidence >= SURE
    is_named = is_other and title(turn.intent)[0] in turn.text and any(one in turn.text for one in "没不错要")
    return not (is_named or turn.intent in _TALK) and len(turn.text) > 1 and kind_of_text(turn.text) is Kind.ORDINARY
