"""Showing what was decided: answers with their buttons and guides, choices, an offer to register, not knowing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import Button, after_answer, branches, choice, choices, register_or_person, still_unsolved
from actions.guided import place, says_unsolved, untried
from actions.matter import answered, stay
from actions.turn import Turn
from kefu.dialogue.answering import Decision
from kefu.dialogue.guides import Guide, Option, guides
from kefu.dialogue.said import FACTS, facts
from kefu.dialogue.ticket_form import asks
from kefu.knowledge import Band, FaqEntry, knowledge_base
from kefu.knowledge.news import News, latest_news
from kefu.show import CHINA, show_facts

_MOST_OFFERS = 2  # then a person is named with the telephone number


def go_on(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    tracker: Tracker,
    guide: Guide,
    option: Option,
    first: str = "",
    also: Sequence[FaqEntry] = (),
) -> list[EventType]:
    """Show the first answer of a guide's option that was not shown yet; where all were, offer a ticket.

    A step belongs to the guide's own matter; a branch may lead to another one (充了没到账).
    """
    entry = untried(option, turn, tracker)
    if entry is None:
        return [*stay(turn, tracker), *_once_more(dispatcher, turn, tracker, [])]
    version = knowledge_base().current().version
    buttons = after_answer(entry.intent, is_step=bool(guide.steps_after(option)))
    text = first + entry.text_for(turn.brand, turn.channel)
    if also:
        text, buttons = _with_further(text, also, buttons)
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)
    topic = guide.intent if option.step else entry.intent
    return [*stay(turn, tracker), *answered(entry, tracker, topic, guide.intent)]


def say(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, decision: Decision) -> list[EventType]:
    """Utter a decision; returns the events that remember it."""
    if decision.band is Band.CLARIFY:
        offered = [*decision.entries, *decision.also]
        which = "您问的是哪一个？点一下就行。" if len(offered) > 1 else "您想问的是这个吗？不是的话，换个说法我再找找。"
        dispatcher.utter_message(text=which, buttons=choices(offered))
        return [SlotSet("faq_id", None)]
    if decision.band is Band.REFUSE:
        return miss(dispatcher, turn, tracker)
    entry = decision.entries[0]
    named = branch_named(entry, turn, tracker)
    if named and untried(named[1], turn, tracker):
        return go_on(dispatcher, turn, tracker, *named, also=decision.also)
    if entry.id == tracker.get_slot("faq_id"):
        others = [hit for hit in decision.entries[1:] if hit.intent == entry.intent]
        return _once_more(dispatcher, turn, tracker, others)
    show(dispatcher, turn, entry, decision.version, decision.also)
    return answered(entry, tracker, guide=guide_of(entry, decision.also))


def show(
    dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, version: str, also: Sequence[FaqEntry] = ()
) -> None:
    """Utter an entry's answer; the event says which entry, in which version of the FAQ.

    An intent's overview is followed by its guide's question, with a button for each step or cause.

    Args:
        also: the entries for further questions in the message; they are offered, so that none is lost.
    """
    text = entry.text_for(turn.brand, turn.channel)
    buttons: list[Button] = after_answer(entry.intent)
    guide = guides().of(_asking(entry, also) or "")
    if entry.intent == "product_news" and entry == _overview(entry.intent):
        text += "".join(f"\n\n{news.date:%Y-%m-%d} {news.title}\n{news.text}" for news in _news(turn))
    if also:
        text, buttons = _with_further(text, also, buttons)
    elif guide:
        text += f"\n\n{guide.ask}"
        buttons = branches(guide, turn.brand.id)
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)


def miss(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Admit not to have understood; the third time in a row offer a person instead of asking again."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    response = {1: "utter_miss_first", 2: "utter_miss_second"}.get(misses, "utter_miss_give_up")
    dispatcher.utter_message(response=response)
    return [SlotSet("misses", misses), SlotSet("faq_id", None), SlotSet("question", turn.text)]


def offer_ticket(dispatcher: CollectingDispatcher, tracker: Tracker, first: str) -> list[EventType]:
    """Offer to register the open matter; each time in other words."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    if misses > _MOST_OFFERS:
        dispatcher.utter_message(response="utter_miss_give_up")
    else:
        response = first if misses == 1 else "utter_asked_thrice"
        dispatcher.utter_message(response=response, buttons=register_or_person())
    return [SlotSet("misses", misses), SlotSet("asks", "register")]


