"""The answer that was too much, one step at a time; the place in it is kept in the slot `asks` (step:2)."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import PERSON, SOLVED, UNSOLVED, Button, branches, register_or_person
from actions.showing import show
from actions.turn import Turn
from kefu.dialogue.guides import guides
from kefu.dialogue.plainer import asks_again, asks_next, asks_plainer, gist_of, steps_of
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
        following = next_step(dispatcher, turn, tracker)
        begins = (
            not following and asks_next(turn.text, named=True) and steps_of(entry.text_for(turn.brand, turn.channel))
        )
        return _say_step(dispatcher, turn, entry, 0) if begins else following
    if _place(tracker) is not None:
        dispatcher.utter_message(response="utter_let_me_help", buttons=register_or_person())
        return [SlotSet("asks", "register")]
    return _say_step(dispatcher, turn, entry, 0)


def next_step(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """好了, 然后呢, while an answer is told step by step: the next one; empty for any other message."""
    entry, place = _shown(turn, tracker), _place(tracker)
    goes_on = turn.text == _NEXT["title"] if turn.is_pressed else asks_next(turn.text)
    if entry is None or place is None or not goes_on or not steps_of(entry.text_for(turn.brand, turn.channel)):
        return []
    return _say_step(dispatcher, turn, entry, place + 1)


def _say_step(dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, number: int) -> list[EventType]:
    """One step of an answer, counted from 0; after the last it is asked whether that has helped."""
    answer, version = entry.text_for(turn.brand, turn.channel), knowledge_base().current().version
    steps = steps_of(answer)
    if not steps:
        return _say_gist(dispatcher, turn, entry, answer, version)
    is_last = number + 1 >= len(steps)
    first = "好，一步一步来。" if number == 0 else ""
    then = "这是最后一步，好了没有？" if is_last else "做好了回复“好了”，卡住了就说卡在哪。"
    text = f"{first}第 {number + 1} 步（共 {len(steps)} 步）：{steps[min(number, len(steps) - 1)]}\n{then}"
    buttons = [SOLVED if is_last else _NEXT, UNSOLVED, PERSON]
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)
    place = "solved" if is_last else f"{_PLACE}{number}"
    return [SlotSet("faq_id", entry.id), SlotSet("asks", place), SlotSet("misses", 0)]


def _say_gist(
    dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, answer: str, version: str
) -> list[EventType]:
    """An answer without steps in one sentence, with its guide's choices where it has one."""
    guide = guides().of(entry.intent)
    buttons = branches(guide, turn.brand.id) if guide else [SOLVED, UNSOLVED, PERSON]
    text = f"简单说：{gist_of(answer)}\n哪一句看不懂，直接告诉我；要人手把手教，回复“人工”。"
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)
    return [SlotSet("faq_id", entry.id), SlotSet("asks", f"{_PLACE}0"), SlotSet("misses", 0)]


def _without_answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """看不懂 where nothing was answered: what is it about?"""
    is_asked = asks_plainer(turn.text) or asks_next(turn.text, named=True)
    if tracker.get_slot("topic") or tracker.get_slot("ticket_id") or not is_asked:
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
