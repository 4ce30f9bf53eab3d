"""Sending a ticket and asking about one."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm
from actions.aside import retold, take_up
from actions.handoff import to_queue
from actions.notes import called_off, plain_word
from actions.open_matter import still_not
from actions.status import add_to, status_line, tickets_of
from actions.turn import Turn, all_said
from kefu.database import database
from kefu.desk.bound import customer_of
from kefu.desk.receipt import parse_receipt
from kefu.desk.tickets import NewTicket, Opened, TicketService
from kefu.dialogue.guides import guides
from kefu.dialogue.ticket_form import CONFIRMED, ON_FILE, OVER, PERSON
from kefu.dialogue.ticket_words import Word, word_on_ticket
from kefu.dialogue.transcript import faq_ids, transcript
from kefu.knowledge import knowledge_base
from kefu.show import SKIPPED, parse_amount, show_moment, show_time, split_time
from kefu.topics import OTHER_MATTER

_FORGOTTEN = (
    *("description", "extra", "time", "time_before", "amount", "order_id", "ticket_confirmed"),
    *("faq_id", "question", "topic", "guide", "tried", "asks", "alarm", "aside"),
)
_LIKE_RECEIPT = re.compile(r"(?<![A-Za-z0-9])[Kk][Ff](?:[\s-]?[0-9A-Za-z])*")
_REGISTER = re.compile(r"登记|开(个|张|一)?(工)?单|报(个)?单|提交")
_ASKS_ABOUT = re.compile(r"进度|查|到哪|怎么样|了吗|没有|结果|处理|多久|状态|催")


class ActionSubmitTicket(Action):
    """Stores the ticket that the form has collected, and gives its number."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_submit_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Open or extend the ticket; a form that was cancelled stores nothing."""
        forget: list[EventType] = [SlotSet(name, None) for name in _FORGOTTEN]
        confirmed = tracker.get_slot("ticket_confirmed")
        if confirmed not in (CONFIRMED, PERSON):
            before = take_up(dispatcher, tracker, is_offered=True)
            rated = SlotSet("rated_faq", next(iter((tracker.get_slot("tried") or [])[-1:]), None))
            told = [rated] if confirmed == OVER else _told_before(tracker)
            return [*forget, *(before or told)]
        turn = Turn.of(tracker)
        said = await all_said(tracker)
        customer = await customer_of(database(), turn.conversation)
        opened = await TicketService(database()).open(_new_ticket(turn, tracker, customer, said))
        dispatcher.utter_message(text=_receipt(opened, turn, confirmed == PERSON), buttons=[add_to(opened.ticket)])
        events = [*forget, SlotSet("ticket_id", opened.ticket.id)]
        if confirmed == PERSON and await to_queue(dispatcher, turn, tracker, "asked", opened.ticket.id):
            events.append(SlotSet("handoff", True))
        return [*events, *take_up(dispatcher, tracker, is_offered=confirmed == CONFIRMED)]


class ActionTicketStatus(Action):
    """Says where a ticket stands: the one named, else the customer's latest ones."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look up by number, or by customer. A number of the other brand is not found."""
        turn = Turn.of(tracker)
        named = (
            await ticket_named(dispatcher, turn)
            or await about_alarm(dispatcher, turn, tracker)
            or await plain_word(dispatcher, turn, tracker)
        )
        if named:
            return named
        if open_matter := still_not(dispatcher, turn, tracker):
            return open_matter
        if _REGISTER.search(turn.text) and not _ASKS_ABOUT.search(turn.text):
            dispatcher.utter_message(response="utter_register_now")
            return []
        tickets = await tickets_of(turn)
        if tickets:
            buttons = [add_to(tickets[0])] if len(tickets) == 1 else []
            dispatcher.utter_message(text="\n".join(map(status_line, tickets)), buttons=buttons)
        else:
            is_cancel = word_on_ticket(turn.text) is Word.CANCELS
            dispatcher.utter_message(response="utter_no_ticket_to_cancel" if is_cancel else "utter_ask_ticket_number")
        return []


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


def _told_before(tracker: Tracker) -> list[EventType]:
    """What was told before the form: who registers after all need not tell it again."""
    if tracker.get_slot("topic") == OTHER_MATTER:
        return []
    told = {name: tracker.get_slot(name) for name in ("topic", "time", "amount")} | retold(tracker.slots)
    return [SlotSet(name, value) for name, value in told.items() if value and value != SKIPPED]


def _new_ticket(turn: Turn, tracker: Tracker, customer: str, said: list[dict[str, Any]]) -> NewTicket:
    slots = tracker.current_slot_values()
    notes = [slots.get("description") or SKIPPED, slots.get("extra"), _tried(slots)]
    if slots.get("amount") and parse_amount(slots["amount"]) is None and slots["amount"] != SKIPPED:
        notes.append(f"金额：{slots['amount']}")
    if slots.get("phone") == ON_FILE:
        notes.append(f"手机号：{ON_FILE}")
    told = slots.get("time")
    time, part = split_time(told)
    if told and told != SKIPPED and (part or time is None):
        notes.append(f"时间：{show_time(told)}")
    return NewTicket(
        brand=turn.brand.id,
        channel=turn.channel,
        customer=customer,
        intent=slots.get("topic") or OTHER_MATTER,
        description="\n".join(filter(None, notes)),
        idempotency_key=f"form:{turn.conversation}:{turn.message_id}",
        amount=parse_amount(slots.get("amount")),
        time=time,
        order_id=slots.get("order_id"),
        phone=slots.get("phone") if slots.get("phone_sealed") else None,
        phone_sealed=slots.get("phone_sealed"),
        transcript=transcript(said),
        faq_ids=faq_ids(said),
    )


def _tried(slots: dict[str, Any]) -> str:
    """Where in a guide the customer is stuck, and which answers have not helped."""
    known = knowledge_base().current().by_id
    guide = guides().of(slots.get("guide") or "")
    option = guide.holding(slots.get("faq_id")) if guide else None
    said = slots.get("question") or ""
    if guide and option not in (guide.branch(slots.get(guide.slot or "")), *map(guide.named, said.split("；"))):
        option = None  # the search has found its answer, but the customer has not said so
    shown = [known[faq_id].question for faq_id in slots.get("tried") or [] if faq_id in known]
    lines = [f"卡在：{option.title}" if option else "", f"机器人给过的办法：{'、'.join(shown)}" if shown else ""]
    return "\n".join(filter(None, lines))


def _receipt(opened: Opened, turn: Turn, wants_person: bool) -> str:
    ticket = opened.ticket
    if not opened.created:
        first = f"这件事您之前登记过，刚才的内容已经加到那张工单里，单号还是 {ticket.id}。"
    else:
        first = f"已经登记好了，单号 {ticket.id}。"
    due = f"人工同事会在{show_moment(ticket.sla_due)}前联系您，回复也会出现在这里。"
    urgent = f"着急的话请直接打 {turn.brand.hotline}。" if wants_person or ticket.priority == "P1" else ""
    return f"{first}\n{due}{urgent}\n想知道进度，把单号发给我就行。"
