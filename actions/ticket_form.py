"""The ticket form: Rasa keeps the slots and asks, kefu.dialogue.ticket_form decides."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import question_of_alarm, taken_back_in_form
from actions.aside import put_aside
from actions.emergency import kind_of, raise_alarm, topic_of
from actions.landline import with_landline
from actions.matter import joined
from actions.showing import entry_for
from actions.turn import Turn
from kefu.dialogue.answering import SURE, decide
from kefu.dialogue.corrected_time import relative_to
from kefu.dialogue.form_facts import SECOND
from kefu.dialogue.said import FACTS
from kefu.dialogue.ticket_form import Step, asks, next_step, prefill, refuses_phone, required
from kefu.dialogue.ticket_summary import summary
from kefu.knowledge import Band, knowledge_base
from kefu.show import CHINA, SKIPPED, split_time
from kefu.topics import OTHER_MATTER, is_business, needs_amount, title

_OF_AN_ALARM = {
    "utter_ticket_cancelled": "utter_ticket_cancelled_urgent",
    "utter_ticket_over": "utter_ticket_over_urgent",
}
_WORDS = re.compile(r"[一-鿿]{2}")
_SHORT_MATTER = 10  # characters that say what has happened, and no more


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
        turn = Turn.of(tracker)
        if taken_back := await taken_back_in_form(dispatcher, turn, tracker):
            return taken_back
        kind = kind_of(turn)
        if kind == "general" and asked == "phone" and refuses_phone(turn.said()):
            kind = None  # 我不留电话,怕骗子; 怕是骗子不留
        if kind and not (tracker.get_slot("alarm") == topic == topic_of(kind, tracker)):
            return await _alarm(dispatcher, turn, tracker, kind)
        known = tracker.get_slot("time") or tracker.get_slot("time_before")
        now = datetime.now(CHINA).replace(tzinfo=None)
        said = relative_to(with_landline(asked, turn.said()), split_time(known)[0], now)
        told = [name for name in (*FACTS, SECOND) if tracker.get_slot(name) not in (None, "", SKIPPED)]
        if await _asked_of_alarm(dispatcher, turn, tracker):
            return _events(Step({"bad_answers": int(tracker.get_slot("bad_answers") or 0), "back": True}), tracker)
        step = next_step(asked, said, int(tracker.get_slot("bad_answers") or 0), topic, told)
        if step.answer_question and not _answer(dispatcher, turn, tracker):
            step = replace(step, slots={**step.slots, "extra": turn.text})  # for the colleague, who will
        if step.slots.get("aside") and tracker.get_slot("aside"):  # one waits already
            step = replace(step, slots={"extra": said.text, "back": True}, say=("utter_ticket_added",))
        matter = (step.slots.get("aside") or step.slots).get("topic") or topic
        for response in step.say:
            alarmed = _OF_AN_ALARM.get(response) if tracker.get_slot("alarm") == topic else None
            dispatcher.utter_message(
                response=alarmed or response, matter=title(str(matter)), receipt=tracker.get_slot("ticket_id")
            )
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


async def _asked_of_alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> bool:
    """Whether a question about the alarm that the form is about was answered in mid-form (你们赔不赔)."""
    entry = question_of_alarm(turn, tracker) if tracker.get_slot("alarm") == tracker.get_slot("topic") else None
    if entry is None or not asks(turn.text):
        return False
    text, version = entry.text_for(turn.brand, turn.channel), knowledge_base().current().version
    dispatcher.utter_message(text=text, faq_id=entry.id, faq_version=version)
    return True


def _start(tracker: Tracker, topic: str) -> list[EventType]:
    """What is known already. Who has told the matter and no facts is asked for all of them at once (`asks`)."""
    question = tracker.get_slot("question")
    known = {} if tracker.get_slot("description") else prefill(question, topic)
    if tracker.get_slot("amount"):
        known.pop("amount", None)
    if question and tracker.get_slot("alarm") == topic:
        known["description"] = question  # 手机丢了 says it all
    if turn_brand := Turn.of(tracker).brand.id:
        known["brand"] = turn_brand
    unneeded = {} if "amount" in required(topic) or tracker.get_slot("amount") else {"amount": ""}
    is_short = "description" in known and len(question or "") < _SHORT_MATTER and needs_amount(topic)
    lacks = is_short and not any(tracker.get_slot(name) or name in known for name in ("time", "amount"))
    begin = {"topic": topic, "bad_answers": 0, "back": False, "asks": "facts" if lacks else None}
    return [SlotSet(name, value) for name, value in {**known, **unneeded, **begin}.items()]


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
    slots, topic = dict(step.slots), tracker.get_slot("topic") or OTHER_MATTER
    if "topic" in slots and not (slots.get("amount") or tracker.get_slot("amount")):
        slots["amount"] = None if needs_amount(slots["topic"]) else ""  # asked for, or not
    if slots.get("extra"):
        slots["extra"] = "\n".join(dict.fromkeys(filter(None, [tracker.get_slot("extra"), slots["extra"]])))
    if "time" in slots:
        slots["time_before"] = tracker.get_slot("time") or tracker.get_slot(
            "time_before"
        )  # 时间不对, then 26号: still of that month
    if "question" in slots:
        slots["question"] = joined(tracker.get_slot("question"), slots["question"])
    if slots.get("description") == SKIPPED:
        told = tracker.get_slot("question") or ""
        slots["description"] = told if _WORDS.search(told) else SKIPPED  # 我要退款 is better than nothing
    elif slots.get("description") and tracker.get_slot("bad_answers"):  # 提现, then 没到账: both are the story
        slots["description"] = joined(tracker.get_slot("question"), slots["description"])
    if step.skips_rest:
        left = (name for name in required(topic) if name != "ticket_confirmed" and tracker.get_slot(name) is None)
        slots = {**dict.fromkeys(left, SKIPPED), **slots}
        slots["description"] = tracker.get_slot("description") or tracker.get_slot("question") or SKIPPED
    slots = {"bad_answers": 0, "back": False, "asks": None, **slots}
    events: list[EventType] = [SlotSet(name, value) for name, value in slots.items()]
    return [*events, SlotSet("requested_slot", None)] if step.ended else events


def _answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> bool:
    """Answer a question that came in mid-form, then go back to the form; False where there is no answer."""
    decision = decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
    is_sure = turn.confidence >= SURE and is_business(turn.intent)
    if decision.band is Band.REFUSE or not (is_sure or decision.band is Band.ANSWER):
        dispatcher.utter_message(response="utter_ticket_ask_later")
        return False
    entry = entry_for(turn, tracker, decision)
    text = entry.text_for(turn.brand, turn.channel)
    dispatcher.utter_message(text=text, faq_id=entry.id, faq_version=decision.version)
    return True
