"""Whether rules and stories contradict each other: what Rasa's RulePolicy finds in training, in seconds and in Chinese.

Nothing is learnt here but the rules themselves. What Rasa can't say with a place is told in its own words.
"""

import contextlib
import io
import logging
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog
from rasa.core.policies.rule_policy import InvalidRule, RulePolicy
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.training_data.loading import load_data_from_files
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException

from kefu.settings import settings
from kefu.yaml_file import DataError, LineDict, load_yaml

_CONTRADICTION = re.compile(
    r"- the prediction of the action '(?P<wanted>.+?)' in (?P<kind>rule|story) '(?P<title>.+)' "
    r"is contradicting with rule\(s\) '(?P<others>.+?)'(?: which predicted action '(?P<predicted>.+)')?\.$"
)
_LACKS_SLOTS = re.compile(
    r"- the action '(?P<action>.+?)' in rule '(?P<title>.+)' does not set some of the slots .*: '(?P<slots>[^']+)'\. "
)
_LACKS_LOOP = re.compile(r"- the form '(?P<action>.+?)' in rule '(?P<title>.+)' does not set the 'active_loop'")
_TWO_MESSAGES = re.compile(r"Found rules '(?P<titles>.+)' that contain more than 1 user message")
_WORDS = {"rule": "规则", "story": "故事"}

Places = dict[str, tuple[Path, int]]


def contradictions(data: Path | None = None, domain: Path | None = None) -> list[DataError]:
    """What is wrong between the rules and stories of data/, once each of them is well-formed."""
    folder = data or settings().data_dir
    files = [path for name in ("rules", "stories") for path in sorted((folder / name).glob("[!.]*.yml"))]
    domain_file = domain or folder.parent / "domain.yml"
    try:
        with _silence():
            _train(files, domain_file)
    except InvalidRule as error:
        told = _told(error.message, _places(files), folder)
        return sorted(told, key=lambda one: (str(one.path), one.line or 0))
    except RasaException as error:
        return [DataError(domain_file, None, f"读规则和故事时出错：{error}")]
    return []


def _train(files: list[Path], domain_file: Path) -> None:
    domain = Domain.load(str(domain_file))
    steps = load_data_from_files([str(path) for path in files], domain)
    trackers = TrainingDataGenerator(StoryGraph(steps), domain, augmentation_factor=0).generate()
    with tempfile.TemporaryDirectory() as folder:
        RulePolicy(
            RulePolicy.get_default_config(),
            LocalModelStorage(Path(folder)),
            Resource("rules"),
            ExecutionContext(GraphSchema({}), "rule_check"),
        ).train(trackers, domain)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Without Rasa's progress bars, warnings and debug lines; they are not for trainers."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    configured = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        structlog.configure(**configured)
        logging.disable(before)


def _places(files: Iterable[Path]) -> Places:
    """Where each title stands."""
    found: Places = {}
    for path in files:
        content = load_yaml(path)
        for items in content.values() if isinstance(content, LineDict) else ():
            for item in items if isinstance(items, list) else ():
                if isinstance(item, LineDict):
                    found[str(item.get("rule") or item.get("story"))] = (path, item.line)
    return found


def _told(message: str, places: Places, folder: Path) -> Iterator[DataError]:
    for line in message.splitlines():
        if found := _CONTRADICTION.search(line):
            others = _named(found["others"], places)
            does = f"做 {found['predicted']}" if found["predicted"] else "做的是别的"
            yield DataError(
                *_place(found["title"], places, folder),
                f"{_WORDS[found['kind']]}“{found['title']}”这时做 {found['wanted']}，"
                f"而规则{_shown(others, places)}{does}：两边矛盾，删去一条，或者写上不同的 condition",
            )
        elif found := _LACKS_SLOTS.search(line):
            yield DataError(
                *_place(found["title"], places, folder),
                f"规则“{found['title']}”：{found['action']} 之后少了 slot_was_set：{found['slots']}（别的规则里写了）",
            )
        elif found := _LACKS_LOOP.search(line):
            yield DataError(
                *_place(found["title"], places, folder),
                f"规则“{found['title']}”：{found['action']} 之后少了 active_loop（别的规则里写了）",
            )
        elif found := _TWO_MESSAGES.search(line):
            for title in _named(found["titles"], places):
                problem = f"规则“{title}”里客户说了不止一句；一条规则只写客户的一句话，多句的写成故事"
                yield DataError(*_place(title, places, folder), problem)


def _named(text: str, places: Places) -> list[str]:
    """The titles in Rasa's list, which may have commas of their own."""
    return [title for title in places if title in text.split(", ")] or [title for title in places if title in text]


def _shown(titles: list[str], places: Places) -> str:
    return "、".join(f"“{title}”（{places[title][0].name}:{places[title][1]}）" for title in titles)


def _place(title: str, places: Places, folder: Path) -> tuple[Path, int | None]:
    return places.get(title, (folder, None))
