"""What the bot says to who waits for a person, while nobody has taken over: never nothing."""

from datetime import timedelta

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm
from actions.despair import comfort
from actions.emergency import kind_of, raise_alarm
from actions.queue import PERSON, back_to_bot, handoffs, new_handoff, tell_place
from actions.showing import entry_for
from actions.turn import Turn
from kefu.desk.handoffs import Place
from kefu.dialogue.answering import SURE, decide
from kefu.dialogue.despair import is_desperate
from kefu.dialogue.queue_words import asks_place, calls, leaves
from kefu.dialogue.ticket_form import asks
from kefu.knowledge import Band, knowledge_base
from kefu.topics import is_business

_REMIND = timedelta(seconds=60)  # within which the place in the queue is told in short
_FOR_THE_PERSON = frozenset({PERSON, "ticket_status", "complaint", "feedback", "contact"})


async def while_waiting(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, place: Place
) -> list[EventType]:
    """Answer who waits, each line with something: an emergency's steps, the place, an answer, or that it is noted."""
    if is_desperate(turn.text):
        await handoffs().ask(await new_handoff(turn, tracker, "emergency", None, urgent=True))
        return await comfort(dispatcher, turn, tracker)
    kind = kind_of(turn)
    if kind:
        await handoffs().ask(await new_handoff(turn, tracker, "emergency", None, urgent=True))
        return await raise_alarm(dispatcher, turn, tracker, kind)
    if leaves(turn.text):
        await handoffs().leave(turn.conversation)
        return back_to_bot(dispatcher, turn)
    of_the_alarm = [] if calls(turn.text) else await about_alarm(dispatcher, turn, tracker)
    if of_the_alarm:
        return of_the_alarm
    is_late = place.pause is not None and place.pause >= _REMIND
    if turn.intent in ("thank", "goodbye"):
        dispatcher.utter_message(response="utter_queue_polite")
    elif turn.intent == PERSON or (asks_place(turn.text) and not _is_of_business(turn)):
        tell_place(dispatcher, place, is_short=place.pause is not None and not is_late)
    elif not _answer(dispatcher, turn, tracker):
        if is_late:
            tell_place(dispatcher, place)
        else:
            dispatcher.utter_message(response="utter_queue_noted" if place.pause is None else "utter_queue_noted_too")
    return []


def _answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> bool:
    """Whether a question has an answer, which is shown; the customer keeps the place, and the matter is not changed."""
    if not _is_of_business(turn) or not asks(turn.text):
        return False
    decision = decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
    if decision.band is not Band.ANSWER:
        return False
    entry = entry_for(turn, tracker, decision)
    text = entry.text_for(turn.brand, turn.channel)
    dispatcher.utter_message(text=text, faq_id=entry.id, faq_version=decision.version)
    dispatcher.utter_message(response="utter_queue_still_wait")
    return True


def _is_of_business(turn: Turn) -> bool:
    return is_business(turn.intent) and turn.intent not in _FOR_THE_PERSON and turn.confidence >= SURE
