"""Quick replies under the bot's messages. Payloads are intent commands; channels never show them."""

import json
from collections.abc import Sequence

from kefu.dialogue.guides import Guide, Option
from kefu.knowledge import FaqEntry

Button = dict[str, str]

SOLVED: Button = {"title": "已解决", "payload": "/affirm"}
UNSOLVED: Button = {"title": "没解决", "payload": "/deny"}
STEP_DONE: Button = {"title": "这一步好了", "payload": "/affirm"}
STEP_FAILED: Button = {"title": "还是不行", "payload": "/deny"}
PERSON: Button = {"title": "转人工", "payload": "/human_agent"}
OPEN_TICKET: Button = {"title": "现在登记", "payload": "/open_ticket"}
NONE_OF_THESE: Button = {"title": "以上都不是", "payload": "/none_of_these"}

_REGISTER_AT_ONCE = frozenset({"account_theft", "complaint", "feedback"})


def after_answer(intent: str, is_step: bool = False) -> list[Button]:
    """What a customer may want after an answer, or after the answer for one step of several."""
    if is_step:
        return [STEP_DONE, STEP_FAILED, PERSON]
    if intent in _REGISTER_AT_ONCE:
        return [OPEN_TICKET, PERSON, SOLVED]
    return [SOLVED, UNSOLVED, PERSON]


def choices(entries: Sequence[FaqEntry]) -> list[Button]:
    """One button an entry, and a way out."""
    return [*(choice(entry) for entry in entries), NONE_OF_THESE]


def branches(guide: Guide, brand: str) -> list[Button]:
    """One button a step or cause of a guide, and the ways out."""
    return [*branches_of(guide.offered_to(brand)), UNSOLVED, PERSON]


def branches_of(options: Sequence[Option]) -> list[Button]:
    """One button a step or cause."""
    return [_show(option.title, option.faq) for option in options]


def register_or_person() -> list[Button]:
    """The ways out where no answer is left."""
    return [OPEN_TICKET, PERSON]


def still_unsolved(others: Sequence[FaqEntry]) -> list[Button]:
    """What else may help after an answer that did not."""
    return [*map(choice, others), OPEN_TICKET, PERSON]


def choice(entry: FaqEntry) -> Button:
    """The button that shows an entry."""
    return _show(entry.question, entry.id)


def _show(title: str, faq_id: str) -> Button:
    return {"title": title, "payload": "/choose_faq" + json.dumps({"faq_id": faq_id})}
