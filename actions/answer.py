"""Answering from the knowledge base."""

import re
from datetime import datetime
from itertools import starmap
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import calm_down
from actions.brand import ask_brand, must_ask_brand, resumed
from actions.buttons import (
    Button,
    after_answer,
    branches,
    branches_of,
    choice,
    choices,
    register_or_person,
    still_unsolved,
)
from actions.emergency import kind_of, raise_alarm
from actions.guided import (
    is_another_question,
    option_named,
    options_meant,
    place,
    says_unsolved,
    try_next,
    untried,
)
from actions.lost_money import ask_who
from actions.matter import answered, bare_amount, joined, matter, only_facts, stay
from actions.notes import about_ticket
from actions.notices import tell_notices
from actions.phone import reassure
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.dialogue.answering import SURE, Decision, Guess, decide
from kefu.dialogue.corrected_topic import corrected_topic
from kefu.dialogue.guides import Guide, Option, guides
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.ticket_form import calls_off
from kefu.knowledge import Band, FaqEntry, knowledge_base
from kefu.knowledge.news import News, latest_news
from kefu.show import CHINA, show_facts
from kefu.topics import is_business, is_topic

_NO_MATTER = frozenset({"complaint", "feedback"})
_LONGEST_ODD = 12  # characters
_HOW_LONG = re.compile(
    r"^(那|大概|一般|得|要|需要|还|到底|等|[,.])*(多久|几天|多长时间|什么时候|啥时候)(能|才|会|可以)*"
    r"(到|好|行|完|到账|办好|弄好|处理好|退|有结果)?(了|啊|呢|呀|吗|嘛|[?!.])*$"
)
_ASKS_OF_BANK = re.compile(r"^(那|还有|要是|用|,)*_(卡|的)*(呢|可以|行|支持|能用|吗|嘛|[,.!?])+$")
_MOST_OFFERS = 2  # then a person is named with the telephone number


class ActionAnswer(Action):
    """Answer a business question, ask which one is meant, or admit not to know; emergencies first."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look the question up and utter what was found."""
        turn = Turn.of(tracker)
        lost = ask_who(dispatcher, turn, tracker)
        if lost:
            return lost
        kind = kind_of(turn)
        if kind:
            return await raise_alarm(dispatcher, turn, tracker, kind)
        calm = calm_down(dispatcher, turn, tracker)
        if calm:
            return calm
        if must_ask_brand(turn, tracker):
            return ask_brand(dispatcher, tracker)
        turn = resumed(turn, tracker)
        return await keep_unanswered(turn, await answer(dispatcher, turn, tracker))


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
        guide = guides().of(tracker.get_slot("guide") or "")
        option = guide.holding(entry.id) if guide else None
        if guide and option:
            return go_on(dispatcher, turn, tracker, guide, option)
        show(dispatcher, turn, entry, snapshot.version)
        said = joined(tracker.get_slot("question"), turn.text)
        return [SlotSet("question", said), *answered(entry, tracker, guide=_guide_of(entry))]


async def answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Answer a message that may be about the wallet's business, or about the open guide's question."""
    if calls_off(turn.said()):
        dispatcher.utter_message(response="utter_nothing_to_cancel")
        return []
    phone = reassure(dispatcher, turn, tracker)
    if phone:
        return phone
    named = option_named(turn, tracker)
    if named:
        return go_on(dispatcher, turn, tracker, *named)
    which = options_meant(turn, tracker)
    if which:
        dispatcher.utter_message(text="是哪一种？点一下就行。", buttons=branches_of(which))
        return stay(turn, tracker)
    about = await about_ticket(dispatcher, turn, tracker)
    if about:
        return about
    of_the_matter = about_matter(dispatcher, turn, tracker)
    if of_the_matter:
        return of_the_matter
    odd = answer_oddly(dispatcher, turn)
    if odd:
        return odd
    decision = _pressed(turn) if turn.is_pressed else None
    ranking = ranking_of(turn, tracker)
    decision = decision or decide(turn.text, ranking, turn.brand, knowledge_base(), turn.questions)
    return await tell(dispatcher, turn, tracker, decision)


def about_matter(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Answer what only the open matter explains; empty for any other message."""
    return (
        note_facts(dispatcher, turn, tracker)
        or of_another_bank(dispatcher, turn, tracker)
        or still_not(dispatcher, turn, tracker)
        or corrected(dispatcher, turn, tracker)
    )


