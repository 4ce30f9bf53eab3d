"""When the bot did not understand, or the matter is not the wallet's."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import branch_named, matter, miss, say
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.dialogue.answering import SURE, decide
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.knowledge import Band, knowledge_base

_MOST_MISSES = 3  # then a person is offered instead of the same words


class ActionOutOfScope(Action):
    """Decline what is not ours; where that is not sure, offer what might be meant."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the refusal, or choices."""
        turn = Turn.of(tracker)
        named = branch_named(turn, tracker)
        if named:
            return say(dispatcher, turn, tracker, named)
        kind = kind_of_text(turn.text)
        if kind is not Kind.ORDINARY or turn.confidence >= SURE:
            misses = int(tracker.get_slot("misses") or 0) + 1
            gives_up = kind is Kind.ORDINARY and misses >= _MOST_MISSES
            dispatcher.utter_message(response="utter_miss_give_up" if gives_up else f"utter_{kind.value}")
            missed: list[EventType] = [SlotSet("faq_id", None), SlotSet("misses", misses)]
            return await keep_unanswered(turn, missed) if kind is Kind.ORDINARY else missed
        decision = decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
        if decision.band is Band.REFUSE:
            return await keep_unanswered(turn, miss(dispatcher, turn, tracker))
        return [*matter(turn, tracker), *say(dispatcher, turn, tracker, decision)]


class ActionNoneOfThese(Action):
    """None of the offered questions was meant."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_none_of_these"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Ask for other words; the third time offer a person."""
        question, turn = tracker.get_slot("question"), Turn.of(tracker)
        missed = await keep_unanswered(turn, miss(dispatcher, turn, tracker), question or "")
        return [*missed, SlotSet("question", question)]


class ActionSolved(Action):
    """The answer has helped: close the matter."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_solved"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say so, and forget the matter."""
        dispatcher.utter_message(response="utter_solved")
        rated = SlotSet("rated_faq", tracker.get_slot("faq_id"))
        return [rated, *(SlotSet(name, None) for name in ("faq_id", "topic", "question"))]
