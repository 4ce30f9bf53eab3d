"""The examples in data/nlu: their form line by line, and that none stands in two places."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kefu.topics import is_business
from kefu.trainer.domain import Names
from kefu.yaml_file import DataError, LineDict, line_of_item, load_yaml, read_text

FEW = 30  # examples; an intent with fewer is seldom understood

_KINDS = ("intent", "synonym", "regex", "lookup")
_BLOCK = re.compile(r"^\s*(?:- )?examples:\s*\|[+-]?\d?\s*(#.*)?$")
_GOOD = re.compile(r"^\s*-\s+(\S.*?)\s*$")
_DASHES = "－—–‐‑−﹣ー"


@dataclass(frozen=True)
class Example:
    """A sentence under an intent, and where it stands."""

    intent: str
    text: str
    path: Path
    line: int


def read_examples(folder: Path) -> tuple[list[Example], list[DataError], bool]:
    """All examples, what is wrong with the files' form, and whether every file could be read."""
    examples: list[Example] = []
    errors: list[DataError] = []
    all_read = True
    for path in sorted(folder.glob("[!.]*.yml")):
        try:
            content = load_yaml(path)
            if not isinstance(content, LineDict) or not isinstance(content.get("nlu"), list):
                raise DataError(path, 1, "应以“nlu:”开头，下面每段以“- intent: 意图”开头")
        except DataError as error:
            errors.append(error)
            all_read = False
            continue
        for key in content:
            if key not in ("version", "nlu"):
                errors.append(
                    DataError(path, content.line_of(key), f"文件最外层没有“{key}”这个键，可用的是 version、nlu")
                )
        lines = read_text(path).splitlines()
        for item in content["nlu"]:
            examples.extend(_of_item(path, item, lines, errors))
    return examples, errors, all_read


def example_errors(
    examples: Iterable[Example], names: Names, alike: Callable[[str], str], all_read: bool
) -> Iterator[DataError]:
    """Unknown intents, intents without examples, examples under two intents or twice under one.

    Args:
        alike: what a text is compared as.
        all_read: whether the examples are complete; without that no intent is said to have none.
    """
    places: dict[str, list[Example]] = defaultdict(list)
    having = set()
    for example in examples:
        having.add(example.intent)
        if example.intent not in names.intents:
            yield DataError(example.path, example.line, f"domain.yml 里没有意图 {example.intent}")
        places[alike(example.text)].append(example)
    for found in places.values():
        first = found[0]
        for example in found[1:]:
            where = f"{first.path.name}:{first.line}"
            if example.intent != first.intent:
                text = f"“{example.text}”在这里是 {example.intent}，在 {where} 是 {first.intent}，留下一处"
            else:
                text = f"“{example.text}”在 {where} 已经有了"
            yield DataError(example.path, example.line, text)
    for intent in sorted(names.intents - having) if all_read else ():
        if not is_business(intent):  # some are pressed, never typed
            continue
        problem = f"意图 {intent} 在 data/nlu 里一句例句都没有，机器人认不出来"
        yield DataError(names.path, names.line_of_intent(intent), problem)


def few_examples(examples: Iterable[Example]) -> dict[str, int]:
    """Intents with too few examples to be understood, and how many they have."""
    counted: dict[str, int] = defaultdict(int)
    for example in examples:
        counted[example.intent] += 1
    return {intent: count for intent, count in counted.items() if count < FEW}


def _of_item(path: Path, item: object, lines: list[str], errors: list[DataError]) -> Iterator[Example]:
    expected = "每段应是“- intent: 意图”，下一行“examples: |”"
    if not isinstance(item, LineDict):
        found = f"这里是“{str(item)[:30]}”；例句要缩进到 examples 里面"
        errors.append(DataError(path, line_of_item(path, item), f"{expected}，{found}"))
        return
    kinds = [kind for kind in _KINDS if kind in item]
    for key in item:
        if key not in (*_KINDS, "examples", "metadata"):
            errors.append(DataError(path, item.line_of(key), f"没有“{key}”这个键，{expected}"))
    if len(kinds) != 1 or "examples" not in item:
        errors.append(DataError(path, item.line, f"{expected}，这里的键是 {'、'.join(map(str, item))}"))
        return
    start = item.line_of("examples")
    if not _BLOCK.match(lines[start - 1]):
        errors.append(DataError(path, start, "examples 后面应写“: |”（英文冒号、空格、竖线），下一行起每句以“- ”开头"))
        return
    for number, line in _block(lines, start):
        good = _GOOD.match(line)
        if good and kinds == ["intent"]:
            yield Example(str(item["intent"]), good[1], path, number)
        elif not good and not line.lstrip().startswith("#"):
            errors.append(DataError(path, number, _complaint(line.strip())))


def _block(lines: list[str], start: int) -> Iterator[tuple[int, str]]:
    """The lines with text of the block that a line (from 1) opens, with their numbers."""
    column = lines[start - 1].index("examples")
    for number, line in enumerate(lines[start:], start=start + 1):
        if not line.strip():
            continue
        if len(line) - len(line.lstrip(" ")) <= column:
            return
        yield number, line


def _complaint(line: str) -> str:
    shown = line[:30]
    if line == "-":
        return "“- ”后面没有例句"
    if line[0] in _DASHES:
        return f"行首的横线不是英文的，应写“- {line[1:].strip()[:30]}”，这里是“{shown}”"
    if line[0] == "-":
        return f"“-”后面少了一个空格，应写“- {line[1:].strip()[:30]}”"
    return f"例句应以“- ”开头，这里是“{shown}”"
