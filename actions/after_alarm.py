"""While an alarm is open: its questions, its story, taking it back. It ends where another matter is really named."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import OPEN_TICKET, PERSON, branches_of
from actions.guided import says_unsolved
from actions.matter import bare_amount, only_facts, stay
from actions.notes import added, called_off, hurries, open_ticket
from actions.status import add_to, status_line
from actions.turn import Turn
from kefu.database import database
from kefu.desk.models import Ticket
from kefu.desk.tickets import TicketService
from kefu.dialogue import alarm_words as words
from kefu.dialogue.alarm_questions import asked_after, asked_before, guide_of
from kefu.dialogue.emergency import THEFT, find_emergency
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.said import FACTS, facts
from kefu.dialogue.ticket_form import ASKS_HOW_LONG, asks, calls_off, keeps_phone
from kefu.dialogue.ticket_words import word_on_ticket
from kefu.dialogue.unharmed import is_relieved, may_codes_be_told, takes_back
from kefu.knowledge import FaqEntry, knowledge_base
from kefu.show import parse_amount

_GONE = re.compile(r"骗(走|光)|(转|付|给|打|汇)(过去|出去|给他)?了|没了|不见了|少了|损失")
_PROGRESS = re.compile(r"进度|进展|处理得?(怎么样|到哪)|工单(呢|怎么样|号)|单号")
_CLOSE = 0.7  # of the look-up's scores, from which a question is one of the alarm's without naming it
_LOOKED_AT = 40  # entries, the alarm's own first
_SHORTEST_STORY = 3  # characters
_SMALL_TALK = 3  # characters up to which 好的呢 and 不知道 tell nothing
_OFFERED = 3
_TALK = frozenset({"affirm", "deny", "skip", "cancel", "thank", "greet", "goodbye"})
_WAYS_OUT = [{**OPEN_TICKET, "title": "补充情况"}, PERSON]
_OVER = ("alarm", "topic", "question", "faq_id", "guide", "asks", "tried")


def is_alarmed(tracker: Tracker) -> bool:
    """Whether an alarm is what the talk is about."""
    alarm = tracker.get_slot("alarm")
    return bool(alarm) and alarm == tracker.get_slot("topic") and not tracker.get_slot("faq_id")


def calm_down(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """A word to whom nothing has happened (差点被骗), or who asks whether codes may be told; empty for others.

    While an alarm is open such words belong in its ticket.
    """
    if turn.is_pressed or is_alarmed(tracker):
        return []
    if may_codes_be_told(turn.text):
        dispatcher.utter_message(response="utter_never_tell_codes")
    elif turn.intent == THEFT and is_relieved(turn.text) and not asked_before(turn.text):
        dispatcher.utter_message(response="utter_unharmed")
    else:
        return []
    return [SlotSet("misses", 0)]


async def asked_in_alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Taking it back, and a question that has an answer of its own, though it says 盗刷 again; empty for the rest."""
    ticket = await _ticket(turn, tracker)
    if ticket is None:
        return []
    told = tracker.get_slot("question") or ""
    if takes_back(turn.text) and not asks(turn.text) and not words.is_only_part(turn.text, told):
        return await _taken_back(dispatcher, turn, ticket)
    entry = question_of_alarm(turn, tracker)
    if entry is None or only_facts(turn):
        return []
    is_known = entry.id in (tracker.get_slot("tried") or [])
    if is_known or not asks(turn.text):
        await added(ticket.id, turn.text, turn)
    if is_known:
        dispatcher.utter_message(response="utter_alarm_said_before", receipt=ticket.id)
        return [SlotSet("ticket_id", ticket.id), SlotSet("misses", 0)]
    return _shown(dispatcher, turn, tracker, entry, ticket)


