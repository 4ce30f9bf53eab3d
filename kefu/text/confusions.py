"""Words that customers often mistype (冲值 for 充值), from a file that trainers edit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kefu.text.chars import HAN, simplified
from kefu.yaml_file import DataError, LineDict, load_yaml

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "data" / "lexicon" / "confusions.yml"

_HAN_WORD = re.compile(f"[{HAN}]{{2,}}")
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True)
class Confusions:
    """Wrong words with the right ones, of equal length, and correct words that merely contain a wrong one."""

    replacements: dict[str, str]
    pattern: re.Pattern[str]

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Start, end and right word of every wrong word, left to right, the longest at each place."""
        for match in self.pattern.finditer(text):
            right = self.replacements.get(match[0])
            if right is not None:
                yield *match.span(), right


@lru_cache(maxsize=8)
def load_confusions(path: Path | None = None) -> Confusions:
    """Read and check the file once in a process.

    Raises:
        DataError: in Chinese, with file and line, for the trainer.
    """
    path = path or DEFAULT_FILE
    content = load_yaml(path)
    if not isinstance(content, LineDict) or not isinstance(content.get("confusions"), LineDict):
        raise DataError(path, None, "要有“confusions:”，下面一行一个“错词: 正词”")
    unknown = next((key for key in content if key not in ("confusions", "keep")), None)
    if unknown is not None:
        raise DataError(path, content.line_of(unknown), f"“{unknown}”要缩进两格，写在 confusions 下面")
    confusions = content["confusions"]
    for wrong, right in confusions.items():
        _check(path, confusions.lines[wrong], wrong, right, confusions)
    keep = _check_keep(path, content, confusions)
    # Kept words take part in the match and so shield what they contain: 个人功能 wins over 人功.
    words = sorted([*confusions, *keep], key=len, reverse=True)
    return Confusions(dict(confusions), re.compile("|".join(words)) if words else _NOTHING)


def _check(path: Path, line: int, wrong: Any, right: Any, confusions: LineDict) -> None:
    """Raise DataError unless an entry can be applied in one pass without moving anything."""
    for word in (wrong, right):
        if not isinstance(word, str) or not _HAN_WORD.fullmatch(word):
            raise DataError(path, line, f"“{word}”要是两个以上的汉字，不带空格、数字和标点")
        traditional = [char for char in word if char in simplified()]
        if traditional:
            raise DataError(path, line, f"“{word}”请写简体，繁体字会先转成简体：{'、'.join(traditional)}")
    if wrong == right:
        raise DataError(path, line, f"“{wrong}”的错词和正词相同；要保留的词写在 keep 下面")
    if len(wrong) != len(right):
        raise DataError(path, line, f"“{wrong}”和“{right}”字数不同；字数相同才不会错开金额、时间的位置")
    if right in confusions:
        raise DataError(path, line, f"“{right}”自己也是错词（第 {confusions.lines[right]} 行），不能作正词")
    inner = next((word for word in confusions if isinstance(word, str) and word in right), None)
    if inner:
        raise DataError(path, line, f"正词“{right}”里含有错词“{inner}”，会被再改一次")


def _check_keep(path: Path, content: LineDict, confusions: LineDict) -> list[str]:
    """The words to keep; raises DataError for one that keeps nothing or is itself to be replaced."""
    keep = content.get("keep") or []
    line = content.lines.get("keep")
    if not isinstance(keep, list):
        raise DataError(path, line, "“keep:”下面要是一串词")
    for word in keep:
        if not isinstance(word, str) or not _HAN_WORD.fullmatch(word):
            raise DataError(path, line, f"keep 里的“{word}”要是两个以上的汉字")
        if keep.count(word) > 1:
            raise DataError(path, line, f"keep 里的“{word}”写了两次")
        if word in confusions:
            raise DataError(path, line, f"“{word}”既要改又要保留")
        if not any(wrong in word for wrong in confusions):
            raise DataError(path, line, f"keep 里的“{word}”不含任何错词，可以删掉")
    return keep
