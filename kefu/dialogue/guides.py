"""Guides: after an overview, the steps at which customers get stuck; edited in data/guides."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field, validator

from kefu.settings import settings
from kefu.yaml_file import DataError, DataErrors, all_of
from kefu.yaml_models import models_of, pattern_error

_SAYS_YES_OR_NO = frozenset("对是好行不没有")  # 对 is no 金额不对
_TITLE_PART = 4  # a word up to this length may stand for the one title that it is part of


class Option(BaseModel):
    """A step or cause that the customer may choose, and the FAQ entry that deals with it.

    `step` names what is done there, for guides that go step by step; `said` are patterns by which customers
    name the option in their own words; `otherwise` are entries to try, in this order, when the first has not helped;
    `brand` is the only wallet whose customers it is offered to.
    """

    title: str = Field(min_length=1, max_length=12)
    faq: str
    value: str | None = None
    step: str | None = None
    said: list[str] = []
    otherwise: list[str] = []
    brand: str | None = None

    class Config:
        extra = "forbid"
        frozen = True

    @validator("said", each_item=True)
    def _said_is_a_pattern(cls, pattern: str) -> str:
        try:
            if re.compile(pattern).match(""):
                raise ValueError(f"“{pattern}”什么话都算")
        except re.error as error:
            raise ValueError(f"正则“{pattern}”不对：{pattern_error(error)}") from error
        return pattern

    @property
    def entries(self) -> tuple[str, ...]:
        """The ids of its entries, the first first."""
        return (self.faq, *self.otherwise)

    def length_named(self, text: str) -> int:
        """How many characters of a normalised text name the option; 0 where none do."""
        found = [match[0] for pattern in (re.escape(self.title), *self.said) for match in re.finditer(pattern, text)]
        return max(map(len, found), default=0)


class Guide(BaseModel):
    """The branches under an intent; `slot` names the entity that chooses one without asking.

    The question follows the intent's overview, and the entries in `after`.
    """

    intent: str
    ask: str
    slot: str | None = None
    after: list[str] = []
    options: list[Option] = Field(min_items=1)

    class Config:
        extra = "forbid"
        frozen = True

    def offered_to(self, brand: str) -> list[Option]:
        """The options that make sense for a wallet's customers."""
        return [option for option in self.options if option.brand in (None, brand)]

    def branch(self, value: str | None) -> Option | None:
        """The option for a slot's value."""
        return next((option for option in self.options if value and option.value == value), None)

    def named(self, text: str) -> Option | None:
        """The option that a normalised text names: the longest words win, the first of equals."""
        best = max(self.options, key=lambda option: option.length_named(text))
        return best if best.length_named(text) else None

    def answered(self, text: str) -> Option | None:
        """The option that a reply to the guide's question means: also a word that only one title has."""
        having = self.titled(text)
        return self.named(text) or (having[0] if len(having) == 1 else None)

    def titled(self, text: str) -> list[Option]:
        """The options in whose titles a short reply stands."""
        word = text.strip(" ,.!?。、")
        if word in _SAYS_YES_OR_NO or not 0 < len(word) <= _TITLE_PART:
            return []
        return [option for option in self.options if word in option.title]

    def holding(self, faq_id: str | None) -> Option | None:
        """The option that an entry belongs to."""
        return next((option for option in self.options if faq_id in option.entries), None)

    def steps_after(self, option: Option) -> list[Option]:
        """The steps that are still to be done; none where the option is no step."""
        steps = [one for one in self.options if one.step]
        return steps[steps.index(option) + 1 :] if option in steps else []


@dataclass(frozen=True)
class Guides:
    """All guides by intent."""

    by_intent: dict[str, Guide]

    def of(self, intent: str) -> Guide | None:
        """The guide of an intent, if it has one."""
        return self.by_intent.get(intent)


def load_guides(folder: Path) -> Guides:
    """The guides of all files in a folder.

    Raises:
        DataError: a file is not as expected; says where.
    """
    found: dict[str, Guide] = {}
    errors: list[DataError] = []
    for path in sorted(folder.glob("[!.]*.yml")):
        try:
            guides = models_of(path, Guide, "intent")
        except DataError as error:
            errors.append(error)
            continue
        for item, guide in guides:
            if guide.intent in found:
                errors.append(DataError(path, item.line, f"意图 {guide.intent} 已经有引导了"))
            found[guide.intent] = guide
    if errors:
        raise DataErrors(all_of(errors))
    return Guides(found)


def unknown_entries(guides: Guides, faq_ids: Iterable[str]) -> Sequence[str]:
    """FAQ ids that guides name and the knowledge base does not have."""
    known = set(faq_ids)
    all_guides = guides.by_intent.values()
    named = {faq_id for guide in all_guides for option in guide.options for faq_id in option.entries}
    named.update(faq_id for guide in all_guides for faq_id in guide.after)
    return sorted(named - known)


@lru_cache(maxsize=1)
def guides() -> Guides:
    """The guides of this process."""
    return load_guides(settings().data_dir / "guides")
