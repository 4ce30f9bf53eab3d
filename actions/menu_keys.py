"""A lone digit: the menu's line, also where no menu was shown or it is gone; 0 is a person, 9 the first level."""

from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import answer
from actions.handoff import wish_person
from actions.menu import show_menu
from actions.on_ticket import tell_status
from actions.turn import Turn
from kefu.dialogue.answering import Guess
from kefu.dialogue.menu import MAIN, MenuOption, key_of, menus

_PERSON, _BACK = "0", "9"
_OPEN = ("topic", "faq_id", "asks")  # then a digit may be an answer to something


async def press_key(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, domain: dict[str, Any]
) -> list[EventType]:
    """Do what the menu does at a digit; empty for any other message, and for a line while a matter is open."""
    key = key_of(turn.text)
    if turn.is_pressed or key is None or (key not in (_PERSON, _BACK) and not turn.text.strip().isdecimal()):
        return []  # 三 alone may be an answer to something
    if key == _PERSON:
        return await wish_person(dispatcher, tracker, domain)
    options = menus()[MAIN].options
    if key == _BACK:
        return _level(dispatcher, MAIN)
    if int(key) > len(options) or any(tracker.get_slot(name) for name in _OPEN):
        return []
    return await _line(dispatcher, turn, tracker, domain, options[int(key) - 1])


async def _line(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, domain: dict[str, Any], option: MenuOption
) -> list[EventType]:
    if option.open or not option.ask:
        return _level(dispatcher, option.open or MAIN)
    if option.ask == "ticket_status":
        await tell_status(dispatcher, replace(turn, is_pressed=True))
        return [SlotSet("misses", 0)]
    pressed = replace(
        turn,
        text=option.title,
        intent=option.ask,
        confidence=1.0,
        ranking=[Guess(option.ask, 1.0)],
        questions=[],
        is_pressed=True,
    )
    return await answer(dispatcher, pressed, tracker)


def _level(dispatcher: CollectingDispatcher, name: str) -> list[EventType]:
    show_menu(dispatcher, name)
    return [SlotSet("faq_id", None), SlotSet("guide", None), SlotSet("misses", 0)]
