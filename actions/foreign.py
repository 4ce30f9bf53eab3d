"""English and pinyin: emergencies and a wish for a person are acted on, the usual matters answered."""

from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import answer
from actions.emergency import raise_alarm
from actions.handoff import wish_person
from actions.menu import show_menu
from actions.showing import say
from actions.turn import Turn
from kefu.dialogue import foreign
from kefu.dialogue.answering import CHOICES, Decision, Guess
from kefu.dialogue.emergency import find_emergency
from kefu.knowledge import Band, knowledge_base

_MENU = frozenset({"menu", "help", "options"})


async def in_latin(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType]:
    """Do what Latin letters mean; empty where they mean nothing known."""
    if len(turn.text) > foreign.LONGEST:
        return []
    if foreign.is_pinyin(turn.text):
        return await _of_pinyin(dispatcher, turn, tracker, domain)
    kind = foreign.emergency_in_english(turn.text)
    if kind:
        events = await raise_alarm(dispatcher, turn, tracker, kind)
        number = next(event["value"] for event in events if event.get("name") == "ticket_id")
        dispatcher.utter_message(response="utter_english_alarm", receipt=number)
        return events
    if foreign.wishes_person(turn.text):
        dispatcher.utter_message(response="utter_english_person")
        return await wish_person(dispatcher, tracker, domain)
    if turn.text.strip(" .!?").lower() in _MENU:
        show_menu(dispatcher)
        return [SlotSet("misses", 0)]
    meaning = foreign.meaning_of(turn.text)
    if meaning is None:
        return []
    dispatcher.utter_message(response="utter_english_answer", meaning=meaning.chinese)
    guess = Guess(meaning.intent, 1.0)
    asked = replace(turn, text=meaning.chinese, intent=guess.intent, confidence=1.0, ranking=[guess], questions=[])
    return await answer(dispatcher, replace(asked, entities=[]), tracker)


async def _of_pinyin(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType]:
    """What its wallet's words may mean is offered; of an emergency or a person, done."""
    words = foreign.words_of_pinyin(turn.text)
    kind = find_emergency("".join(("我", *words, "了")))
    if kind:
        return await raise_alarm(dispatcher, turn, tracker, kind.name)
    if "人工" in words:
        return await wish_person(dispatcher, tracker, domain)
    found = knowledge_base().search("".join(words), None, turn.brand.id, CHOICES) if words else None
    if found is None or not found.hits:
        dispatcher.utter_message(response="utter_pinyin")
        return [SlotSet("misses", 0)]
    entries = tuple(hit.entry for hit in found.hits)
    dispatcher.utter_message(response="utter_pinyin_guess")
    return say(dispatcher, turn, tracker, Decision(Band.CLARIFY, entries, found.version))
