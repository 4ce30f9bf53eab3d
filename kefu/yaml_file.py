"""YAML that people edit: read with line numbers, so that an error can say where it is."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from kefu.yaml_hints import explained


class DataError(ValueError):
    """Something in a file that a trainer or operator edits is wrong; the text says where and what."""

    def __init__(self, path: Path | str, line: int | None, message: str) -> None:
        self.path, self.line, self.message = Path(path), line, message
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: {message}")


class DataErrors(DataError):
    """All mistakes found; `errors` holds them one by one."""

    def __init__(self, errors: list[DataError]) -> None:
        super().__init__(errors[0].path, errors[0].line, errors[0].message)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))


def all_of(errors: Iterable[DataError]) -> list[DataError]:
    """The same mistakes one by one."""
    return [one for error in errors for one in (error.errors if isinstance(error, DataErrors) else [error])]


_FULL_WIDTH_COLON = re.compile(r"[^\s：]{1,30}：")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's, where it is there: five times as fast


class LineLoader(_Loader):
    """SafeLoader that refuses duplicate keys and remembers the line of every mapping and key."""


class LineDict(dict[str, Any]):
    """A mapping that knows the line (from 1) where it starts and where each key stands."""

    line: int
    lines: dict[str, int]

    def line_of(self, key: object) -> int:
        """Where a key stands, as written or as text; else where the mapping starts."""
        return next((line for name, line in self.lines.items() if str(name) == str(key)), self.line)


def _construct_mapping(loader: LineLoader, node: yaml.MappingNode) -> Iterator[LineDict]:
    result = LineDict()
    result.line = node.start_mark.line + 1
    result.lines = {}
    yield result
    for key_node, value_node in node.value:
        key: Any = loader.construct_object(key_node, deep=True)
        if key.__hash__ is None:
            raise yaml.constructor.ConstructorError(None, None, "键应是文字；大括号开头的要加引号", key_node.start_mark)
        if key in result.lines:
            raise yaml.constructor.ConstructorError(None, None, f"重复的键“{key}”", key_node.start_mark)
        if isinstance(key, str) and (found := _FULL_WIDTH_COLON.match(key)):
            problem = f"“{found[0]}”的冒号是全角的，请用英文冒号加一个空格"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        result.lines[key] = key_node.start_mark.line + 1
        result[key] = _value(loader, value_node)


def _value(loader: LineLoader, node: yaml.Node) -> Any:
    try:
        return loader.construct_object(node, deep=True)
    except ValueError as error:  # a date such as 2026-02-30
        problem = f"“{node.value}”不对，日期没有这一天"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error


LineLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)


def read_text(path: Path) -> str:
    """The text of a file; a byte order mark is dropped.

    Raises:
        DataError: the file can't be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(path, None, f"读不了文件：{error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(path, None, "不是 UTF-8 编码，请另存为 UTF-8") from error


def line_of_item(path: Path, item: object) -> int | None:
    """Where a list's plain item stands: YAML keeps no line for it."""
    lines = read_text(path).splitlines()
    return next((number for number, line in enumerate(lines, start=1) if line.strip() == f"- {item}"), None)


def line_containing(path: Path, text: str) -> int | None:
    """The first line that holds a text, comments aside."""
    lines = (line.split("#")[0] for line in read_text(path).splitlines())
    return next((number for number, line in enumerate(lines, start=1) if text in line), None)


def load_yaml(path: Path) -> Any:
    """The content of a YAML file; mappings are LineDicts.

    Raises:
        DataError: the file can't be read, is not UTF-8, or is not YAML.
    """
    text = read_text(path)
    try:
        return yaml.load(text, Loader=LineLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, problem = explained(text, mark.line + 1 if mark else 1, str(error.problem or error))
        raise DataError(path, line, f"YAML 格式不对：{problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DataError(path, None, f"YAML 格式不对：{error}") from error