def ask_again(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> bool:
    """Whether the guide's question was put once more, for an answer that fits none of its options."""
    here = place(tracker)
    if here is None or here.option or tracker.get_slot("asks") == "guide":
        return False
    dispatcher.utter_message(response="utter_guide_again", buttons=branches(here.guide, turn.brand.id))
    return True


def _with_further(text: str, also: Sequence[FaqEntry], buttons: list[Button]) -> tuple[str, list[Button]]:
    """An answer and its buttons, with the offer of others."""
    questions = "、".join(f"“{one.question}”" for one in also)
    return f"{text}\n\n您还问到{questions}，点下面就能看。", [*map(choice, also), *buttons]


def branch_named(entry: FaqEntry, turn: Turn, tracker: Tracker) -> tuple[Guide, Option] | None:
    """The guide's option that the customer has named in a first question, or before in the same matter."""
    guide = guides().of(entry.intent)
    if guide is None or turn.is_pressed or entry != _overview(entry.intent):
        return None
    before = tracker.get_slot(guide.slot) if guide.slot and tracker.get_slot("topic") == guide.intent else None
    option = guide.branch(turn.entity(guide.slot or "")) or guide.named(turn.text) or guide.branch(before)
    return (guide, option) if option else None


def _asks_on(turn: Turn, tracker: Tracker) -> bool:
    """Whether what was answered is asked about in other words, without a complaint (最低多少)."""
    before = (tracker.get_slot("question") or "").split("；")
    return asks(turn.text) and turn.text not in before and not says_unsolved(turn.text)


def _tells_more(turn: Turn, tracker: Tracker) -> bool:
    """Whether a statement on what was answered is new, and no complaint that nothing has helped (显示已退款)."""
    before = (tracker.get_slot("question") or "").split("；")
    return not turn.is_pressed and turn.text not in before and not asks(turn.text) and not says_unsolved(turn.text)


def _once_more(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, others: list[FaqEntry]
) -> list[EventType]:
    """What to say instead of the same answer: it was asked on (said once), more was told, or it has not helped."""
    told = {name: value for name, value in facts(turn.said()).items() if name in FACTS}
    if _asks_on(turn, tracker) and not tracker.get_slot("misses"):
        dispatcher.utter_message(response="utter_asked_on", buttons=still_unsolved(others[:2]))
        return [SlotSet("misses", 1)]
    if told and not says_unsolved(turn.text):
        return note(dispatcher, told)
    if _tells_more(turn, tracker):
        return noted(dispatcher, turn, tracker)
    return _another_way(dispatcher, tracker, others)


def noted(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Say that a statement was heard, in other words the next time, and offer to register."""
    again = tracker.get_slot("asks") == "noted"
    dispatcher.utter_message(response=f"utter_matter_noted{'_again' if again else ''}", buttons=register_or_person())
    return [*stay(turn, tracker), SlotSet("asks", "noted")]


def note(dispatcher: CollectingDispatcher, told: Mapping[str, Any]) -> list[EventType]:
    """Say which facts were noted, and offer to register."""
    text = f"记下了：{show_facts(told)}。还没办好的话点“现在登记”，这些不用再说一遍。"
    dispatcher.utter_message(text=text, buttons=register_or_person())
    return [SlotSet("asks", "noted")]


def _another_way(dispatcher: CollectingDispatcher, tracker: Tracker, others: list[FaqEntry]) -> list[EventType]:
    """The same question again: the answer has not helped, so say something else, then offer a person."""
    if others and not tracker.get_slot("misses"):
        dispatcher.utter_message(response="utter_asked_again", buttons=still_unsolved(others[:2]))
        return [SlotSet("misses", 1)]
    return offer_ticket(dispatcher, tracker, "utter_still_open")


def _asking(entry: FaqEntry, also: Sequence[FaqEntry] = ()) -> str | None:
    """The intent of the guide whose question follows an entry."""
    guide = guides().of(entry.intent)
    follows = guide and (entry == _overview(entry.intent) or entry.id in guide.after)
    return entry.intent if follows and not also else None


def guide_of(entry: FaqEntry, also: Sequence[FaqEntry] = ()) -> str | None:
    """The intent of the guide that an entry opens, or that it is an answer of."""
    guide = guides().of(entry.intent)
    return entry.intent if _asking(entry, also) or (guide and guide.holding(entry.id)) else None


def _overview(intent: str) -> FaqEntry:
    """The first entry of an intent."""
    return knowledge_base().current().overview[intent]


def _news(turn: Turn) -> list[News]:
    return latest_news(turn.brand.id, datetime.now(CHINA).date())


def entry_for(turn: Turn, tracker: Tracker, decision: Decision) -> FaqEntry:
    """The entry that an answer in passing shows: the branch where the customer has named one, else the best."""
    named = branch_named(decision.entries[0], turn, tracker)
    return knowledge_base().current().by_id[named[1].faq] if named else decision.entries[0]
