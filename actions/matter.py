"""What the talk is about: the topic, the facts and the answers so far, kept in slots."""

import re
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet

from actions.turn import Turn
from kefu.dialogue.answering import SURE
from kefu.dialogue.form_facts import is_own_phone
from kefu.dialogue.said import FACTS, Entity, facts, says_only_facts
from kefu.knowledge import FaqEntry
from kefu.text.numerals import parse_numeral
from kefu.topics import is_business, needs_amount

KEPT = ("bank", "pay_channel", "failure_reason")
_ASKS = re.compile(r"[呢?吗嘛么][,.!?]*$")  # 建行呢
SURELY = 0.8  # from here on a message is a question of its own, whatever else it might answer

_LAST_NUMBER = re.compile(r"[^\d.:]\s*(?P<amount>[1-9]\d{1,5}(\.\d{1,2})?)$")
_AMOUNT = re.compile(r"(?!110$|1[12]\d{3}$|9\d{4}$)[^\d]*\d{0,5}(\.\d+)?")  # no hot-line, no code
_LONGEST_QUESTION = 300  # characters of what the customer has said about one matter
_LEAST_AMOUNT = 10  # below are the keys of the menu


def matter(turn: Turn, tracker: Tracker) -> list[EventType]:
    """Remember what the customer is talking about: a new topic starts with the facts of this message only.

    What the classifier is not sure of is more about the open topic, not another one.
    """
    topic, is_sure = tracker.get_slot("topic"), is_business(turn.intent) and turn.confidence >= SURE
    if topic and not (is_sure and turn.intent != topic):
        return stay(turn, tracker)
    events: list[EventType] = [SlotSet(name, None) for name in ("tried", "description", "extra")]
    events.append(SlotSet("question", turn.text))
    if is_business(turn.intent):
        events.append(SlotSet("topic", turn.intent))
    found = _found(turn)
    events += [SlotSet(name, found.get(name)) for name in (*FACTS, *KEPT) if name != "phone" or name in found]
    return [*events, *_known(turn)]


def stay(turn: Turn, tracker: Tracker) -> list[EventType]:
    """Remember more about the same matter."""
    found = _found(turn)
    said = joined(tracker.get_slot("question"), turn.text)
    return [SlotSet("question", said), *(SlotSet(name, value) for name, value in found.items()), *_known(turn)]


def answered(entry: FaqEntry, tracker: Tracker, topic: str | None = None, guide: str | None = None) -> list[EventType]:
    """Remember that an answer was given.

    Args:
        topic: the matter, where that is not the entry's own intent.
        guide: the intent of the guide that the answer belongs to.
    """
    before = tracker.get_slot("tried") if (topic or entry.intent) == tracker.get_slot("topic") or guide else None
    return [
        SlotSet("faq_id", entry.id),
        SlotSet("topic", topic or entry.intent),
        SlotSet("guide", guide),
        SlotSet("tried", list(dict.fromkeys([*(before or []), entry.id]))),
        SlotSet("misses", 0),
        SlotSet("asks", None),
    ]


def only_facts(turn: Turn, topic: str = "") -> dict[str, str]:
    """The facts of a message that says nothing else; empty for any other message.

    Args:
        topic: the open matter: beside other facts, a number alone is the amount of what is about money (今天中午 300).
    """
    said = turn.said()
    is_one = needs_amount(topic) and turn.entities and not turn.entity("amount")
    number = _LAST_NUMBER.search(turn.text) if is_one else None
    if number and not any(entity.end > number.start("amount") for entity in turn.entities):
        amount = Entity("amount", number["amount"], number.start("amount"), number.end("amount"))
        said = replace(said, entities=[*turn.entities, amount])
    if _ASKS.search(turn.text) or not says_only_facts(said, ("bank",)):
        return {}
    bank = turn.entity("bank")
    found = {**facts(said), **({"bank": bank} if bank else {})}
    return {name: value for name, value in found.items() if name in (*FACTS, "bank")}


def bare_amount(turn: Turn, topic: str) -> dict[str, str]:
    """The amount of a message that is a number alone (350), where the open matter is about money."""
    may_be = (needs_amount(topic) or topic == "complaint") and not turn.is_pressed and _AMOUNT.fullmatch(turn.text)
    number = parse_numeral(turn.text) if may_be else None
    return {"amount": f"{number.normalize():f}"} if number is not None and number >= _LEAST_AMOUNT else {}


def joined(before: str | None, now: str) -> str:
    """What was said about one matter, in order, each once; the end of it where it gets long."""
    parts = [part for part in (before, now) if part]
    return "；".join(dict.fromkeys(parts))[-_LONGEST_QUESTION:]


def _found(turn: Turn) -> dict[str, str]:
    """What a message tells of the matter; a phone only where it is the customer's own, whom we shall call."""
    found = {name: turn.entity(name) for name in (*FACTS, *KEPT) if name != "phone" or is_own_phone(turn.said())}
    return {name: value for name, value in found.items() if value is not None}


def _known(turn: Turn) -> list[EventType]:
    brand = [SlotSet("brand", turn.brand.id)] if turn.brand.id else []
    is_own = turn.sealed_phone and is_own_phone(turn.said())
    phone = [SlotSet("phone_sealed", turn.sealed_phone)] if is_own else []
    return [*brand, *phone]
