"""The ticket form as a pure function: what is known, what was asked, what was said → what to do next.

The Rasa form (`ticket_form`) keeps the slots and asks; the decisions are all here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kefu.show import SKIPPED
from kefu.text.numerals import parse_numeral
from kefu.topics import OTHER_MATTER, is_business, needs_amount

CONFIRMED, PERSON = "yes", "person"
FACTS = ("time", "amount", "order_id", "phone")
SURE = 0.55  # a question in mid-form is answered from this confidence on

_LONG_ENOUGH = 6  # characters that say more than a topic
_CONFIRM = re.compile(r"^[\s,。.!!]*(确认|提交|没错|对的?|是的?|好的?|可以|没问题|行|嗯+|ok|就这样)")
_SKIP = re.compile(
    r"跳过|不知道|不清楚|不记得|记不(清|得)|忘(了|记)|没有(单号|订单号)?$|不(想|方便|愿意?)(说|给|填|提供|透露|留)|先不填|略过"
)
_NOT_BEFORE = re.compile(r"(不是|不对|并非|不止)[\s,]*$")


@dataclass(frozen=True)
class Entity:
    """A fact found in a message; `value` is normalised, offsets are in the message's text."""

    name: str
    value: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Said:
    """A customer's message in mid-form."""

    text: str
    intent: str
    confidence: float = 1.0
    entities: Sequence[Entity] = ()
    sealed_phone: str | None = None


@dataclass(frozen=True)
class Step:
    """What to do: slots to set, responses to utter, whether to answer a question or to stop."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    say: tuple[str, ...] = ()
    answer_question: bool = False
    ended: bool = False


def required(topic: str) -> tuple[str, ...]:
    """What a ticket on a topic asks for, in the order of asking (the service's own `prepare_info`)."""
    amount = ("amount",) if needs_amount(topic) else ()
    return ("description", "time", *amount, "phone", "ticket_confirmed")


def prefill(question: str | None) -> dict[str, Any]:
    """Slots that are known when the form starts: the customer has told the matter already."""
    if question and len(question) >= _LONG_ENOUGH:
        return {"description": question}
    return {}


def facts(said: Said) -> dict[str, Any]:
    """Facts in a message by slot. Of several amounts or times the last one that is not denied counts."""
    found: dict[str, Any] = {}
    for entity in said.entities:
        if entity.name in FACTS and not _NOT_BEFORE.search(said.text[: entity.start]):
            found[entity.name] = entity.value
    if "phone" in found:
        found["phone_sealed"] = said.sealed_phone
    return found


def next_step(asked: str, said: Said, bad_answers: int, topic: str = "") -> Step:
    """Decide on a message in mid-form.

    Args:
        asked: the slot that the bot has asked for.
        said: the message.
        bad_answers: how many answers to this question were of no use so far.
        topic: what the ticket is about; OTHER_MATTER where the form began without a matter.
    """
    if said.intent == "cancel" and said.confidence >= SURE:
        return Step({"ticket_confirmed": None}, ("utter_ticket_cancelled",), ended=True)
    if said.intent == "human_agent" and said.confidence >= SURE:
        return Step({"ticket_confirmed": PERSON}, ended=True)
    known = facts(said)
    if asked == "amount" and "amount" not in known and (bare := parse_numeral(said.text)) is not None:
        known["amount"] = f"{bare.normalize():f}"  # a number alone is an amount only because we asked for one
    if asked == "ticket_confirmed":
        return _confirmation(said, known, bad_answers)
    if asked in known:
        return Step({**known, "bad_answers": 0})
    if asked == "description":
        return _description(said, known, bad_answers, topic)
    if said.intent == "skip" or _SKIP.search(said.text):
        return Step({**known, asked: SKIPPED, "bad_answers": 0})
    if known:
        return Step({**known, "bad_answers": bad_answers})
    if is_business(said.intent) and said.confidence >= SURE and bad_answers < 2:
        return Step({"bad_answers": bad_answers}, answer_question=True)
    return _bad_answer(asked, said, bad_answers)


def _confirmation(said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    if known:
        return Step({**known, "bad_answers": 0}, ("utter_ticket_changed",))
    if said.intent == "affirm" or _CONFIRM.match(said.text):
        return Step({"ticket_confirmed": CONFIRMED})
    if said.intent == "deny" and bad_answers < 2:
        return Step({"bad_answers": bad_answers + 1}, ("utter_ticket_what_to_change",))
    if bad_answers >= 2:
        return Step({"ticket_confirmed": CONFIRMED, "extra": said.text})
    return Step({"bad_answers": bad_answers + 1, "extra": said.text}, ("utter_ticket_added",))


def _description(said: Said, known: dict[str, Any], bad_answers: int, topic: str) -> Step:
    if topic == OTHER_MATTER and is_business(said.intent) and said.confidence >= SURE:
        amount = {"amount": None} if needs_amount(said.intent) else {}
        known = {"topic": said.intent, **amount, **known}
    if len(said.text) >= _LONG_ENOUGH or bad_answers >= 1:
        return Step({**known, "description": said.text, "bad_answers": 0})
    return Step({**known, "bad_answers": bad_answers + 1}, ("utter_ticket_say_more",))


def _bad_answer(asked: str, said: Said, bad_answers: int) -> Step:
    """First new words, then choices, then the text is taken as it is: nobody is asked a fourth time."""
    if bad_answers >= 2:
        value = SKIPPED if asked == "phone" else said.text[:60]
        return Step({asked: value, "bad_answers": 0})
    return Step({"bad_answers": bad_answers + 1})
