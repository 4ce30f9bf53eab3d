"""Guides: after an overview, the steps at which customers get stuck; edited in data/guides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, line_of_item, load_yaml


class Option(BaseModel):
    """A step or cause that the customer may choose, and the FAQ entry that deals with it."""

    title: str
    faq: str
    value: str | None = None

    class Config:
        extra = "forbid"
        frozen = True


class Guide(BaseModel):
    """The branches under an intent; `slot` names the entity that chooses one without asking."""

    intent: str
    ask: str
    slot: str | None = None
    options: list[Option] = Field(min_items=1)

    class Config:
        extra = "forbid"
        frozen = True

    def branch(self, value: str | None) -> Option | None:
        """The option for a slot's value."""
        return next((option for option in self.options if value and option.value == value), None)


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
    for path in sorted(folder.glob("*.yml")):
        content = load_yaml(path)
        if not isinstance(content, list):
            raise DataError(path, 1, "应是引导的列表，每个以“- intent:”开头")
        for item in content:
            guide = _guide(path, item)
            if guide.intent in found:
                raise DataError(path, item.line, f"意图 {guide.intent} 已经有引导了")
            found[guide.intent] = guide
    return Guides(found)


def unknown_entries(guides: Guides, faq_ids: Iterable[str]) -> Sequence[str]:
    """FAQ ids that guides name and the knowledge base does not have."""
    known = set(faq_ids)
    named = (option.faq for guide in guides.by_intent.values() for option in guide.options)
    return sorted({faq_id for faq_id in named if faq_id not in known})


@lru_cache(maxsize=1)
def guides() -> Guides:
    """The guides of this process."""
    return load_guides(settings().data_dir / "guides")


def _guide(path: Path, item: object) -> Guide:
    if not isinstance(item, LineDict):
        raise DataError(path, line_of_item(path, item), "引导应是“intent: …, ask: …, options: […]”")
    try:
        return Guide(**{str(key): value for key, value in item.items()})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(path, item.line_of(first["loc"][0]), f"{where}:{first['msg']}") from error
