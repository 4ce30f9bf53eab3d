"""Where in a guide the talk is, and what comes next there."""

from dataclasses import dataclass

from rasa_sdk import Tracker

from actions.matter import SURELY
from actions.turn import Turn
from kefu.dialogue.guides import Guide, Option, guides
from kefu.knowledge import FaqEntry, knowledge_base
from kefu.topics import is_business

_SHORT = 10  # characters up to which a message may be an answer, however sure the classifier is of something else


@dataclass(frozen=True)
class Place:
    """A place in a guide: the option whose answer was shown last, None at the guide's question."""

    guide: Guide
    option: Option | None


def place(tracker: Tracker) -> Place | None:
    """Where the talk is; None outside of guides."""
    guide = guides().of(tracker.get_slot("guide") or "")
    shown = tracker.get_slot("faq_id")
    return Place(guide, guide.holding(shown)) if guide and shown else None


def option_named(turn: Turn, tracker: Tracker) -> tuple[Guide, Option] | None:
    """The option that a customer names after a guide has asked, in whatever words; None where it is another matter."""
    here = place(tracker)
    if here is None or turn.is_pressed:
        return None
    option = here.guide.branch(turn.entity(here.guide.slot or "")) or here.guide.answered(turn.text)
    if option is None:
        return None
    own = {here.guide.intent, *(faq_id.split(".")[0] for faq_id in option.entries)}
    is_sure = is_business(turn.intent) and turn.confidence >= SURELY
    if is_sure and turn.intent not in own and len(turn.text) > _SHORT:
        return None
    return here.guide, option


def untried(option: Option, turn: Turn, tracker: Tracker) -> FaqEntry | None:
    """The next entry of an option that this customer has not seen in this matter."""
    tried = tracker.get_slot("tried") or []
    known = knowledge_base().current().by_id
    left = (known[faq_id] for faq_id in option.entries if faq_id in known and faq_id not in tried)
    return next((entry for entry in left if knowledge_base().answer(entry.id, turn.brand)), None)
