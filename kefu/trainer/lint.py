"""`make check` for the trainers' YAML: everything that is wrong, with file and line, in seconds."""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from kefu.brands import load_brands
from kefu.channels.wechat.menu import load_wechat_menus, unknown_names
from kefu.desk.canned import load_canned
from kefu.dialogue.emergency import load_emergencies
from kefu.dialogue.guides import load_guides, unknown_entries
from kefu.dialogue.menu import load_menus
from kefu.knowledge.loader import FaqErrors, load_faq
from kefu.knowledge.news import load_news
from kefu.nlu.gazetteer import load_terms
from kefu.nlu.segmenter import load_words
from kefu.settings import settings
from kefu.text import normalise
from kefu.text.confusions import load_confusions
from kefu.topics import is_business, load_topics
from kefu.yaml_file import DataError, LineDict, line_containing, load_yaml, read_text

T = TypeVar("T")

_HEADER = re.compile(r"""^\s*-\s+(?P<kind>intent|synonym|regex|lookup):\s*["']?(?P<name>[^"'#\s]*)""")
_EXAMPLE = re.compile(r"^\s+-\s+(.*\S)\s*$")


def report() -> int:
    """Print all errors; returns the exit code."""
    found = errors()
    for error in found:
        print(error, file=sys.stderr)
    print(f"{len(found)} 个错误" if found else "训练师的文件没有错误")
    return 1 if found else 0


def errors(data: Path | None = None, domain: Path | None = None) -> list[DataError]:
    """Everything that is wrong in data/ and domain.yml."""
    folder = data or settings().data_dir
    domain_file = domain or folder.parent / "domain.yml"
    found: list[DataError] = []
    intents = _collect(found, lambda: _intents(domain_file)) or set()
    found.extend(_yaml_errors(folder))
    _collect(found, lambda: load_brands(folder / "brands.yml"))
    faq = _collect(found, lambda: load_faq(folder / "faq")) or []
    found.extend(_dialogue_errors(folder, [entry.id for entry in faq]))
    found.extend(_wechat_menu_errors(folder, intents))
    found.extend(_topic_errors(folder / "topics.yml", intents))
    if intents:
        found.extend(
            DataError(*_place(folder / "faq", entry.id), f"{entry.id}：domain.yml 里没有意图 {entry.intent}")
            for entry in faq
            if entry.intent not in intents
        )
        found.extend(_example_errors(folder / "nlu", intents))
    return list({str(error): error for error in found}.values())  # a broken file is met more than once


def _dialogue_errors(folder: Path, faq_ids: list[str]) -> Iterable[DataError]:
    """Guides, menu, news, lexicon: each where it is there."""
    found: list[DataError] = []
    for where in (folder / "guides", folder / "guides" / "alarm"):
        guides = _collect(found, partial(load_guides, where))
        unknown = unknown_entries(guides, faq_ids) if guides and faq_ids else []
        found.extend(DataError(where, None, f"data/faq 里没有 {faq_id}") for faq_id in unknown)
    for path, load in (
        (folder / "menu.yml", load_menus),
        (folder / "news.yml", load_news),
        (folder / "canned_replies.yml", load_canned),
        (folder / "lexicon" / "emergency.yml", load_emergencies),
        (folder / "lexicon" / "entities.yml", load_terms),
        (folder / "lexicon" / "confusions.yml", load_confusions),
        (folder / "lexicon" / "words.txt", load_words),
    ):
        if path.exists():
            _collect(found, partial(cast(Callable[[Path], object], load), path))
    return found


def _wechat_menu_errors(folder: Path, intents: set[str]) -> Iterable[DataError]:
    """The official account's menu, where there is one: its form, and that what it names is there."""
    path = folder / "wechat_menu.yml"
    found: list[DataError] = []
    if path.exists():
        menus = _collect(found, lambda: load_wechat_menus(path)) or {}
        levels = _collect([], lambda: load_menus(folder / "menu.yml")) or {}
        for brand, name in unknown_names(menus, intents, levels) if intents else ():
            found.append(DataError(path, line_containing(path, name), f"{brand}：没有意图或菜单 {name}"))
    return found


def _topic_errors(path: Path, intents: set[str]) -> Iterable[DataError]:
    """Every business intent has its name, and no name is left of an intent that is gone."""
    found: list[DataError] = []
    topics = _collect(found, lambda: load_topics(path)) if path.exists() else None
    if topics and intents:
        nameless = sorted(intent for intent in intents if is_business(intent) and intent not in topics)
        found.extend(DataError(path, None, f"缺少意图 {intent} 的中文名") for intent in nameless)
        found.extend(
            DataError(path, None, f"domain.yml 里没有意图 {intent}") for intent in sorted(set(topics) - intents)
        )
    return found


def _collect(found: list[DataError], load: Callable[[], T]) -> T | None:
    try:
        return load()
    except FaqErrors as error:
        found.extend(error.errors)
    except DataError as error:
        found.append(error)
    return None


def _intents(domain: Path) -> set[str]:
    content = load_yaml(domain)
    intents = content.get("intents") if isinstance(content, LineDict) else None
    if not isinstance(intents, list):
        raise DataError(domain, 1, "缺少 intents 列表")
    return {next(iter(intent)) if isinstance(intent, dict) else str(intent) for intent in intents}


def _yaml_errors(folder: Path) -> Iterable[DataError]:
    for name in ("nlu", "rules", "stories", "lexicon"):
        for path in sorted((folder / name).glob("*.yml")):
            try:
                load_yaml(path)
            except DataError as error:
                yield error


def _example_errors(folder: Path, intents: set[str]) -> Iterable[DataError]:
    """Unknown intents, and examples that stand under two intents or twice under one."""
    places: dict[str, list[tuple[str, Path, int]]] = defaultdict(list)
    for path, intent, line, text in _examples(folder):
        if intent not in intents:
            yield DataError(path, line, f"domain.yml 里没有意图 {intent}")
        places[normalise(text).text].append((intent, path, line))
    for text, found in places.items():
        for intent, path, line in found[1:]:
            first, first_path, first_line = found[0]
            where = f"{first_path.name}:{first_line}"
            if intent != first:
                yield DataError(path, line, f"“{text}”在这里是 {intent}，在 {where} 是 {first}")
            else:
                yield DataError(path, line, f"“{text}”在 {where} 已经有了")


def _examples(folder: Path) -> Iterable[tuple[Path, str, int, str]]:
    """Examples with their places; the files are read by line because YAML keeps no lines inside a block."""
    for path in sorted(folder.glob("*.yml")):
        try:
            lines = read_text(path).splitlines()
        except DataError:  # reported as a broken file already
            continue
        intent = ""
        for number, line in enumerate(lines, start=1):
            if header := _HEADER.match(line):
                intent = header["name"] if header["kind"] == "intent" else ""
            elif intent and (example := _EXAMPLE.match(line)):
                yield path, intent, number, example[1]


def _place(folder: Path, faq_id: str) -> tuple[Path, int | None]:
    """File and line where an entry begins."""
    for path in sorted(folder.glob("*.yml")):
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            if line.split("#")[0].replace('"', "").strip() == f"- id: {faq_id}":
                return path, number
    return folder, None
