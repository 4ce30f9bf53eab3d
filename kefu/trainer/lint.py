"""`make check` for the trainers' YAML: everything that is wrong, with file and line, in seconds."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

from kefu.brands import load_brands
from kefu.channels.wechat.menu import load_wechat_menus, unknown_names
from kefu.desk.canned import load_canned
from kefu.dialogue.emergency import load_emergencies
from kefu.dialogue.guides import Guides, load_guides, unknown_entries
from kefu.dialogue.menu import Menu, load_menus
from kefu.knowledge import FaqEntry
from kefu.knowledge.loader import read_faq
from kefu.knowledge.news import load_news
from kefu.nlu.gazetteer import load_terms
from kefu.nlu.segmenter import load_words
from kefu.settings import settings
from kefu.show import CHINA
from kefu.text import normalise
from kefu.text.confusions import load_confusions
from kefu.topics import is_business, load_topics
from kefu.trainer.domain import Names, load_names
from kefu.trainer.examples import FEW, example_errors, few_examples, read_examples
from kefu.trainer.flows import Flow, flow_errors, read_flows
from kefu.yaml_file import DataError, LineDict, all_of, line_containing, read_text

T = TypeVar("T")

_FOLDERS = ("nlu", "rules", "stories", "faq", "guides", "guides/alarm", "lexicon")
_CHANNELS = ("website", "wechat", "rest")


def report(found: list[DataError], reminders: Iterable[str] = ()) -> int:
    """Print all errors, and what only wants a look; returns the exit code."""
    for error in found:
        print(error, file=sys.stderr)
    for reminder in reminders:
        print(f"提醒：{reminder}")
    print(f"{len(found)} 个错误" if found else "训练师的文件没有错误")
    return 1 if found else 0


def errors(data: Path | None = None, domain: Path | None = None) -> list[DataError]:
    """Everything that is wrong in data/ and domain.yml.

    Contradictions between rules and stories are not looked for: kefu.dialogue.rule_check does, with Rasa.
    """
    folder, domain_file = _places(data, domain)
    found: list[DataError] = list(_misplaced(folder))
    names = _collect(found, lambda: load_names(domain_file))
    flows, wrong = read_flows(folder)
    found += [*wrong, *flow_errors(flows, names)]
    _collect(found, lambda: load_brands(folder / "brands.yml"))
    found += _faq_and_dialogue_errors(folder, names, flows)
    found += _topic_errors(folder / "topics.yml", names)
    found += _nlu_errors(folder, names)
    return list({str(error): error for error in all_of(found)}.values())  # a broken file is met more than once


def reminders(data: Path | None = None) -> Iterator[str]:
    """What is no mistake yet: intents with few examples, entries that have expired."""
    folder, _ = _places(data, None)
    examples, _, _ = read_examples(folder / "nlu")
    for intent, count in sorted(few_examples(examples).items()):
        if is_business(intent):
            yield f"意图 {intent} 只有 {count} 句例句，少于 {FEW} 句常常认不准"
    today = datetime.now(CHINA).date()
    for entry in read_faq(folder / "faq")[0]:
        if entry.valid_to and entry.valid_to < today:
            path, line = _place(folder / "faq", entry.id)
            yield f"{path}:{line}: {entry.id} 在 {entry.valid_to} 已经过期，客户看不到了"


def _places(data: Path | None, domain: Path | None) -> tuple[Path, Path]:
    folder = data or settings().data_dir
    return folder, domain or folder.parent / "domain.yml"


def _misplaced(folder: Path) -> Iterator[DataError]:
    """Files that one of those who read the folders would overlook."""
    for name in _FOLDERS:
        for path in sorted((folder / name).rglob("[!.]*.y*ml")):
            place = path.parent.relative_to(folder).as_posix()
            if path.suffix != ".yml" or place not in _FOLDERS:
                yield DataError(path, None, f"文件要直接放在 data/{name} 里，名字以 .yml 结尾")


def _faq_and_dialogue_errors(folder: Path, names: Names | None, flows: list[Flow]) -> Iterator[DataError]:
    entries, found = read_faq(folder / "faq")
    complete = not found
    guides = {
        place: _collect(found, partial(load_guides, place)) for place in (folder / "guides", folder / "guides/alarm")
    }
    menus = _collect(found, lambda: load_menus(folder / "menu.yml")) if (folder / "menu.yml").exists() else {}
    for name, load in (
        ("news.yml", load_news),
        ("canned_replies.yml", load_canned),
        ("lexicon/emergency.yml", load_emergencies),
        ("lexicon/entities.yml", load_terms),
        ("lexicon/confusions.yml", load_confusions),
        ("lexicon/words.txt", load_words),
    ):
        path = folder / name
        if path.exists():
            _collect(found, partial(cast(Callable[[Path], object], load), path))
    yield from found
    yield from _faq_errors(folder / "faq", entries, names, complete)
    if complete:
        yield from _unanswered(flows, {entry.intent for entry in entries})
    for place, loaded in guides.items():
        yield from _guide_errors(place, loaded or Guides({}), entries if complete else [], names)
    if names is not None:
        yield from _menu_errors(folder, menus or {}, names, menus is not None)


def _faq_errors(folder: Path, entries: list[FaqEntry], names: Names | None, complete: bool) -> Iterator[DataError]:
    """Unknown intents and channels; words under which two entries are found; intents that answer one brand only."""
    variants: dict[tuple[str, str], str] = {}  # by intent: between two topics the classifier decides
    brands: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        where = partial(_place, folder, entry.id)
        if names is not None and entry.intent not in names.intents:
            yield DataError(*where(), f"{entry.id}：domain.yml 里没有意图 {entry.intent}")
        for channel in sorted(set(entry.channels) - set(_CHANNELS)):
            yield DataError(*where(), f"{entry.id}：channels 没有渠道 {channel}，可用的是 {'、'.join(_CHANNELS)}")
        for words in dict.fromkeys((entry.question, *entry.variants)):
            other = variants.setdefault((entry.intent, words), entry.id)
            if other != entry.id:
                yield DataError(*where(), f"{entry.id}：“{words}”在 {other} 里已经有了，客户这样问不知道给哪条")
        brands[entry.intent].update(entry.answer)
    for intent, served in brands.items() if complete else ():
        if "default" not in served and len(served) == 1:
            first = next(entry.id for entry in entries if entry.intent == intent)
            yield DataError(
                *_place(folder, first), f"{intent} 的答案只给了品牌 {served.pop()}，另一个品牌的客户没有答案"
            )


def _unanswered(flows: list[Flow], answered: set[str]) -> Iterator[DataError]:
    """Rules that look for an answer where data/faq has none."""
    for flow in flows:
        steps = flow.content.get("steps")
        steps = [step for step in steps if isinstance(step, LineDict)] if isinstance(steps, list) else []
        intents = [str(step["intent"]) for step in steps if "intent" in step]
        looks_up = any(step.get("action") == "action_answer" for step in steps)
        if looks_up and intents and is_business(intents[0]) and intents[0] not in answered:
            problem = f"规则“{flow.title}”要查知识作答，data/faq 里却没有 {intents[0]}.… 的条目"
            yield DataError(flow.path, flow.line, problem)


def _guide_errors(folder: Path, guides: Guides, entries: list[FaqEntry], names: Names | None) -> Iterator[DataError]:
    ids = [entry.id for entry in entries]
    for faq_id in unknown_entries(guides, ids) if ids else ():
        yield DataError(*_holding(folder, faq_id), f"data/faq 里没有 {faq_id}")
    if names is None:
        return
    for intent, guide in guides.by_intent.items():
        if intent not in names.intents:
            yield DataError(*_holding(folder, f"intent: {intent}"), f"intent：domain.yml 里没有意图 {intent}")
        if guide.slot and guide.slot not in names.slots:
            yield DataError(*_holding(folder, f"slot: {guide.slot}"), f"slot：domain.yml 里没有槽位 {guide.slot}")


def _menu_errors(folder: Path, menus: dict[str, Menu], names: Names, complete: bool) -> Iterator[DataError]:
    """Intents and levels that the numbered menu and the official account's name and nobody knows."""
    path = folder / "menu.yml"
    for name, menu in menus.items():
        for option in menu.options:
            if option.ask and option.ask not in names.intents:
                line = line_containing(path, f"ask: {option.ask}")
                yield DataError(path, line, f"菜单 {name} 的“{option.title}”：domain.yml 里没有意图 {option.ask}")
    path = folder / "wechat_menu.yml"
    found: list[DataError] = []
    if path.exists():
        buttons = _collect(found, lambda: load_wechat_menus(path)) or {}
        for brand, name in unknown_names(buttons, names.intents, menus) if complete else ():
            found.append(DataError(path, line_containing(path, name), f"{brand}：没有意图或菜单 {name}"))
    yield from found


