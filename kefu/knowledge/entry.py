"""One FAQ entry, as trainers write it."""

import re
from collections.abc import Iterable
from datetime import date
from string import Formatter

from pydantic import BaseModel, Field, validator

from kefu.brands import PLACEHOLDERS, Brand

_ID = re.compile(r"([a-z][a-z0-9_]*)\.([a-z0-9][a-z0-9_]*)")
DEFAULT = "default"


class FaqEntry(BaseModel):
    """A question with its answers: one for all brands (`default`) or a brand's own."""

    id: str
    question: str = Field(min_length=2, max_length=40)
    variants: list[str] = []
    answer: dict[str, str]
    channels: dict[str, str] = {}
    related: list[str] = []
    owner: str = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    source: str = Field(min_length=1)

    class Config:
        extra = "forbid"
        frozen = True

    @validator("id")
    def _id_has_intent_and_slug(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("应是 <意图>.<英文短名>，如 refund.apply")
        return value

    @validator("valid_from", "valid_to", pre=True)
    def _days_are_dates(cls, value: object) -> object:
        return checked_day(value)

    @validator("answer", "channels")
    def _texts_have_known_placeholders(cls, texts: dict[str, str]) -> dict[str, str]:
        for text in texts.values():
            _check_placeholders(text)
        return texts

    @validator("answer")
    def _answers_somebody(cls, answers: dict[str, str]) -> dict[str, str]:
        if not answers:
            raise ValueError("至少要有一个答案(default 或某个品牌)")
        return answers

    def __eq__(self, other: object) -> bool:
        # Every turn compares entries; pydantic would copy all their texts for it.
        return self is other or (isinstance(other, FaqEntry) and self.id == other.id and super().__eq__(other))

    @property
    def intent(self) -> str:
        """The intent that the question belongs to."""
        return self.id.split(".", 1)[0]

    def is_for(self, brand: str) -> bool:
        """Whether the brand's customers may see it."""
        return brand in self.answer or DEFAULT in self.answer

    def is_valid(self, day: date) -> bool:
        """Whether it may be served on that day; both ends count."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def text_for(self, brand: Brand, channel: str | None = None) -> str:
        """The answer for a brand's customer: the brand's own, else the channel's shorter one, else the default.

        Raises:
            KeyError: the entry is not for this brand.
        """
        if not self.is_for(brand.id):
            raise KeyError(brand.id)
        own = self.answer.get(brand.id)
        text = own or (self.channels.get(channel) if channel else None) or self.answer[DEFAULT]
        return text.strip().format(**brand.variables())


def checked_day(value: object) -> object:
    """A date as YAML gives it; a bare number is refused (pydantic would count seconds from 1970)."""
    if isinstance(value, int | float):
        raise ValueError("应是日期，如 2026-01-01")
    return value


def _check_placeholders(text: str) -> None:
    try:
        fields = [(name, spec or "") for _, name, spec, _ in Formatter().parse(text) if name is not None]
        used = {name if not spec else f"{name}:{spec}" for name, spec in fields}
    except ValueError as error:
        raise ValueError(f"大括号不成对：{error}") from error
    unknown = used - PLACEHOLDERS
    if unknown:
        raise ValueError(f"不认识的占位 {_braced(unknown)}，可用的是 {_braced(PLACEHOLDERS)}")
    if not text.strip():
        raise ValueError("答案是空的")
    if text.startswith(("“", "”")) and text.endswith('"'):
        raise ValueError("引号一头是中文的，一头是英文的；要么都用英文引号，要么不用")


def _braced(names: Iterable[str]) -> str:
    return "、".join(f"{{{name}}}" for name in sorted(names))
