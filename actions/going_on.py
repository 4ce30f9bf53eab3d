"""More about the open matter in a few words: looked up among its own answers, else noted, or asked about."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import still_unsolved
from actions.matter import stay
from actions.open_matter import asks_how_long
from actions.registering import OFFERS
from actions.showing import ask_again, miss, noted, say
from actions.turn import Turn
from kefu.dialogue.answering import CHOICES, SURE, Decision
from kefu.dialogue.same_matter import family, is_fact, stays
from kefu.dialogue.ticket_form import asks
from kefu.knowledge import Band, FaqEntry, Hit, knowledge_base
from kefu.topics import is_business

_CLOSE = 0.75  # scores of an entry of the matter, whose half is for being one: from here on it is what is meant
_NEAR = 0.6  # and from here on it may be
_SURE_OF_OTHER = 0.9
_WISHES = re.compile("[想要帮问]|(?<!申)请|看看|怎|咋|如何")


def go_on_with_it(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Go on with the open matter; empty for a message that stands by itself."""
    is_open = tracker.get_slot("tried") or tracker.get_slot("asks") in OFFERS  # not only guessed at
    topic = (tracker.get_slot("topic") or "") if is_open else ""
    is_repeated = turn.text in (tracker.get_slot("question") or "").split("；")
    if turn.is_pressed or is_repeated or asks_how_long(turn, tracker):
        return []
    if not stays(turn.text, turn.intent, turn.confidence, topic):
        return []
    is_statement = not asks(turn.text) and not _WISHES.search(turn.text)
    is_sure = turn.intent in family(topic) and turn.confidence >= SURE
    if is_sure and not (is_statement and turn.intent == topic and tracker.get_slot("faq_id")):
        return []
    hits, version = _own_answers(topic, turn)
    is_shown = bool(hits) and hits[0].entry.id == tracker.get_slot("faq_id")
    if hits and hits[0].score >= _CLOSE and not (is_shown and is_statement):
        found = Decision(Band.ANSWER, tuple(hit.entry for hit in hits), version)
        return [*stay(turn, tracker), *say(dispatcher, turn, tracker, found), SlotSet("topic", topic)]
    if not is_statement:
        near = [hit.entry for hit in hits if hit.score >= _NEAR]
        return [*stay(turn, tracker), *_offer(dispatcher, turn, tracker, near)]
    if turn.confidence < SURE and not is_fact(turn.text) and ask_again(dispatcher, turn, tracker):
        return [*stay(turn, tracker), SlotSet("asks", "guide")]
    return noted(dispatcher, turn, tracker)


def _own_answers(topic: str, turn: Turn) -> tuple[list[Hit], str]:
    """The nearest answers of the matter and its other half, best first, and the FAQ's version."""
    found = [knowledge_base().search(turn.text, intent, turn.brand.id, CHOICES) for intent in family(topic)]
    own = {hit.entry.id: hit for one in found for hit in one.hits if hit.entry.intent in family(topic)}
    return sorted(own.values(), key=lambda hit: -hit.score)[:CHOICES], found[0].version


def _offer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, near: list[FaqEntry]) -> list[EventType]:
    """A question that no answer of the matter fits surely: what it may be; the classifier's other guess as well."""
    other = knowledge_base().current().overview.get(turn.intent)
    is_likely = is_business(turn.intent) and turn.confidence >= _SURE_OF_OTHER
    offered = tuple([*near, *([other] if other and is_likely else [])][:CHOICES])
    if offered:
        version = knowledge_base().current().version
        return say(dispatcher, turn, tracker, Decision(Band.CLARIFY, offered, version))
    if tracker.get_slot("misses"):
        return miss(dispatcher, turn, tracker)
    dispatcher.utter_message(response="utter_asked_on", buttons=still_unsolved([]))
    return [SlotSet("misses", 1), SlotSet("asks", "register")]