def _topic_errors(path: Path, names: Names | None) -> Iterator[DataError]:
    """Every business intent has its name, and no name is left of an intent that is gone."""
    found: list[DataError] = []
    topics = _collect(found, lambda: load_topics(path)) if path.exists() else None
    yield from found
    if topics is None or names is None:
        return
    for intent in sorted(intent for intent in names.intents if is_business(intent) and intent not in topics):
        problem = f"data/topics.yml 里缺少意图 {intent} 的中文名，加一行“{intent}: {{title: 中文名}}”"
        yield DataError(names.path, names.line_of_intent(intent), problem)
    for intent in sorted(set(topics) - names.intents):
        yield DataError(path, line_containing(path, f"{intent}:"), f"domain.yml 里没有意图 {intent}")


def _nlu_errors(folder: Path, names: Names | None) -> Iterator[DataError]:
    examples, found, all_read = read_examples(folder / "nlu")
    yield from found
    if names is not None:
        yield from example_errors(examples, names, _comparable(folder), all_read)


def _comparable(folder: Path) -> Callable[[str], str]:
    """What examples are compared as: normalised; as they stand where the list of typing errors is broken."""
    try:
        load_confusions()
    except DataError:
        return str
    return lambda text: normalise(text).text


def _collect(found: list[DataError], load: Callable[[], T]) -> T | None:
    try:
        return load()
    except DataError as error:
        found.append(error)
    return None


def _holding(folder: Path, text: str) -> tuple[Path, int | None]:
    """File and line where a text stands first."""
    for path in sorted(folder.glob("[!.]*.yml")):
        if line := line_containing(path, text):
            return path, line
    return folder, None


def _place(folder: Path, faq_id: str) -> tuple[Path, int | None]:
    """File and line where an entry begins."""
    for path in sorted(folder.glob("[!.]*.yml")):
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            if line.split("#")[0].replace('"', "").strip() == f"- id: {faq_id}":
                return path, number
    return folder, None
