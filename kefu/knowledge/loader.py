"""Reads data/faq; every mistake is reported with file and line, all of them at once."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from kefu.brands import brands
from kefu.knowledge.entry import DEFAULT, FaqEntry
from kefu.yaml_file import DataError, LineDict, line_of_item, load_yaml

_MESSAGES = {
    "value_error.missing": "缺少这个字段",
    "value_error.extra": "没有这个字段，检查拼写",
    "value_error.date": "应是日期，如 2026-01-01",
    "type_error.list": "应是列表，如 [甲, 乙]",
    "type_error.dict": "应是“键: 值”",
    "type_error.str": "应是文字",
    "type_error.none.not_allowed": "不能为空",
}


class FaqErrors(DataError):
    """All mistakes found in the FAQ files; `errors` holds them one by one."""

    def __init__(self, errors: list[DataError]) -> None:
        super().__init__(errors[0].path, errors[0].line, errors[0].message)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))


def load_faq(folder: Path) -> list[FaqEntry]:
    """The entries of all `*.yml` in a folder (hidden files are editors' own), in the order of files and lines.

    Raises:
        FaqErrors: something is wrong in the files; lists everything that is.
    """
    errors: list[DataError] = []
    seen: dict[str, str] = {}
    named: set[str] = set()
    entries: list[FaqEntry] = []
    for path in sorted(folder.glob("[!.]*.yml")):
        for item in _items(path, errors):
            entry = _entry(path, item, errors)
            named.add(str(item.get("id")))
            if entry is None:
                continue
            if entry.id in seen:
                errors.append(DataError(path, item.line, f"编号 {entry.id} 在 {seen[entry.id]} 已经有了"))
                continue
            seen[entry.id] = f"{path.name}:{item.line}"
            entries.append(entry)
    errors.extend(_broken_links(folder, entries, seen, named))
    if errors:
        raise FaqErrors(errors)
    return entries


def _items(path: Path, errors: list[DataError]) -> Iterable[LineDict]:
    try:
        content = load_yaml(path)
    except DataError as error:
        errors.append(error)
        return
    if not isinstance(content, list):
        errors.append(DataError(path, 1, "应是条目的列表，每条以“- id:”开头"))
        return
    for item in content:
        if isinstance(item, LineDict):
            yield item
        else:
            errors.append(DataError(path, line_of_item(path, item), f"条目应是“- id: …”，这里是“{str(item)[:30]}”"))


def _entry(path: Path, item: LineDict, errors: list[DataError]) -> FaqEntry | None:
    try:
        entry = FaqEntry(**{str(key): value for key, value in item.items()})
    except ValidationError as error:
        for found in error.errors():
            field = str(found["loc"][0])
            line = item.lines.get(field, item.line)
            errors.append(DataError(path, line, f"{field}:{_MESSAGES.get(found['type'], found['msg'])}"))
        return None
    unknown = set(entry.answer) - {DEFAULT} - set(brands())
    if unknown:
        errors.append(DataError(path, item.lines["answer"], f"answer：没有品牌 {sorted(unknown)}"))
        return None
    return entry


def _broken_links(folder: Path, entries: list[FaqEntry], seen: dict[str, str], named: set[str]) -> Iterable[DataError]:
    """Links to entries that are nowhere; a faulty entry has its own error and is somewhere."""
    for entry in entries:
        for related in entry.related:
            if related not in named:
                name, line = seen[entry.id].rsplit(":", 1)
                yield DataError(folder / name, int(line), f"related：没有编号为 {related} 的条目")