async def taken_back_in_form(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Taking back the alarm that a form is about: the form ends, what waited is taken up; empty for the rest."""
    is_about_it = tracker.get_slot("alarm") == tracker.get_slot("topic") and not asks(turn.text)
    if turn.is_pressed or not is_about_it or not takes_back(turn.text):
        return []
    ticket = await open_ticket(tracker.get_slot("ticket_id") or "", turn)
    if ticket is None or words.is_only_part(turn.text, tracker.get_slot("question") or ""):
        return []
    left = ("requested_slot", "ticket_confirmed", "description", "time", "amount")
    events = await _taken_back(dispatcher, turn, ticket)
    return [*events, *(SlotSet(name, None) for name in left)]


async def about_alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Everything else said while an alarm is open; empty where none is, or another matter is named."""
    ticket = await _ticket(turn, tracker)
    if ticket is None or keeps_phone(turn.text):
        return []
    asked = await asked_in_alarm(dispatcher, turn, tracker)
    if asked:
        return asked
    if await called_off(dispatcher, turn, ticket):
        pass
    elif word := _word(turn, tracker):
        await added(ticket.id, turn.text, turn)
        dispatcher.utter_message(response=word, receipt=ticket.id)
    elif told := only_facts(turn) or bare_amount(turn, tracker.get_slot("topic")):
        return await _noted(dispatcher, turn, tracker, ticket, told)
    elif _asks_how_it_stands(turn.text):
        dispatcher.utter_message(text=status_line(ticket), buttons=[add_to(ticket)])
    elif words.names_other_matter(turn.text, asks(turn.text)):
        return []
    elif _tells_more(turn):
        return await _noted(dispatcher, turn, tracker, ticket, {})
    elif entry := _nearest(turn, tracker):
        return _shown(dispatcher, turn, tracker, entry, ticket)
    else:
        await _stay_with_it(dispatcher, turn, tracker, ticket)
    return [SlotSet("ticket_id", ticket.id), SlotSet("misses", 0)]


async def back_to_alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """接着登记吧, after another matter: its ticket has been open all the time; empty for any other message."""
    alarm = tracker.get_slot("alarm")
    if turn.is_pressed or not alarm or is_alarmed(tracker) or not words.goes_back_to_it(turn.text):
        return []
    ticket = await open_ticket(tracker.get_slot("ticket_id") or "", turn)
    if ticket is None:
        return []
    dispatcher.utter_message(response="utter_alarm_resumed", receipt=ticket.id)
    nothing = dict.fromkeys(("faq_id", "guide", "tried", "asks"))
    known = {**nothing, "topic": alarm, "ticket_id": ticket.id, "misses": 0}
    return [SlotSet(name, value) for name, value in known.items()]


def question_of_alarm(turn: Turn, tracker: Tracker) -> FaqEntry | None:
    """The answer that was written for a question in the open alarm; None where its words name none."""
    option = asked_after(tracker.get_slot("alarm"), turn.text)
    ids = option.entries if option and not _says_nothing_new(turn.text) else ()
    shown = tracker.get_slot("tried") or []
    left = [faq_id for faq_id in ids if faq_id not in shown] or list(ids)
    return knowledge_base().current().by_id.get(left[0]) if left else None


def _says_nothing_new(text: str) -> bool:
    return words.asks_what_now(text) or words.has_lost_nothing(text) or bool(words.tells_how(text) and not asks(text))


async def _ticket(turn: Turn, tracker: Tracker) -> Ticket | None:
    if turn.is_pressed or not is_alarmed(tracker):
        return None
    return await open_ticket(tracker.get_slot("ticket_id") or "", turn)


async def _taken_back(dispatcher: CollectingDispatcher, turn: Turn, ticket: Ticket) -> list[EventType]:
    """The agent is told and decides; nobody else closes the ticket."""
    await added(ticket.id, f"客户说没事了，希望撤销：{turn.text}", turn)
    dispatcher.utter_message(response="utter_alarm_taken_back", receipt=ticket.id)
    return [SlotSet("ticket_id", ticket.id), SlotSet("misses", 0), *(SlotSet(name, None) for name in _OVER)]


def _shown(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, entry: FaqEntry, ticket: Ticket
) -> list[EventType]:
    """An answer that leaves the alarm open: `faq_id` is not set, so that 好的 and facts are still words on it."""
    text, version = entry.text_for(turn.brand, turn.channel), knowledge_base().current().version
    dispatcher.utter_message(text=text, buttons=_WAYS_OUT, faq_id=entry.id, faq_version=version)
    tried = list(dict.fromkeys([*(tracker.get_slot("tried") or []), entry.id]))
    return [SlotSet("ticket_id", ticket.id), SlotSet("misses", 0), SlotSet("tried", tried)]


def _word(turn: Turn, tracker: Tracker) -> str | None:
    """The response to a word that only the alarm explains, however sure the classifier is of something else."""
    if words.asks_what_now(turn.text):
        return "utter_alarm_what_now"
    if words.has_lost_nothing(turn.text) and not _is_lost(tracker):
        return "utter_nothing_lost"
    return "utter_freeze_yourself" if words.asks_us_to_stop_it(turn.text) else None


def _is_lost(tracker: Tracker) -> bool:
    """Whether the alarm says that money is gone: then 我没转过 means that somebody else did it."""
    told = tracker.get_slot("question") or ""
    kind = find_emergency(told)
    if kind is None or kind.name in ("theft", "account_taken"):
        return True
    return kind.name != "wrong_transfer" and bool(tracker.get_slot("amount") or _GONE.search(told))


def _asks_how_it_stands(text: str) -> bool:
    return bool(hurries(text) or ASKS_HOW_LONG.search(text) or word_on_ticket(text) or _PROGRESS.search(text))


def _tells_more(turn: Turn) -> bool:
    """Whether words are part of the alarm's story (对方不还, 我都不知道): no question, no wish."""
    is_long = len(turn.text) >= _SHORTEST_STORY or words.tells_how(turn.text)
    is_small = turn.intent in _TALK and len(turn.text) <= _SMALL_TALK
    is_talk = asks(turn.text) or says_unsolved(turn.text) or calls_off(turn.said()) or is_small
    return is_long and not is_talk and kind_of_text(turn.text) is Kind.ORDINARY


def _nearest(turn: Turn, tracker: Tracker) -> FaqEntry | None:
    """The alarm's answer whose wording in the FAQ is near a question that no pattern knows."""
    alarm = tracker.get_slot("alarm")
    guide = guide_of(alarm)
    if guide is None or not asks(turn.text):
        return None
    known = {faq_id for option in guide.options for faq_id in option.entries}
    found = knowledge_base().search(turn.text, alarm, turn.brand.id, _LOOKED_AT)
    return next((hit.entry for hit in found.hits if hit.entry.id in known and hit.score >= _CLOSE), None)


async def _noted(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, ticket: Ticket, told: dict[str, str]
) -> list[EventType]:
    """Add words to the ticket, and their facts to its fields, where the agent looks for them."""
    dispatcher.utter_message(response=await added(ticket.id, turn.text, turn), receipt=ticket.id)
    known = {**facts(turn.said()), **told}
    await TicketService(database()).complete(ticket.id, {**known, "amount": parse_amount(known.get("amount"))})
    kept = {name: tracker.get_slot(name) for name in ("phone", "phone_sealed") if "phone" not in known}  # 对方电话139…
    more = {**kept, **{name: told[name] for name in FACTS if name in told}, "ticket_id": ticket.id}
    return [*stay(turn, tracker), *(SlotSet(name, value) for name, value in more.items())]


async def _stay_with_it(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, ticket: Ticket) -> None:
    """What has no answer: a question goes to the agent, the rest gets a word on what is being done."""
    if asks(turn.text):
        await added(ticket.id, turn.text, turn)
        guide = guide_of(tracker.get_slot("alarm"))
        offered = branches_of(guide.options[:_OFFERED]) if guide else []
        dispatcher.utter_message(response="utter_alarm_asked_agent", buttons=[*offered, PERSON], receipt=ticket.id)
    elif calls_off(turn.said()):
        dispatcher.utter_message(response="utter_alarm_stays", receipt=ticket.id)
    elif says_unsolved(turn.text) or turn.intent in ("deny", "skip"):
        dispatcher.utter_message(response="utter_alarm_what_now", receipt=ticket.id)
    else:
        dispatcher.utter_message(response="utter_alarm_heard", receipt=ticket.id)
