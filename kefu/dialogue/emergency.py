"""The emergency lane: acted on whatever the classifier makes of it; edited in data/lexicon/emergency.yml."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, load_yaml


@dataclass(frozen=True)
class Kind:
    """One kind of emergency: said in any of these ways, unless one of those is said as well."""

    name: str
    title: str
    said: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]

    def is_in(self, text: str) -> bool:
        """Whether a normalised text reports it."""
        return any(one.search(text) for one in self.said) and not any(one.search(text) for one in self.unless)


def load_emergencies(path: Path) -> tuple[Kind, ...]:
    """The kinds of a file, in its order.

    Raises:
        DataError: the file is not as expected; says where.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict):
        raise DataError(path, 1, "应是“种类: {title, said, unless}”")
    return tuple(_kind(path, content, name) for name in content)


def find_emergency(text: str, kinds: tuple[Kind, ...] | None = None) -> Kind | None:
    """The first kind of emergency that a normalised text reports."""
    return next((kind for kind in kinds or emergencies() if kind.is_in(text)), None)


@lru_cache(maxsize=1)
def emergencies() -> tuple[Kind, ...]:
    """The kinds of this process."""
    return load_emergencies(settings().data_dir / "lexicon" / "emergency.yml")


def _kind(path: Path, content: LineDict, name: str) -> Kind:
    fields = content[name]
    if not isinstance(fields, LineDict) or set(fields) != {"title", "said", "unless"}:
        raise DataError(path, content.lines[name], f"{name} 下面应有且只有 title、said、unless")
    try:
        said, unless = (tuple(re.compile(str(one)) for one in fields[key]) for key in ("said", "unless"))
    except re.error as error:
        raise DataError(path, content.lines[name], f"{name} 的正则不对：{error}") from error
    return Kind(name, str(fields["title"]), said, unless)
