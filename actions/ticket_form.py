"""The ticket form: Rasa keeps the slots and asks, kefu.dialogue.ticket_form decides."""

import re
from datetime import datetime
from itertools import starmap
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.aside import put_aside
from actions.emergency import kind_of, raise_alarm, topic_of
from actions.matter import joined
from actions.odd import said_oddly
from actions.queue import as_wish
from actions.showing import entry_for
from actions.turn import Turn
from kefu.dialogue.answering import decide
from kefu.dialogue.corrected_time import relative_to
from kefu.dialogue.despair import is_desperate
from kefu.dialogue.said import FACTS
from kefu.dialogue.ticket_form import Step, next_step, prefill, refuses_phone, required
from kefu.dialogue.ticket_summary import summary
from kefu.knowledge import Band, knowledge_base
from kefu.show import CHINA, SKIPPED
from kefu.topics import OTHER_MATTER, needs_amount, title

_WORDS = re.compile(r"[一-鿿]{2}")


class ValidateTicketForm(FormValidationAction):
    """Reads every message while the form is open."""

    def name(self) -> str:
        """Name in the domain."""
        return "validate_ticket_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Fill slots, speak where needed, and leave the next question to the form.

        `bad_answers` is always among the events: Rasa would take a turn without a slot for a refusal.
        """
        asked = tracker.get_slot("requested_slot")
        topic = tracker.get_slot("topic") or OTHER_MATTER
        if not asked:
            return _start(tracker, topic)
        turn = as_wish(Turn.of(tracker))
        if is_desperate(turn.text):
            ended = {"ticket_confirmed": None, "requested_slot": None}
            return [*await said_oddly(dispatcher, turn, tracker), *starmap(SlotSet, ended.items())]
        kind = kind_of(turn)
        if kind == "general" and asked == "phone" and refuses_phone(turn.said()):
            kind = None  # 我不留电话,怕骗子; 怕是骗子不留
        if kind and not (tracker.get_slot("alarm") == topic == topic_of(kind, tracker)):
            return await _alarm(dispatcher, turn, tracker, kind)
        known = tracker.get_slot("time") or tracker.get_slot("time_before")
        said = relative_to(turn.said(), known, datetime.now(CHINA).replace(tzinfo=None))
        told = [name for name in FACTS if tracker.get_slot(name) not in (None, "", SKIPPED)]
        step = next_step(asked, said, int(tracker.get_slot("bad_answers") or 0), topic, told)
        for response in step.say:
            dispatcher.utter_message(response=response, matter=title(str(step.slots.get("topic") or topic)))
        if step.answer_question:
            _answer(dispatcher, turn, tracker)
        return _events(step, tracker)


class AskTicketConfirmed(Action):
    """Shows what will be sent, before it is."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_ticket_form_ticket_confirmed"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the summary with 确认 / 改一下 / 取消."""
        dispatcher.utter_message(
            text=summary(tracker.current_slot_values()),
            buttons=[
                {"title": "确认提交", "payload": "/affirm"},
                {"title": "改一下", "payload": "/deny"},
                {"title": "取消", "payload": "/cancel"},
            ],
        )
        return []


def _start(tracker: Tracker, topic: str) -> list[EventType]:
    known = {} if tracker.get_slot("description") else prefill(tracker.get_slot("question"))
    if turn_brand := Turn.of(tracker).brand.id:
        known["brand"] = turn_brand
    unneeded = {} if "amount" in required(topic) or tracker.get_slot("amount") else {"amount": ""}
    return [
        SlotSet(name, value)
        for name, value in {**known, **unneeded, "topic": topic, "bad_answers": 0, "back": False}.items()
    ]


async def _alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, kind: str) -> list[EventType]:
    """The form goes on with the emergency; the matter that it was about waits for its end.

    A form that has no matter yet is about the emergency from its beginning.
    """
    aside, told = put_aside(tracker), turn.text
    before = tracker.get_slot("description")
    if not aside and before not in (None, "", SKIPPED):
        told = f"{told}；{before}"
    alarm = await raise_alarm(dispatcher, turn, tracker, kind)
    amount = [] if turn.entity("amount") or tracker.get_slot("amount") else [SlotSet("amount", None)]
    known = {"aside": aside or tracker.get_slot("aside"), "description": told, "bad_answers": 0, "back": False}
    return [*alarm, *amount, *(SlotSet(name, value) for name, value in known.items())]


def _events(step: Step, tracker: Tracker) -> list[EventType]:
    slots = dict(step.slots)
    if "topic" in slots and not (slots.get("amount") or tracker.get_slot("amount")):
        slots["amount"] = None if needs_amount(slots["topic"]) else ""  # asked for, or not
    if slots.get("extra"):
        slots["extra"] = "\n".join(filter(None, [tracker.get_slot("extra"), slots["extra"]]))
    if "time" in slots:
        slots["time_before"] = tracker.get_slot("time") or tracker.get_slot(
            "time_before"
        )  # 时间不对, then 26号: still of that month
    if "question" in slots:
        slots["question"] = joined(tracker.get_slot("question"), slots["question"])
    if slots.get("description") == SKIPPED:
        told = tracker.get_slot("question") or ""
        slots["description"] = told if _WORDS.search(told) else SKIPPED  # 我要退款 is better than nothing
    slots.setdefault("bad_answers", 0)
    slots.setdefault("back", False)
    events: list[EventType] = [SlotSet(name, value) for name, value in slots.items()]
    return [*events, SlotSet("requested_slot", None)] if step.ended else events


def _answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> None:
    """Answer a question that came in mid-form, then go back to the form."""
    decision = decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
    if decision.band is Band.REFUSE:
        dispatcher.utter_message(response="utter_ticket_ask_later")
    else:
        entry = entry_for(turn, tracker, decision)
        text = entry.text_for(turn.brand, turn.channel)
        dispatcher.utter_message(text=text, faq_id=entry.id, faq_version=decision.version)
