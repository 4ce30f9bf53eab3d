"""Answering from the knowledge base."""

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import after_answer, branches, choice, choices, still_unsolved
from actions.emergency import kind_of, raise_alarm
from actions.notices import tell_notices
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.dialogue.answering import Decision, decide
from kefu.dialogue.guides import guides
from kefu.dialogue.ticket_form import FACTS
from kefu.knowledge import Band, FaqEntry, knowledge_base
from kefu.knowledge.news import News, latest_news
from kefu.show import CHINA
from kefu.topics import is_business

KEPT = ("bank", "pay_channel", "failure_reason")
_CERTAIN = 0.8  # from here on a message is a question of its own, whatever branch it names
_LONGEST_QUESTION = 300  # characters of what the customer has said about one matter


class ActionAnswer(Action):
    """Answer a business question, ask which one is meant, or admit not to know; emergencies first."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look the question up and utter what was found."""
        turn = Turn.of(tracker)
        kind = kind_of(turn)
        if kind:
            return await raise_alarm(dispatcher, turn, kind)
        decision = _pressed(turn) if turn.is_pressed else branch_named(turn, tracker)
        decision = decision or decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
        if decision.band is Band.ANSWER:
            await tell_notices(dispatcher, turn, decision.entries[0].intent)
        return await keep_unanswered(turn, [*matter(turn, tracker), *say(dispatcher, turn, tracker, decision)])


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
        await tell_notices(dispatcher, turn, entry.intent)
        show(dispatcher, turn, entry, snapshot.version)
        topic = tracker.get_slot("topic") or entry.intent
        said = _joined(tracker.get_slot("question"), turn.text)
        return [SlotSet("question", said), *answered(entry), SlotSet("topic", topic)]


def matter(turn: Turn, tracker: Tracker) -> list[EventType]:
    """Remember what the customer is talking about: a new topic starts with the facts of this message only."""
    is_new = not is_business(turn.intent) or turn.intent != tracker.get_slot("topic")
    question = turn.text if is_new else _joined(tracker.get_slot("question"), turn.text)
    events: list[EventType] = [SlotSet("brand", turn.brand.id), SlotSet("question", question)]
    if is_business(turn.intent):
        events.append(SlotSet("topic", turn.intent))
    for name in (*FACTS, *KEPT):
        value = turn.entity(name)
        if value is not None or (is_new and name != "phone"):
            events.append(SlotSet(name, value))
    if turn.sealed_phone:
        events.append(SlotSet("phone_sealed", turn.sealed_phone))
    return events


def say(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, decision: Decision) -> list[EventType]:
    """Utter a decision; returns the events that remember it."""
    if decision.band is Band.CLARIFY:
        dispatcher.utter_message(text="您问的是哪一个？点一下就行。", buttons=choices(decision.entries))
        return [SlotSet("faq_id", None)]
    if decision.band is Band.REFUSE:
        return miss(dispatcher, turn, tracker)
    entry = _branch(decision.entries[0], turn, tracker)
    if entry.id == tracker.get_slot("faq_id"):
        return _another_way(dispatcher, turn, decision, entry)
    show(dispatcher, turn, entry, decision.version, decision.also)
    return answered(entry)


def show(
    dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, version: str, also: FaqEntry | None = None
) -> None:
    """Utter an entry's answer; the event says which entry, in which version of the FAQ.

    An intent's overview is followed by its guide's question, with a button for each step or cause.

    Args:
        also: the entry for a second question in the message; it is offered, so that it is not lost.
    """
    text = entry.text_for(turn.brand, turn.channel)
    buttons = after_answer(entry.intent)
    guide = guides().of(entry.intent)
    if entry.intent == "product_news" and entry == _overview(entry.intent):
        text += "".join(f"\n\n{news.date:%Y-%m-%d} {news.title}\n{news.text}" for news in _news(turn))
    if also:
        text += f"\n\n您还问到“{also.question}”，点下面就能看。"
        buttons = [choice(also), *buttons]
    elif guide and entry == _overview(entry.intent):
        text += f"\n\n{guide.ask}"
        buttons = branches(guide)
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


def branch_named(turn: Turn, tracker: Tracker) -> Decision | None:
    """The branch that a customer names right after a guide has asked for it, in whatever words."""
    snapshot = knowledge_base().current()
    asked = snapshot.by_id.get(tracker.get_slot("faq_id") or "")
    guide = guides().of(asked.intent) if asked and asked == snapshot.overview[asked.intent] else None
    if guide is None or guide.slot is None or (turn.confidence >= _CERTAIN and is_business(turn.intent)):
        return None
    option = guide.branch(turn.entity(guide.slot))
    return Decision(Band.ANSWER, (snapshot.by_id[option.faq],), snapshot.version) if option else None


def _pressed(turn: Turn) -> Decision | None:
    """A line of the menu stands for its topic as a whole, whatever its title says."""
    entry = knowledge_base().current().overview.get(turn.intent)
    if entry is None or not knowledge_base().answer(entry.id, turn.brand):
        return None
    return Decision(Band.ANSWER, (entry,), knowledge_base().current().version)


def _branch(entry: FaqEntry, turn: Turn, tracker: Tracker) -> FaqEntry:
    """The entry for the cause or channel that the customer has named, now or before in the same matter."""
    guide = guides().of(entry.intent)
    if guide is None or guide.slot is None or entry != _overview(entry.intent):
        return entry
    before = tracker.get_slot(guide.slot) if tracker.get_slot("topic") == entry.intent else None
    option = guide.branch(turn.entity(guide.slot) or before)
    return knowledge_base().current().by_id[option.faq] if option else entry


def _another_way(dispatcher: CollectingDispatcher, turn: Turn, decision: Decision, entry: FaqEntry) -> list[EventType]:
    """The same question again: the answer has not helped, so say something else and offer a person."""
    others = [hit for hit in decision.entries if hit.id != entry.id and hit.intent == entry.intent]
    dispatcher.utter_message(response="utter_asked_again", buttons=still_unsolved(others[:2]))
    return [SlotSet("faq_id", entry.id)]


def _overview(intent: str) -> FaqEntry:
    """The first entry of an intent."""
    return knowledge_base().current().overview[intent]


def _news(turn: Turn) -> list[News]:
    return latest_news(turn.brand.id, datetime.now(CHINA).date())


def _joined(before: str | None, now: str) -> str:
    parts = [part for part in (before, now) if part]
    return "；".join(dict.fromkeys(parts))[-_LONGEST_QUESTION:]
