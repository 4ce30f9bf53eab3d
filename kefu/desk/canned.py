"""Canned replies, from data/canned_replies.yml; an edit is in the console with the next page."""

import logging
from functools import lru_cache
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, Field, validator

from kefu.yaml_file import DataError
from kefu.yaml_models import models_of

logger = logging.getLogger(__name__)

VARIABLES = ("customer", "ticket", "brand", "hotline", "agent")


class CannedReply(BaseModel):
    """A text that an agent may put into a reply; variables stand in braces."""

    group: str = Field(min_length=1, max_length=20)
    title: str = Field(min_length=1, max_length=20)
    text: str = Field(min_length=1, max_length=1000)

    class Config:
        extra = "forbid"
        frozen = True

    @validator("text")
    def _variables_are_known(cls, text: str) -> str:
        try:
            used = _variables(text)
        except ValueError as error:
            raise ValueError(f"大括号不对：{error}") from error
        unknown = used - set(VARIABLES)
        if unknown:
            raise ValueError(f"没有变量 {'、'.join(sorted(unknown))}，可以用 {'、'.join(VARIABLES)}")
        return text

    def filled(self, values: dict[str, str]) -> str | None:
        """The text with its variables filled in; None where a value that it needs is not there."""
        if any(not values.get(name) for name in _variables(self.text)):
            return None
        return self.text.format(**values)


class CannedReplies:
    """The replies of a file; while it is broken, what it said before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._good: tuple[CannedReply, ...] = ()
        self.error: DataError | None = None

    def all(self) -> tuple[CannedReply, ...]:
        """Every reply, in the file's order; `error` says what is wrong with the file now."""
        try:
            self._good, self.error = _loaded(self._path, self._path.stat().st_mtime_ns), None
        except DataError as error:
            self.error = error
        except OSError as error:
            self.error = DataError(self._path, None, f"读不了文件：{error.strerror}")
        return self._good

    def for_talk(self, values: dict[str, str]) -> dict[str, list[dict[str, str]]]:
        """By group: titles and texts with the variables filled; those that lack a value are left out."""
        groups: dict[str, list[dict[str, str]]] = {}
        for reply in self.all():
            text = reply.filled(values)
            if text is not None:
                groups.setdefault(reply.group, []).append({"title": reply.title, "text": text})
        return groups


def load_canned(path: Path) -> tuple[CannedReply, ...]:
    """The replies of a file.

    Raises:
        DataError: the file is not as expected; says where.
    """
    return tuple(reply for _, reply in models_of(path, CannedReply, "group"))


@lru_cache(maxsize=2)
def _loaded(path: Path, changed: int) -> tuple[CannedReply, ...]:
    return load_canned(path)


def _variables(text: str) -> set[str]:
    """The names in braces.

    Raises:
        ValueError: the braces don't match, or hold more than a name.
    """
    found = [(name, form, conversion) for _, name, form, conversion in Formatter().parse(text) if name is not None]
    if any(form or conversion for _, form, conversion in found):
        raise ValueError("大括号里只能写变量名")
    return {name for name, _, _ in found}
