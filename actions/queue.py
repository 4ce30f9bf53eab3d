"""The queue for a person: joining it, the place in it, leaving it."""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.matter import joined
from actions.turn import Turn, all_said
from kefu.brands import DEFAULT_BRAND
from kefu.database import database
from kefu.desk.handoffs import HandoffService, NewHandoff, Place, State
from kefu.desk.people.users import Users
from kefu.dialogue.emergency import THEFT
from kefu.dialogue.queue_words import calls, has_solved_it, leaves
from kefu.dialogue.transcript import faq_ids, transcript
from kefu.show import SKIPPED
from kefu.topics import OTHER_MATTER

PERSON = "human_agent"
_BOT = "机器人"
_OPEN = ("faq_id", "guide", "asks")  # of the bot's last answer, which 好的 is no word on any more
_REMIND = timedelta(seconds=60)  # within which the place in the queue is told in short
_TOPIC_SLOTS = ("topic", "question", "time", "amount", "order_id", "bank", "pay_channel", "failure_reason", "ticket_id")
_FOR_THE_PERSON = frozenset({PERSON, "ticket_status", "complaint", "feedback", "contact"})


async def to_queue(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    tracker: Tracker,
    reason: str,
    ticket_id: str | None = None,
    urgent: bool = False,
) -> bool:
    """Join the queue and tell the place in it; False where nobody is on duty for this brand."""
    if not await users().online():
        return False
    place = await handoffs().ask(await new_handoff(turn, tracker, reason, ticket_id, urgent))
    tell_place(dispatcher, place)
    return True


async def tell_wait(dispatcher: CollectingDispatcher) -> None:
    """How long a person would take now, to who only asks."""
    is_online = bool(await users().online())
    waiting = sum(one.state == State.WAITING.value for one in await handoffs().open_ones()) if is_online else 0
    dispatcher.utter_message(response="utter_wait_online" if is_online else "utter_wait_offline", before=waiting)


def as_wish(turn: Turn) -> Turn:
    """A line in mid-form that is no answer: 有人吗 wishes a person, 回机器人 leaves; any other as it is."""
    if turn.is_pressed:
        return turn
    if calls(turn.text):
        return replace(turn, intent=PERSON, confidence=1.0)
    is_left = leaves(turn.text) and _BOT in turn.text
    return replace(turn, intent="cancel", confidence=1.0) if is_left else turn


def back_to_bot(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """Say that the bot is back; a matter that the customer has managed alone is over."""
    solved = has_solved_it(turn.text)
    dispatcher.utter_message(response="utter_back_solved" if solved else "utter_back_to_bot")
    over = (*_OPEN, "topic", "question", "tried") if solved else _OPEN
    return [SlotSet("handoff", False), *(SlotSet(name, None) for name in over)]


def tell_place(dispatcher: CollectingDispatcher, place: Place, is_short: bool = False) -> None:
    """Utter how many wait before, in short to who has just heard it."""
    waits = "utter_queue_wait" if place.before else "utter_queue_next"
    waits = f"{waits}_still" if is_short else waits
    dispatcher.utter_message(response=waits if place.is_waiting else "utter_person_is_here", before=place.before)


async def new_handoff(
    turn: Turn, tracker: Tracker, reason: str, ticket_id: str | None, urgent: bool = False
) -> NewHandoff:
    """What the person is given: the matter, its facts, and what was said."""
    said = await all_said(tracker)
    known = {name: tracker.get_slot(name) for name in _TOPIC_SLOTS}
    told = (tracker.get_slot(name) for name in ("description", "extra"))
    for words in (one for one in told if one and one != SKIPPED):
        known["question"] = joined(known["question"], words)
    topic = tracker.get_slot("topic") or OTHER_MATTER
    return NewHandoff(
        brand=turn.brand.id or DEFAULT_BRAND,
        channel=turn.channel,
        conversation=turn.conversation,
        reason=reason,
        topic=topic,
        urgent=urgent or topic == THEFT,
        ticket_id=ticket_id or tracker.get_slot("ticket_id"),
        packet={
            "slots": {name: value for name, value in known.items() if value},
            "faq_ids": faq_ids(said),
            "transcript": transcript(said),
        },
    )


@lru_cache(maxsize=1)
def handoffs() -> HandoffService:
    """Handoffs of this process."""
    return HandoffService(database())


@lru_cache(maxsize=1)
def users() -> Users:
    """The people of the desk: who is on duty."""
    return Users(database())
