"""Reads data/faq; every mistake is reported with file and line, all of them at once."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from kefu.brands import brands
from kefu.knowledge.entry import DEFAULT, FaqEntry
from kefu.yaml_file import DataError, DataErrors, LineDict, line_of_item, load_yaml
from kefu.yaml_models import mistakes


def load_faq(folder: Path) -> list[FaqEntry]:
    """The entries of all `*.yml` in a folder (hidden files are editors' own), in the order of files and lines.

    Raises:
        DataErrors: something is wrong in the files; lists everything that is.
    """
    entries, errors = read_faq(folder)
    if errors:
        raise DataErrors(errors)
    return entries


def read_faq(folder: Path) -> tuple[list[FaqEntry], list[DataError]]:
    """The entries that are as they should be, and everything that is wrong in the files."""
    errors: list[DataError] = []
    seen: dict[str, str] = {}
    named: set[str] = set()
    entries: list[FaqEntry] = []
    all_read = True
    for path in sorted(folder.glob("[!.]*.yml")):
        items = _items(path, errors)
        all_read = all_read and items is not None
        for item in items or ():
            entry = _entry(path, item, errors)
            named.add(str(item.get("id")))
            if entry is None:
                continue
            if entry.id in seen:
                errors.append(DataError(path, item.line, f"编号 {entry.id} 在 {seen[entry.id]} 已经有了"))
                continue
            seen[entry.id] = f"{path.name}:{item.line}"
            entries.append(entry)
    if all_read:  # else a link may lead to what stands in the broken file
        errors.extend(_broken_links(folder, entries, seen, named))
    return entries, errors


def _items(path: Path, errors: list[DataError]) -> list[LineDict] | None:
    """The items of a file; None where it can't be read as a list."""
    try:
        content = load_yaml(path)
    except DataError as error:
        errors.append(error)
        return None
    if not isinstance(content, list):
        errors.append(DataError(path, 1, "应是条目的列表，每条以“- id:”开头"))
        return None
    for item in content:
        if not isinstance(item, LineDict):
            errors.append(DataError(path, line_of_item(path, item), f"条目应是“- id: …”，这里是“{str(item)[:30]}”"))
    return [item for item in content if isinstance(item, LineDict)]


def _entry(path: Path, item: LineDict, errors: list[DataError]) -> FaqEntry | None:
    try:
        entry = FaqEntry(**{str(key): value for key, value in item.items()})
    except ValidationError as error:
        errors.extend(mistakes(path, item, error))
        return None
    unknown = set(entry.answer) - {DEFAULT} - set(brands())
    if unknown:
        line = item.lines["answer"]
        errors.append(DataError(path, line, f"answer：没有品牌 {'、'.join(sorted(unknown))}，检查拼写"))
        return None
    return entry


def _broken_links(folder: Path, entries: list[FaqEntry], seen: dict[str, str], named: set[str]) -> Iterable[DataError]:
    """Links to entries that are nowhere; a faulty entry has its own error and is somewhere."""
    for entry in entries:
        for related in entry.related:
            if related not in named:
                name, line = seen[entry.id].rsplit(":", 1)
                yield DataError(folder / name, int(line), f"related：没有编号为 {related} 的条目")
