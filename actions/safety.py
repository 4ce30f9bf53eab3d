"""What sounds like an alarm and is none: advice, chosen by the customer's words."""

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.matter import matter
from actions.showing import say
from actions.turn import Turn
from kefu.dialogue.alarm_questions import asked_before, is_of_safety
from kefu.dialogue.alarm_words import names_other_matter
from kefu.dialogue.answering import Decision
from kefu.dialogue.ticket_form import asks
from kefu.knowledge import Band, FaqEntry, knowledge_base

_SHORT_QUESTION = 7  # characters that name no matter: 怎么申请, 能退吗
_BESIDE, _CLOSE = 10, 0.7  # entries looked at, and the score from which one is asked about


def of_safety(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """What sounds like an alarm and is none (陌生人转钱给我, 身份证丢了), by its words; empty for any other message."""
    option = None if turn.is_pressed else asked_before(turn.text)
    known = knowledge_base().current().by_id
    entry = known.get(option.faq) if option else _asked_on(turn, known.get(tracker.get_slot("faq_id") or ""))
    if entry is None:
        return []
    turn = replace(turn, intent=entry.intent, confidence=1.0)
    decision = Decision(Band.ANSWER, (entry,), knowledge_base().current().version)
    return [*matter(turn, tracker), *say(dispatcher, turn, tracker, decision)]


def _asked_on(turn: Turn, shown: FaqEntry | None) -> FaqEntry | None:
    """怎么申请, after an answer on safety: that one again, or one beside it; None for any other message."""
    if shown is None or not is_of_safety(shown.id) or turn.is_pressed or not asks(turn.text):
        return None
    if len(turn.text) > _SHORT_QUESTION or names_other_matter(turn.text, is_question=True):
        return None
    beside = [one for one in (shown.id, *shown.related) if is_of_safety(one)]
    hits = knowledge_base().search(turn.text, shown.intent, turn.brand.id, _BESIDE).hits
    near = [hit for hit in hits if hit.entry.id in beside and hit.score >= _CLOSE]
    return near[0].entry if near else shown
