"""The answer that was too much, one step at a time; the place in it is kept in the slot `asks` (step:2)."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import PERSON, SOLVED, UNSOLVED, Button, register_or_person
from actions.showing import show
from actions.turn import Turn
from kefu.dialogue.plainer import asks_again, asks_next, asks_plainer, steps_of
from kefu.knowledge import FaqEntry, knowledge_base

_PLACE = "step:"
_NEXT: Button = {"title": "这一步好了", "payload": "/affirm"}


def put_simply(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """看不懂, after an answer: its first step alone, then a person; 再说一遍: the same again; empty for any other."""
    entry = _shown(turn, tracker)
    if entry is None:
        return _without_answer(dispatcher, turn, tracker)
    if asks_again(turn.text):
        show(dispatcher, turn, entry, knowledge_base().current().version)
        return [SlotSet("faq_id", entry.id), SlotSet("asks", None)]
    if not asks_plainer(turn.text):
        return next_step(dispatcher, turn, tracker)
    if _place(tracker) is not None:
        dispatcher.utter_message(response="utter_let_me_help", buttons=register_or_person())
        return [SlotSet("asks", "register")]
    return _say_step(dispatcher, turn, entry, 0)


def next_step(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """好了, 然后呢, while an answer is told step by step: the next one; empty for any other message."""
    entry, place = _shown(turn, tracker), _place(tracker)
    goes_on = turn.text == _NEXT["title"] if turn.is_pressed else asks_next(turn.text)
    if entry is None or place is None or not goes_on:
        return []
    return _say_step(dispatcher, turn, entry, place + 1)


def _say_step(dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, number: int) -> list[EventType]:
    """One step of an answer, counted from 0; after the last it is asked whether that has helped."""
    steps, version = steps_of(entry.text_for(turn.brand, turn.channel)), knowledge_base().current().version
    is_last = number + 1 >= len(steps)
    first = "好，一步一步来。" if number == 0 else ""
    then = "这是最后一步，好了没有？" if is_last else "做好了回复“好了”，卡住了就说卡在哪。"
    text = f"{first}第 {number + 1} 步（共 {len(steps)} 步）：{steps[min(number, len(steps) - 1)]}\n{then}"
    buttons = [SOLVED if is_last else _NEXT, UNSOLVED, PERSON]
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)
    place = "solved" if is_last else f"{_PLACE}{number}"
    return [SlotSet("faq_id", entry.id), SlotSet("asks", place), SlotSet("misses", 0)]


def _without_answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """看不懂 where nothing was answered: what is it about?"""
    if tracker.get_slot("topic") or tracker.get_slot("ticket_id") or not asks_plainer(turn.text):
        return []
    dispatcher.utter_message(response="utter_which_to_explain")
    return [SlotSet("misses", 0)]


def _shown(turn: Turn, tracker: Tracker) -> FaqEntry | None:
    """The entry that was answered last; none in an alarm, whose steps are not of the FAQ."""
    entry = knowledge_base().current().by_id.get(tracker.get_slot("faq_id") or "")
    return entry if entry and knowledge_base().answer(entry.id, turn.brand) else None


def _place(tracker: Tracker) -> int | None:
    place = str(tracker.get_slot("asks") or "")
    return int(place.removeprefix(_PLACE)) if place.startswith(_PLACE) else None
