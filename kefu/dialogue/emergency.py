"""The emergency lane: acted on whatever the classifier makes of it; edited in data/lexicon/emergency.yml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, load_yaml

THEFT = "account_theft"

_CLAUSE_START = re.compile(r"[^,.;!?。、\s]*$")
_CLAUSE_END = re.compile(r"[^,.;!?。、\s]*")
_WORDS = "words"  # lists that several patterns share
_NAME = re.compile(r"\{([^\W\d]\w*)\}")
_LONGEST_CLAUSE = 100  # characters on either side of what was said


@dataclass(frozen=True)
class Kind:
    """One kind of emergency: said in any of these ways, unless one of those is said as well, or it is undone later."""

    name: str
    title: str
    said: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    undone: tuple[re.Pattern[str], ...] = ()

    @property
    def intent(self) -> str:
        """The intent that its ticket is filed under."""
        return "transfer" if self.name == "wrong_transfer" else THEFT

    def is_in(self, text: str) -> bool:
        """Whether a normalised text reports it; of other clauses, only what undoes it later takes it back."""
        found = (match for one in self.said for match in one.finditer(text))
        told = (match for match in found if not any(one.search(_clauses_of(match)) for one in self.unless))
        first = next(told, None)
        if first is None:
            return False
        undone = max((match.end() for one in self.undone for match in one.finditer(text)), default=0)
        return first.start() >= undone or any(match.start() >= undone for match in told)


def load_emergencies(path: Path) -> tuple[Kind, ...]:
    """The kinds of a file, in its order.

    Raises:
        DataError: the file is not as expected; says where.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict):
        raise DataError(path, 1, "应是“种类: {title, said, unless}”")
    words = _words(path, content)
    return tuple(_kind(path, content, name, words) for name in content if name != _WORDS)


def load_words(path: Path) -> dict[str, str]:
    """The lists of words of a file by their names, each as `a|b|c`.

    Raises:
        DataError: the file is not as expected; says where.
    """
    content = load_yaml(path)
    return _words(path, content) if isinstance(content, LineDict) else {}


def find_emergency(text: str, kinds: tuple[Kind, ...] | None = None) -> Kind | None:
    """The first kind of emergency that a normalised text reports."""
    return next((kind for kind in (emergencies() if kinds is None else kinds) if kind.is_in(text)), None)


@lru_cache(maxsize=1)
def emergencies() -> tuple[Kind, ...]:
    """The kinds of this process."""
    return load_emergencies(_file())


@lru_cache(maxsize=1)
def shared_words() -> Mapping[str, str]:
    """The lists of words that sayings share, for patterns elsewhere that need the same."""
    return load_words(_file())


def _file() -> Path:
    return settings().data_dir / "lexicon" / "emergency.yml"


def _words(path: Path, content: LineDict) -> dict[str, str]:
    words = content.get(_WORDS) or {}
    if not isinstance(words, dict) or not all(isinstance(one, str) and one for one in words.values()):
        raise DataError(path, content.lines[_WORDS], "words 下面应是“名字: '词|词'”")
    return dict(words)


def _kind(path: Path, content: LineDict, name: str, words: Mapping[str, str]) -> Kind:
    fields = content[name]
    if not isinstance(fields, LineDict) or set(fields) - {"undone"} != {"title", "said", "unless"}:
        raise DataError(path, content.lines[name], f"{name} 下面应有且只有 title、said、unless（还可以有 undone）")
    lists = [key for key in fields if key != "title"]
    for key in lists:
        if not isinstance(fields[key], list) or not all(isinstance(one, str) and one for one in fields[key]):
            raise DataError(path, content.lines[name], f"{name} 的 {key} 应是说法的列表，每条不能为空")
    try:
        patterns = {key: tuple(re.compile(_expanded(one, words)) for one in fields[key]) for key in lists}
    except KeyError as error:
        raise DataError(path, content.lines[name], f"{name} 用到的 {{{error.args[0]}}} 不在 words 里") from error
    except re.error as error:
        raise DataError(path, content.lines[name], f"{name} 的正则不对：{error}") from error
    return Kind(name, str(fields["title"]), **patterns)


def _clauses_of(match: re.Match[str]) -> str:
    """The clause, or clauses, that a match lies in."""
    text, start, end = match.string, match.start(), match.end()
    before = _CLAUSE_START.search(text[max(0, start - _LONGEST_CLAUSE) : start])
    after = _CLAUSE_END.match(text[end : end + _LONGEST_CLAUSE])
    return (before[0] if before else "") + match[0] + (after[0] if after else "")


def _expanded(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with the lists that it names ({家人}) in place; {0,4} is no name."""
    return _NAME.sub(lambda name: f"(?:{words[name[1]]})", pattern)
