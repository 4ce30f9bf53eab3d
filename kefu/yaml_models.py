"""Lists that trainers edit, checked against a pydantic model: every mistake with its line, in Chinese."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from kefu.yaml_file import DataError, DataErrors, LineDict, line_of_item, load_yaml

M = TypeVar("M", bound=BaseModel)

_MESSAGES = {
    "value_error.missing": "缺少这个字段",
    "value_error.extra": "没有这个字段，检查拼写",
    "value_error.date": "应是日期，如 2026-01-01",
    "type_error.list": "应是列表，如 [甲, 乙]",
    "type_error.dict": "应是“键: 值”",
    "type_error.str": "应是文字",
    "type_error.bool": "应是 true 或 false",
    "value_error.strictbool": "应是 true 或 false",
    "type_error.none.not_allowed": "不能为空",
    "value_error.any_str.min_length": "至少 {limit_value} 个字",
    "value_error.any_str.max_length": "最多 {limit_value} 个字",
    "value_error.list.min_items": "至少要有 {limit_value} 项",
    "value_error.list.max_items": "最多 {limit_value} 项",
}
_PATTERN_MESSAGES = {
    "missing ), unterminated subpattern": "少了一个右括号",
    "unbalanced parenthesis": "多了一个右括号",
    "unterminated character set": "少了一个 ]",
    "nothing to repeat": "重复号前面没有字",
    "multiple repeat": "重复号连写了",
    "look-behind requires fixed-width pattern": "(?<…) 里的各种说法要一样长",
}


def models_of(path: Path, model: type[M], first_key: str) -> list[tuple[LineDict, M]]:
    """The items of a file that is a list, each with what it was read from.

    Args:
        first_key: what each item begins with, for the messages.

    Raises:
        DataErrors: everything that is wrong in the file.
    """
    content = load_yaml(path)
    if not isinstance(content, list):
        raise DataError(path, 1, f"应是列表，每条以“- {first_key}:”开头")
    errors: list[DataError] = []
    found: list[tuple[LineDict, M]] = []
    for item in content:
        if not isinstance(item, LineDict):
            errors.append(
                DataError(path, line_of_item(path, item), f"每条应以“- {first_key}:”开头，这里是“{str(item)[:30]}”")
            )
            continue
        try:
            found.append((item, model(**{str(key): value for key, value in item.items()})))
        except ValidationError as error:
            errors.extend(mistakes(path, item, error))
    if errors:
        raise DataErrors(errors)
    return found


def mistakes(
    path: Path, item: LineDict, error: ValidationError, about: str = "", start: int | None = None
) -> Iterable[DataError]:
    """Everything that a model finds wrong in a mapping.

    Args:
        about: stands before the field's name.
        start: the line to name for a field that is missing; default: where the mapping starts.
    """
    for found in error.errors():
        line, names = _place(item, found["loc"])
        line = start if start and line == item.line and str(found["loc"][0]) not in item else line
        yield DataError(path, line, f"{about}{names}：{in_chinese(found)}" if names else f"{about}{in_chinese(found)}")


def in_chinese(found: Any) -> str:
    """What pydantic says about one field."""
    known = _MESSAGES.get(found["type"])
    return known.format(**found.get("ctx", {})) if known else str(found["msg"])


def pattern_error(error: re.error) -> str:
    """What is wrong with a regular expression."""
    where = f"（第 {error.pos + 1} 个字）" if error.pos is not None else ""
    return f"{_PATTERN_MESSAGES.get(error.msg, error.msg)}{where}"


def _place(item: LineDict, location: tuple[int | str, ...]) -> tuple[int, str]:
    """The line of the innermost mapping on the way, and the way in words: options 第 1 项的 title."""
    line, words = item.line, ""
    value: Any = item
    for step in location:
        if step == "__root__":
            continue
        words += f" 第 {step + 1} 项" if isinstance(step, int) else f"{'的 ' if words else ''}{step}"
        if isinstance(value, LineDict):
            line = value.line_of(step)
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(value, LineDict):
            line = value.line
    return line, words