def of_another_bank(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """建行呢, after an answer: it goes for that bank as well; empty for any other message."""
    bank, shown = turn.entity_found("bank"), knowledge_base().current().by_id.get(tracker.get_slot("faq_id") or "")
    if bank is None or shown is None or turn.is_pressed or not knowledge_base().answer(shown.id, turn.brand):
        return []
    if not _ASKS_OF_BANK.match(f"{turn.text[: bank.start]}_{turn.text[bank.end :]}"):
        return []
    show(dispatcher, turn, shown, knowledge_base().current().version)
    return [*stay(turn, tracker), *answered(shown, tracker, tracker.get_slot("topic"), tracker.get_slot("guide"))]


def answer_oddly(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """那个, 我想问下, 什么破玩意: they ask nothing yet; empty for any other message."""
    if turn.is_pressed or len(turn.text) > _LONGEST_ODD:
        return []
    kind = kind_of_text(turn.text)
    is_ours = is_business(turn.intent) and turn.intent not in _NO_MATTER and turn.confidence >= SURE
    if not (kind is Kind.OPENING or (kind is Kind.ABUSIVE and not is_ours)):
        return []
    dispatcher.utter_message(response=f"utter_{kind.value}")
    return [SlotSet("asks", None)]


def corrected(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """不对是提现不是充值, after an answer: the other matter's, with all that was told; empty for any other message."""
    topic = tracker.get_slot("topic")
    found = corrected_topic(turn.said(), topic) if topic and not turn.is_pressed else None
    if found is None or found.topic not in knowledge_base().current().overview:
        return []
    decision = decide(turn.text, [Guess(found.topic, 1.0)], turn.brand, knowledge_base(), turn.questions)
    return [*stay(turn, tracker), SlotSet("topic", found.topic), *say(dispatcher, turn, tracker, decision)]


def ranking_of(turn: Turn, tracker: Tracker) -> list[Guess]:
    """What a message may be about: of 要多久, which the open matter alone makes complete, that matter."""
    topic = tracker.get_slot("topic") or ""
    is_elliptic = is_business(topic) and is_topic(topic) and not turn.is_pressed and _HOW_LONG.match(turn.text)
    return [Guess(topic, 1.0)] if is_elliptic else turn.ranking


async def tell(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, decision: Decision) -> list[EventType]:
    """Utter a decision with what belongs to it: notices before an answer, a guide's question once more without one."""
    if decision.band is not Band.ANSWER and ask_again(dispatcher, tracker):
        return [*stay(turn, tracker), SlotSet("asks", "guide")]
    if decision.band is Band.ANSWER:
        await tell_notices(dispatcher, turn, decision.entries[0].intent)
    return [*matter(turn, tracker), *say(dispatcher, turn, tracker, decision)]


def go_on(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    tracker: Tracker,
    guide: Guide,
    option: Option,
    first: str = "",
    also: FaqEntry | None = None,
) -> list[EventType]:
    """Show the first answer of a guide's option that was not shown yet; where all were, offer a ticket.

    A step belongs to the guide's own matter; a branch may lead to another one (充了没到账).
    """
    entry = untried(option, turn, tracker)
    if entry is None:
        return [*stay(turn, tracker), *_another_way(dispatcher, tracker, [])]
    version = knowledge_base().current().version
    buttons = after_answer(entry.intent, is_step=bool(guide.steps_after(option)))
    text = first + entry.text_for(turn.brand, turn.channel)
    if also:
        text, buttons = _with_second(text, also, buttons)
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)
    topic = guide.intent if option.step else entry.intent
    return [*stay(turn, tracker), *answered(entry, tracker, topic, guide.intent)]


def still_not(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """等了半天还是没有, after an answer: what the guide still has, else a ticket; empty for any other message."""
    if not tracker.get_slot("topic") or turn.is_pressed or not says_unsolved(turn.text):
        return []
    if is_another_question(turn, tracker):
        return []
    here = place(tracker)
    if here and here.option and untried(here.option, turn, tracker):
        return go_on(dispatcher, turn, tracker, here.guide, here.option, try_next(here.option, tracker))
    return offer_ticket(dispatcher, tracker, "utter_still_open")


def offer_ticket(dispatcher: CollectingDispatcher, tracker: Tracker, first: str) -> list[EventType]:
    """Offer to register the open matter; each time in other words."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    if misses > _MOST_OFFERS:
        dispatcher.utter_message(response="utter_miss_give_up")
    else:
        response = first if misses == 1 else "utter_asked_thrice"
        dispatcher.utter_message(response=response, buttons=register_or_person())
    return [SlotSet("misses", misses), SlotSet("asks", "register")]


def note_facts(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Keep facts that come alone after a question, so that nobody is asked for them again; empty where none do."""
    topic = tracker.get_slot("topic")
    facts = only_facts(turn) or bare_amount(turn, topic or "")
    if not facts or not topic:
        return []
    text = f"记下了：{show_facts(facts)}。还没办好的话点“现在登记”，这些不用再说一遍。"
    dispatcher.utter_message(text=text, buttons=register_or_person())
    return [*stay(turn, tracker), *starmap(SlotSet, facts.items()), SlotSet("asks", "register")]


def say(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, decision: Decision) -> list[EventType]:
    """Utter a decision; returns the events that remember it."""
    if decision.band is Band.CLARIFY:
        offered = [*decision.entries, *([decision.also] if decision.also else [])]
        asks = "您问的是哪一个？点一下就行。" if len(offered) > 1 else "您想问的是这个吗？不是的话，换个说法我再找找。"
        dispatcher.utter_message(text=asks, buttons=choices(offered))
        return [SlotSet("faq_id", None)]
    if decision.band is Band.REFUSE:
        return miss(dispatcher, turn, tracker)
    entry = decision.entries[0]
    named = _branch(entry, turn, tracker)
    if named and untried(named[1], turn, tracker):
        return go_on(dispatcher, turn, tracker, *named, also=decision.also)
    if entry.id == tracker.get_slot("faq_id"):
        return _another_way(dispatcher, tracker, [hit for hit in decision.entries[1:] if hit.intent == entry.intent])
    show(dispatcher, turn, entry, decision.version, decision.also)
    return answered(entry, tracker, guide=_guide_of(entry, decision.also))


def show(
    dispatcher: CollectingDispatcher, turn: Turn, entry: FaqEntry, version: str, also: FaqEntry | None = None
) -> None:
    """Utter an entry's answer; the event says which entry, in which version of the FAQ.

    An intent's overview is followed by its guide's question, with a button for each step or cause.

    Args:
        also: the entry for a second question in the message; it is offered, so that it is not lost.
    """
    text = entry.text_for(turn.brand, turn.channel)
    buttons: list[Button] = after_answer(entry.intent)
    guide = guides().of(_asking(entry, also) or "")
    if entry.intent == "product_news" and entry == _overview(entry.intent):
        text += "".join(f"\n\n{news.date:%Y-%m-%d} {news.title}\n{news.text}" for news in _news(turn))
    if also:
        text, buttons = _with_second(text, also, buttons)
    elif guide:
        text += f"\n\n{guide.ask}"
        buttons = branches(guide)
    dispatcher.utter_message(text=text, buttons=buttons, faq_id=entry.id, faq_version=version)


def _with_second(text: str, also: FaqEntry, buttons: list[Button]) -> tuple[str, list[Button]]:
    """An answer and its buttons, with the offer of another one."""
    return f"{text}\n\n您还问到“{also.question}”，点下面就能看。", [choice(also), *buttons]


def miss(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Admit not to have understood; the third time in a row offer a person instead of asking again."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    response = {1: "utter_miss_first", 2: "utter_miss_second"}.get(misses, "utter_miss_give_up")
    dispatcher.utter_message(response=response)
    return [SlotSet("misses", misses), SlotSet("faq_id", None), SlotSet("question", turn.text)]


def _pressed(turn: Turn) -> Decision | None:
    """A line of the menu stands for its topic as a whole, whatever its title says."""
    entry = knowledge_base().current().overview.get(turn.intent)
    if entry is None or not knowledge_base().answer(entry.id, turn.brand):
        return None
    return Decision(Band.ANSWER, (entry,), knowledge_base().current().version)


def entry_for(turn: Turn, tracker: Tracker, decision: Decision) -> FaqEntry:
    """The entry that an answer in passing shows: the branch where the customer has named one, else the best."""
    named = _branch(decision.entries[0], turn, tracker)
    return knowledge_base().current().by_id[named[1].faq] if named else decision.entries[0]


def _branch(entry: FaqEntry, turn: Turn, tracker: Tracker) -> tuple[Guide, Option] | None:
    """The guide's option that the customer has named in a first question, or before in the same matter."""
    guide = guides().of(entry.intent)
    if guide is None or turn.is_pressed or entry != _overview(entry.intent):
        return None
    before = tracker.get_slot(guide.slot) if guide.slot and tracker.get_slot("topic") == guide.intent else None
    option = guide.branch(turn.entity(guide.slot or "")) or guide.named(turn.text) or guide.branch(before)
    return (guide, option) if option else None


def _another_way(dispatcher: CollectingDispatcher, tracker: Tracker, others: list[FaqEntry]) -> list[EventType]:
    """The same question again: the answer has not helped, so say something else, then offer a person."""
    if others and not tracker.get_slot("misses"):
        dispatcher.utter_message(response="utter_asked_again", buttons=still_unsolved(others[:2]))
        return [SlotSet("misses", 1)]
    return offer_ticket(dispatcher, tracker, "utter_still_open")


def ask_again(dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
    """Whether the guide's question was put once more, for an answer that fits none of its options."""
    here = place(tracker)
    if here is None or here.option or tracker.get_slot("asks") == "guide":
        return False
    dispatcher.utter_message(response="utter_guide_again", buttons=branches(here.guide))
    return True


def _asking(entry: FaqEntry, also: FaqEntry | None = None) -> str | None:
    """The intent of the guide whose question follows an entry."""
    guide = guides().of(entry.intent)
    follows = guide and (entry == _overview(entry.intent) or entry.id in guide.after)
    return entry.intent if follows and not also else None


def _guide_of(entry: FaqEntry, also: FaqEntry | None = None) -> str | None:
    """The intent of the guide that an entry opens, or that it is an answer of."""
    guide = guides().of(entry.intent)
    return entry.intent if _asking(entry, also) or (guide and guide.holding(entry.id)) else None


def _overview(intent: str) -> FaqEntry:
    """The first entry of an intent."""
    return knowledge_base().current().overview[intent]


def _news(turn: Turn) -> list[News]:
    return latest_news(turn.brand.id, datetime.now(CHINA).date())
