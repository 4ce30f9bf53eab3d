"""What only the open matter explains: facts alone, 多久, 建行呢, 还是不行, 不对是提现不是充值."""

import re
from itertools import starmap

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.guided import is_another_question, place, says_unsolved, try_next, untried
from actions.matter import answered, bare_amount, only_facts, stay
from actions.showing import go_on, miss, note, offer_ticket, say, show
from actions.turn import Turn
from kefu.dialogue.answering import CHOICES, Decision, Guess, decide
from kefu.dialogue.corrected_topic import corrected_topic
from kefu.dialogue.same_matter import family
from kefu.knowledge import Band, FaqEntry, knowledge_base
from kefu.topics import is_business, is_topic, title

_HOW_LONG = re.compile(
    r"^(那|大概|一般|得|要|需要|还|到底|等|[,.])*(多久|几天|多长时间|什么时候|啥时候)(能|才|会|可以)*"
    r"(到|好|行|完|到账|办好|弄好|处理好|退|有结果)?(了|啊|呢|呀|吗|嘛|[?!.])*$"
)
_MISSING = re.compile(
    r"^(我|就是|可是|但是?|都|也|一直|到现在|现在|今天|怎么|为什么|还是?|[,.!])*没有?(收到|到账?|来)[啊呀呢了的,.!?]*$"
)
_ALSO_OF = re.compile(
    r"^(那么?|还有|要是|如果|[,.])*(用|从|走|找|去|在)?(?P<what>[^,.!?\s]{2,6}?)(付款?|充|支付)?的?(呢|怎么样|咋样)[,.!?]*$"
)
_ASKS_OF_BANK = re.compile(r"^(那|还有|要是|用|,)*_(卡|的)*(呢|可以|行|支持|能用|吗|嘛|[,.!?])+$")


def about_matter(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Answer what only the open matter explains; empty for any other message."""
    return (
        ask_what_is_missing(dispatcher, turn, tracker)
        or note_facts(dispatcher, turn, tracker)
        or of_another_bank(dispatcher, turn, tracker)
        or of_another_kind(dispatcher, turn, tracker)
        or still_not(dispatcher, turn, tracker)
        or corrected(dispatcher, turn, tracker)
    )


def note_facts(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Keep facts that come alone after a question, so that nobody is asked for them again; empty where none do."""
    topic = tracker.get_slot("topic")
    facts = only_facts(turn, topic or "") or bare_amount(turn, topic or "")
    if not facts or not topic:
        return []
    return [*stay(turn, tracker), *starmap(SlotSet, facts.items()), *note(dispatcher, facts)]


def of_another_bank(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """建行呢, after an answer: it goes for that bank as well; empty for any other message."""
    bank, shown = turn.entity_found("bank"), knowledge_base().current().by_id.get(tracker.get_slot("faq_id") or "")
    if bank is None or shown is None or turn.is_pressed or not knowledge_base().answer(shown.id, turn.brand):
        return []
    if not _ASKS_OF_BANK.match(f"{turn.text[: bank.start]}_{turn.text[bank.end :]}"):
        return []
    show(dispatcher, turn, shown, knowledge_base().current().version)
    return [*stay(turn, tracker), *answered(shown, tracker, tracker.get_slot("topic"), tracker.get_slot("guide"))]


def of_another_kind(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """充值呢, after the fee of a withdrawal: the fee of topping up; empty for any other message.

    The kind must stand in the answer that is found: 天气呢 is no question about fees.
    """
    topic, asked = tracker.get_slot("topic") or "", _ALSO_OF.match(turn.text)
    if not asked or not tracker.get_slot("faq_id") or not is_topic(topic) or turn.is_pressed:
        return []
    words = f"{asked['what']}{title(topic)}"
    found = knowledge_base().search(words, topic, turn.brand.id, CHOICES)
    known = [hit.entry for hit in found.hits if _tells_of(hit.entry, asked["what"], turn)]
    if not known:
        return []
    return [*stay(turn, tracker), *say(dispatcher, turn, tracker, Decision(Band.ANSWER, tuple(known), found.version))]


def _tells_of(entry: FaqEntry, what: str, turn: Turn) -> bool:
    return what in "".join((entry.question, *entry.variants, entry.text_for(turn.brand, turn.channel)))


def ask_what_is_missing(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """没收到, before anything was talked about: a refund, a code? Asked once; empty for any other message."""
    if tracker.get_slot("topic") or turn.is_pressed or not _MISSING.match(turn.text):
        return []
    if tracker.get_slot("misses"):
        return miss(dispatcher, turn, tracker)
    dispatcher.utter_message(response="utter_what_is_missing")
    return [SlotSet("question", turn.text), SlotSet("misses", 1)]


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


def corrected(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """不对是提现不是充值, after an answer: the other matter's, with all that was told; empty for any other message."""
    topic = tracker.get_slot("topic")
    found = corrected_topic(turn.said(), topic) if topic and not turn.is_pressed else None
    if found is None or found.topic not in knowledge_base().current().overview:
        return []
    decision = decide(turn.text, [Guess(found.topic, 1.0)], turn.brand, knowledge_base(), turn.questions)
    return [*stay(turn, tracker), SlotSet("topic", found.topic), *say(dispatcher, turn, tracker, decision)]


def ranking_of(turn: Turn, tracker: Tracker) -> list[Guess]:
    """What a message may be about: of 要多久, which the open matter alone makes complete, that matter (its arrival)."""
    return [Guess(family(tracker.get_slot("topic"))[-1], 1.0)] if asks_how_long(turn, tracker) else turn.ranking


def asks_how_long(turn: Turn, tracker: Tracker) -> bool:
    """Whether a message asks 要多久 of the open matter."""
    topic = tracker.get_slot("topic") or ""
    return is_business(topic) and is_topic(topic) and not turn.is_pressed and bool(_HOW_LONG.match(turn.text))
