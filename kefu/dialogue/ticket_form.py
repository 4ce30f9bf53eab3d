"""The ticket form as a pure function: what is known, what was asked, what was said → what to do next.

The Rasa form (`ticket_form`) keeps the slots and asks; the decisions are here, what words mean is in `form_words`,
`form_moves` and `form_facts`. No word is lost: what is no answer is kept beside it (`extra`).
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from kefu.brands import DEFAULT_BRAND
from kefu.dialogue.corrected_topic import Correction, corrected_topic
from kefu.dialogue.emergency import THEFT
from kefu.dialogue.form_facts import (
    ON_FILE,
    Told,
    bare_amount,
    corrected_words,
    corrects,
    loose_amount,
    phone_on_file,
    says_more,
    told_in,
    vague_time,
)
from kefu.dialogue.form_moves import Move, move_of
from kefu.dialogue.form_story import another_matter, is_told, matter_of
from kefu.dialogue.form_words import (
    ASKS_HOW_LONG,
    LONG_ENOUGH,
    NO_USE,
    SURE,
    WHAT_NOW,
    asks,
    asks_how_long,
    asks_why,
    calls_off,
    cancels,
    confirms,
    has_no_more,
    is_mere_yes,
    is_polite,
    is_upset,
    keeps_phone,
    knows_not,
    only_asks,
    only_opens,
    only_refuses_phone,
    refuses_phone,
    request_instead,
    skips,
    wants_answer,
)
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.said import Said
from kefu.dialogue.wrong_field import named_fields, something_is_wrong, wrong_fields
from kefu.show import SKIPPED
from kefu.topics import is_business, needs_amount

__all__ = [  # what others read of the form, whatever file it is in
    "ASKS_HOW_LONG",
    "CONFIRMED",
    "NO_USE",
    "ON_FILE",
    "OVER",
    "PERSON",
    "Step",
    "asks",
    "calls_off",
    "keeps_phone",
    "next_step",
    "prefill",
    "refuses_phone",
    "request_instead",
    "required",
]

CONFIRMED, PERSON, OVER = "yes", "person", "over"

_MOST_BAD = 2  # bad answers to one question, after which the text is taken as it is
_WORTH_KEEPING = 4  # characters that may tell something
_QUICK = 15  # characters of a question that tells no story
_CHINESE = re.compile("[一-鿿]")
_MONEY = re.compile(r"[\d一二三四五六七八九十百千万两几]|块|元|钱|毛|角")
_BESIDE = ("extra", "order_id", "phone_sealed")  # what a form holds besides the answers to its questions
_COMPLAINS = frozenset({"complaint", "feedback"})
_ENDS = {Move.OVER: OVER, Move.PERSON: PERSON, Move.CANCEL: None, Move.ONLY_ASKS: None}
_COSTS = frozenset({Move.AGAIN, Move.CALL_ME, Move.MENU, Move.PRIVATE, Move.WHAT_FOR})  # or it would never end


@dataclass(frozen=True)
class Step:
    """What to do: slots to set, responses to utter, whether to answer a question first, to ask no more, or to stop."""

    slots: Mapping[str, Any] = field(default_factory=dict)
    say: tuple[str, ...] = ()
    answer_question: bool = False
    skips_rest: bool = False
    ended: bool = False


def required(topic: str) -> tuple[str, ...]:
    """What a ticket on a topic asks for, in the order of asking (the service's own `prepare_info`)."""
    amount = ("amount",) if needs_amount(topic) else ()
    return ("description", "time", *amount, "phone", "ticket_confirmed")


def prefill(question: str | None, topic: str = "") -> dict[str, Any]:
    """Slots that are known when the form starts: the customer has told the matter already."""
    if not question or not (len(question) >= LONG_ENOUGH or is_told(question, topic)):
        return {}
    amount = loose_amount(question, topic) if topic else None
    return {"description": question, **({"amount": amount} if amount else {})}


def next_step(asked: str, said: Said, bad_answers: int, topic: str = "", told: Collection[str] = ()) -> Step:
    """Decide on a message in mid-form.

    A step that leaves the question open sets `back`: it is asked again in other words.

    Args:
        asked: the slot that the bot has asked for.
        said: the message.
        bad_answers: how many answers to this question were of no use so far.
        topic: what the ticket is about; OTHER_MATTER where the form began without a matter.
        told: the facts that the ticket has already.
    """
    move = move_of(asked, said.text)
    if move is Move.PRIVATE and refuses_phone(said):
        move = None  # 怕是骗子,不留
    if move is None and said.intent == "human_agent" and said.confidence >= SURE:
        move = Move.PERSON
    if move is None and cancels(asked, said):
        move = Move.CANCEL
    if move in _ENDS and not (move is Move.CANCEL and request_instead(said.text)):
        return Step({"ticket_confirmed": _ENDS[move]}, () if move is Move.PERSON else (move.value,), ended=True)
    if said.is_pressed and (beside := _beside(asked, said, bad_answers)):
        return beside
    if asked == "brand":
        return _brand(said, bad_answers)
    if request_instead(said.text):
        return Step({"bad_answers": bad_answers, "back": True}, answer_question=True)
    if move and (moved := _moved(move, asked, said, bad_answers, topic)):
        return moved
    if second := another_matter(said, topic):
        return Step({"aside": second, "bad_answers": bad_answers, "back": True}, ("utter_ticket_second",))
    found = told_in(asked, said, topic, told)
    return _answer(asked, said, bad_answers, topic, told, found)


def _answer(asked: str, said: Said, bad_answers: int, topic: str, told: Collection[str], found: Told) -> Step:
    """Decide on a message that is about the matter, or beside it."""
    known = dict(found.known)
    if corrected := corrected_topic(said, topic):
        return _other_topic(asked, corrected, said, known, bad_answers)
    if asked in ("description", "phone") and "phone" not in known and phone_on_file(asked, said.text):
        known.update({"phone": ON_FILE, "phone_sealed": None})
    if not known and (wrong := _wrong_fields(asked, said.text, topic, told)):
        return Step({**dict.fromkeys(wrong), "bad_answers": 0}, ("utter_ticket_once_more",))
    if "amount" not in known and (bare := bare_amount(asked, said.text, topic)):
        known["amount"] = bare
    if "time" not in known and (words := corrected_words(said.text)):
        known["time"] = words
    if found.to_come and not known and asked == "time":
        return Step({"bad_answers": bad_answers + 1, "back": True}, ("utter_ticket_not_yet",))
    if asked == "ticket_confirmed":
        return _confirmation(said, known, bad_answers)
    more = _more(said, found.known, topic)
    if asked in known:
        return Step({**known, **more, "bad_answers": 0})
    if asked == "description":
        return _story(said, known, bad_answers, topic)
    if asked == "time" and (words := vague_time(said.text)):
        return Step({**known, "time": words, "bad_answers": 0})
    if unknown := knows_not(said.text):
        return _unknown(asked, unknown, said, known, bad_answers)
    if skips(asked, said, gives_facts=bool(known)):
        return Step({**known, asked: SKIPPED, "bad_answers": 0})
    if known:
        heard = "utter_ticket_changed" if corrects(said.text) else "utter_ticket_noted"
        return Step({**known, **more, "bad_answers": bad_answers, "back": True}, (heard,))
    if found.passing:
        return Step({"extra": said.text, "bad_answers": bad_answers, "back": True}, ("utter_ticket_added",))
    if topic == THEFT and WHAT_NOW.match(said.text):
        return Step({"bad_answers": bad_answers, "back": True}, ("utter_ticket_first_steps_first",))
    return _aside(said, bad_answers, topic) or _bad_answer(asked, said, bad_answers, topic)


def _moved(move: Move, asked: str, said: Said, bad_answers: int, topic: str) -> Step | None:
    """Do what a message asks of the form; None where it is too late for that, and the message is taken as it is."""
    if move in _COSTS and bad_answers >= _MOST_BAD:
        return None
    again = {"bad_answers": bad_answers + (move in _COSTS and asked != "ticket_confirmed"), "back": True}
    if move is Move.SUBMIT:
        return None if asked == "ticket_confirmed" else Step({"bad_answers": 0}, skips_rest=True)
    if asked == "ticket_confirmed" and move in (Move.GO_ON, Move.SAID_BEFORE):
        return Step(again) if move is Move.SAID_BEFORE else None
    if move is Move.RESTART:
        return Step({**dict.fromkeys((*_BESIDE, *required(topic))), "bad_answers": 0}, (move.value,))
    if move is Move.BACK:
        before = required(topic)[max(required(topic).index(asked) - 1, 0)]
        return Step({before: None, "bad_answers": 0, "back": True}, (move.value,) if before != asked else ())
    if move is Move.SAID_BEFORE:
        return Step({asked: SKIPPED, "bad_answers": 0}, (move.value,))
    if move is Move.CALL_ME and asked != "phone":
        return Step({**again, "extra": said.text}, ("utter_ticket_added",))
    return Step(again, (move.value,) if move.value else ())


def _beside(asked: str, said: Said, bad_answers: int) -> Step | None:
    """A pressed button that has nothing to do with the form: WeChat's menu is always there. A story may begin so."""
    again = {"bad_answers": bad_answers, "back": True}
    if said.intent == "menu":
        return Step(again, ("utter_ticket_finish_first",))
    if asked != "description" and is_business(said.intent) and said.intent not in {*_COMPLAINS, "ticket_status"}:
        return Step(again, answer_question=True)
    return None


def _more(said: Said, known: Mapping[str, Any], topic: str) -> dict[str, Any]:
    """The words of a message that tells more than its facts, and the matter that they name at last."""
    if not known or not (says_more(said)):
        return {}
    return _kept(said, topic)


def _kept(said: Said, topic: str) -> dict[str, Any]:
    """The words of a message for the ticket, and the matter that they name at last."""
    meant = matter_of(said, topic)
    return {"extra": said.text, **({"topic": meant} if meant != topic else {})}


def _wrong_fields(asked: str, text: str, topic: str, told: Collection[str]) -> list[str]:
    """What is to be asked for again, as the customer says that it is wrong. A story may be about a wrong number."""
    wrong = wrong_fields(text)
    if asked == "ticket_confirmed":
        wrong = wrong or named_fields(text)
    else:
        wrong = [name for name in wrong if name in told and not (name == "phone" and topic == "change_phone")]
    return [*wrong, "phone_sealed"] if "phone" in wrong else wrong


def _other_topic(asked: str, corrected: Correction, said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    """The ticket is about something else; what was told stays. The guide's place belongs to the first matter."""
    more = {}
    if corrected.tells_more:
        more = {"description" if asked == "description" else "extra": said.text}
    slots = {**known, **more, "topic": corrected.topic, "guide": None, "bad_answers": bad_answers, "back": True}
    return Step(slots, ("utter_ticket_topic",))


def _unknown(asked: str, name: str, said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    """不记得几点: no question, and an answer to whichever was asked."""
    if name == asked:
        return Step({**known, asked: SKIPPED, "bad_answers": 0})
    return Step({**known, "extra": said.text, "bad_answers": bad_answers, "back": True}, ("utter_ticket_noted",))


def _aside(said: Said, bad_answers: int, topic: str) -> Step | None:
    """A message beside the question: a question, more about the matter, or politeness; None for anything else."""
    if bad_answers >= _MOST_BAD:
        return None
    again = {"bad_answers": bad_answers, "back": True}
    once_more = {**again, "bad_answers": bad_answers + 1}
    if asks_why(said.text):
        return Step(once_more, ("utter_ticket_why",))
    if asks_how_long(said) or (said.intent == "ticket_status" and said.confidence >= SURE and asks(said.text)):
        return Step(again, ("utter_ticket_how_long",))
    if is_upset(said.text) or kind_of_text(said.text) is Kind.ABUSIVE:
        return Step({**once_more, "extra": said.text}, ("utter_ticket_upset",))
    is_sure = is_business(said.intent) and said.confidence >= SURE
    if (wants_answer(said.text) or (is_sure and asks(said.text))) and said.intent not in _COMPLAINS:
        return Step(again if is_sure else once_more, answer_question=True)
    if is_polite(said.text):
        return Step(once_more, ("utter_ticket_polite",))
    if is_sure:
        return Step({**once_more, **_kept(said, topic)}, ("utter_ticket_added",))
    return None


def _brand(said: Said, bad_answers: int) -> Step:
    if said.brand:
        return Step({"brand": said.brand, "bad_answers": 0})
    if bad_answers >= _MOST_BAD:
        return Step({"brand": DEFAULT_BRAND, "extra": "客户没说用的是哪个钱包", "bad_answers": 0})
    more = {"extra": said.text} if len(said.text) >= LONG_ENOUGH else {}
    return Step({**more, "bad_answers": bad_answers + 1})


def _confirmation(said: Said, known: dict[str, Any], bad_answers: int) -> Step:
    """At the summary a yes sends, and the third message that is neither a no nor a question."""
    if known:
        more = {"extra": said.text} if says_more(said) else {}
        return Step({**known, **more, "bad_answers": 0}, ("utter_ticket_changed",))
    if confirms(said):
        return Step({"ticket_confirmed": CONFIRMED})
    stays = {"bad_answers": bad_answers}
    if has_no_more(said.text):
        return Step(stays, ("utter_ticket_press_confirm",))
    if asks_how_long(said) or (said.intent == "ticket_status" and asks(said.text)):
        return Step(stays, ("utter_ticket_how_long",))
    if asks_why(said.text):
        return Step(stays, ("utter_ticket_why",))
    if something_is_wrong(said.text) or (said.intent == "deny" and len(said.text) <= LONG_ENOUGH):
        return Step(stays, ("utter_ticket_what_to_change",))
    if wants_answer(said.text):
        return Step(stays, answer_question=True)
    tells = len(said.text) >= _WORTH_KEEPING and kind_of_text(said.text) is Kind.ORDINARY and said.intent != "skip"
    more = {"extra": said.text} if tells else {}
    if bad_answers >= _MOST_BAD:
        return Step({"ticket_confirmed": CONFIRMED, **more})
    heard = "utter_ticket_added" if tells else "utter_ticket_press_confirm"
    return Step({"bad_answers": bad_answers + 1, **more}, (heard,))


def _story(said: Said, known: dict[str, Any], bad_answers: int, topic: str) -> Step:
    """The answer to what has happened."""
    again = {**known, "bad_answers": bad_answers, "back": True}
    once_more = {**again, "bad_answers": bad_answers + 1}
    is_bare = known.get("phone") == ON_FILE or bare_amount("description", said.text, topic)
    if known and (is_bare or not says_more(said)):
        if bad_answers:
            return Step({**known, "description": SKIPPED, "bad_answers": 0})
        return Step(once_more, ("utter_ticket_noted",))
    if bad_answers < _MOST_BAD and (beside := _instead_of_story(said, again, once_more)):
        return beside
    says_nothing = bad_answers and is_mere_yes(said.text)  # 对, 确认: nothing more is to be had
    if (
        said.intent == "skip"
        or says_nothing
        or (len(said.text) < LONG_ENOUGH and skips("description", said, bool(known)))
    ):
        return Step({**known, "description": SKIPPED, "bad_answers": 0})
    meant = matter_of(said, topic)
    if meant != topic:
        amount = {"amount": None} if needs_amount(meant) else {}
        known = {"topic": meant, **amount, **known}
    if len(said.text) >= LONG_ENOUGH or bad_answers >= 1 or is_told(said.text, topic):
        return Step({**known, "description": said.text, "bad_answers": 0})
    return Step({**known, "question": said.text, "bad_answers": bad_answers + 1}, ("utter_ticket_say_more",))


def _instead_of_story(said: Said, again: Mapping[str, Any], once_more: Mapping[str, Any]) -> Step | None:
    """A question, politeness or anger where the story was asked for; None for a story."""
    if asks_how_long(said) and len(said.text) <= _QUICK:
        return Step(again, ("utter_ticket_how_long",))
    if asks_why(said.text):
        return Step(once_more, ("utter_ticket_why",))
    if is_polite(said.text) or only_opens(said.text):
        return Step(once_more, ("utter_ticket_polite",))
    if only_refuses_phone(said.text):
        return Step({**again, "phone": SKIPPED}, ("utter_ticket_noted",))
    if is_upset(said.text):
        return Step({**once_more, "extra": said.text}, ("utter_ticket_upset",))
    if only_asks(said.text) and said.intent not in _COMPLAINS:
        return Step(once_more, ("utter_ticket_still_wanted",), answer_question=True)
    return None


def _bad_answer(asked: str, said: Said, bad_answers: int, topic: str) -> Step:
    """First new words, then choices, then the text is taken as it is: nobody is asked a fourth time.

    Words that may tell something are kept as well.
    """
    tells = len(_CHINESE.findall(said.text)) >= _WORTH_KEEPING and not asks(said.text)
    if bad_answers < _MOST_BAD and tells:
        return Step({**_kept(said, topic), "bad_answers": bad_answers + 1, "back": True}, ("utter_ticket_added",))
    if bad_answers < _MOST_BAD:
        return Step({"bad_answers": bad_answers + 1})
    if asked == "time" or (asked == "amount" and _MONEY.search(said.text)):
        return Step({asked: said.text[:60], "bad_answers": 0})
    more = _kept(said, topic) if tells or any(map(str.isdigit, said.text)) else {}
    return Step({**more, asked: SKIPPED, "bad_answers": 0})
