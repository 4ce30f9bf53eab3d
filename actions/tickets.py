"""Sending a ticket and asking about one."""

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm
from actions.aside import retold, take_up
from actions.buttons import OPEN_TICKET
from actions.on_ticket import plain_word, tell_status, ticket_named
from actions.open_matter import still_not
from actions.queue import to_queue, users
from actions.recovery import ActionOutOfScope
from actions.status import add_to
from actions.turn import Turn, all_said
from kefu.database import database
from kefu.desk.bound import customer_of
from kefu.desk.tickets import NewTicket, Opened, TicketService
from kefu.dialogue.guides import guides
from kefu.dialogue.ticket_form import CONFIRMED, ON_FILE, OVER, PERSON
from kefu.dialogue.transcript import faq_ids, transcript
from kefu.knowledge import knowledge_base
from kefu.show import SKIPPED, parse_amount, show_moment, show_time, split_time
from kefu.topics import OTHER_MATTER

_FORGOTTEN = (
    *("description", "extra", "time", "time_before", "amount", "order_id", "ticket_confirmed"),
    *("faq_id", "question", "topic", "guide", "tried", "asks", "alarm", "aside"),
)
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
        if confirmed == PERSON and not _tells_anything(tracker):
            return [*forget, *await _nothing_told(dispatcher, turn, tracker)]
        opened = await TicketService(database()).open(await _new_ticket(turn, tracker))
        events = [*forget, SlotSet("ticket_id", opened.ticket.id)]
        if confirmed == PERSON and await users().online():
            dispatcher.utter_message(response="utter_told_to_person", receipt=opened.ticket.id)
            if await to_queue(dispatcher, turn, tracker, "asked", opened.ticket.id):
                return [*events, SlotSet("handoff", True), *take_up(dispatcher, tracker, is_offered=False)]
        dispatcher.utter_message(text=_receipt(opened, turn, confirmed == PERSON), buttons=[add_to(opened.ticket)])
        return [*events, *take_up(dispatcher, tracker, is_offered=confirmed == CONFIRMED)]


class ActionTicketStatus(Action):
    """Says where a ticket stands: the one named, else the customer's latest ones."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ticket_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look up by number, or by customer. A number of the other brand is not found.

        The classifier hears this intent in much that has no other (怎么核实, 等一下我看看): the words decide.
        """
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
        if await tell_status(dispatcher, turn):
            return []
        others = [guess for guess in turn.ranking if guess.intent != turn.intent]
        unclear = replace(turn, intent=OTHER_MATTER, confidence=0.0, ranking=others)
        return await ActionOutOfScope().beside(dispatcher, unclear, tracker, domain)


def _tells_anything(tracker: Tracker) -> bool:
    """Whether a form that ends with a wish for a person holds anything that a ticket could be about."""
    told = ("description", "extra", "time", "amount", "phone", "order_id")
    is_told = any(tracker.get_slot(name) not in (None, "", SKIPPED) for name in told)
    return is_told or (tracker.get_slot("topic") or OTHER_MATTER) not in (OTHER_MATTER, "human_agent")


async def _nothing_told(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Asked for again, and nothing said: the queue where somebody is there, else what can be done; no empty ticket."""
    if await to_queue(dispatcher, turn, tracker, "asked"):
        return [SlotSet("handoff", True)]
    dispatcher.utter_message(response="utter_nobody_yet", buttons=[OPEN_TICKET])
    return [SlotSet("asks", "human_agent")]


def _told_before(tracker: Tracker) -> list[EventType]:
    """What was told before the form: who registers after all need not tell it again."""
    if tracker.get_slot("topic") == OTHER_MATTER:
        return []
    told = {name: tracker.get_slot(name) for name in ("topic", "time", "amount")} | retold(tracker.slots)
    return [SlotSet(name, value) for name, value in told.items() if value and value != SKIPPED]


async def _new_ticket(turn: Turn, tracker: Tracker) -> NewTicket:
    said, slots = await all_said(tracker), tracker.current_slot_values()
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
        customer=await customer_of(database(), turn.conversation),
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
