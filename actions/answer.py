"""Answering from the knowledge base."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import after_answer, choice, choices
from actions.turn import Turn
from kefu.dialogue.answering import Decision, decide
from kefu.dialogue.ticket_form import FACTS
from kefu.knowledge import Band, FaqEntry, knowledge_base
from kefu.topics import is_business

KEPT = ("bank", "pay_channel", "failure_reason")


class ActionAnswer(Action):
    """Answer a business question, ask which one is meant, or admit not to know."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look the question up and utter what was found."""
        turn = Turn.of(tracker)
        decision = decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
        return [*matter(turn, tracker), *say(dispatcher, turn, tracker, decision)]


class ActionShowFaq(Action):
    """Show the entry that the customer has chosen from a list."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_show_faq"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the chosen answer; an entry that is gone or another brand's is admitted."""
        turn = Turn.of(tracker)
        snapshot = knowledge_base().current()
        entry = snapshot.by_id.get(turn.entity("faq_id") or "")
        if entry is None or not knowledge_base().answer(entry.id, turn.brand):
            return miss(dispatcher, turn, tracker)
        show(dispatcher, turn, entry, snapshot.version)
        return answered(entry)


def matter(turn: Turn, tracker: Tracker) -> list[EventType]:
    """Remember what the customer is talking about: a new topic starts with the facts of this message only."""
    events: list[EventType] = [SlotSet("brand", turn.brand.id), SlotSet("question", turn.text)]
    if is_business(turn.intent):
        events.append(SlotSet("topic", turn.intent))
    is_new = turn.intent != tracker.get_slot("topic")
    for name in (*FACTS, *KEPT):
        value = turn.entity(name)
        if value is not None or (is_new and name != "phone"):
            events.append(SlotSet(name, value))
    if turn.sealed_phone:
        events.append(SlotSet("phone_sealed", turn.sealed_phone))
    return events


def say(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, decision: Decision) -> list[EventType]:
    """Utter a decision; returns the events that remember it."""
    if decision.band is Band.ANSWER:
        show(dispatcher, turn, decision.entries[0], decision.version, decision.also)
        return answered(decision.entries[0])
    if decision.band is Band.CLARIFY:
        dispatcher.utter_message(text="您问的是哪一个?点一下就行。", buttons=choices(decision.entries))
        return [SlotSet("faq_id", None)]
    return miss(dispatcher, turn, tracker)


def show(
    dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, version: str, also: FaqEntry | None = None
) -> None:
    """Utter an entry's answer; the event says which entry, in which version of the FAQ.

    Args:
        also: the entry for a second question in the message; it is offered, so that it is not lost.
    """
    text = entry.text_for(turn.brand, turn.channel)
    buttons = after_answer(entry.intent)
    if also:
        text += f"\n\n您还问到“{also.question}”,点下面就能看。"
        buttons = [choice(also), *buttons]
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)


def answered(entry: FaqEntry) -> list[EventType]:
    """Remember that an answer was given."""
    return [SlotSet("faq_id", entry.id), SlotSet("topic", entry.intent), SlotSet("misses", 0)]


def miss(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Admit not to have understood; the third time in a row offer a person instead of asking again."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    response = {1: "utter_miss_first", 2: "utter_miss_second"}.get(misses, "utter_miss_give_up")
    dispatcher.utter_message(response=response)
    return [SlotSet("misses", misses), SlotSet("faq_id", None), SlotSet("question", turn.text)]
