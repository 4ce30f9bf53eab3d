"""No pattern of the dialogue takes exponential time: one hostile message would freeze the bot for everybody."""

import importlib
import pkgutil
import re
import signal
import sre_constants
import sre_parse
from collections.abc import Iterable, Iterator
from itertools import islice, product
from types import FrameType, ModuleType

import pytest

import actions
import kefu.dialogue
from kefu.dialogue.emergency import emergencies
from kefu.dialogue.guides import guides

_TIMES = 30  # 2**30 steps of a repeated group never end; 30**3 are nothing
_SECONDS = 2.0  # of this process's own time
_TAIL = "不\0"
_MOST_SAMPLES = 60
_GENERAL = ("嗯", "嗯,", "好的", "还要", "要", "了", ",", "全都", "哦", "你好", "不用了", "我", "的")


def modules() -> Iterator[ModuleType]:
    for package in (actions, kefu.dialogue):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            if not found.ispkg:
                yield importlib.import_module(found.name)
    yield importlib.import_module("kefu.channels.wechat.meaning")


def patterns_in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, frozenset)):
        for one in value:
            yield from patterns_in(one)
    elif isinstance(value, dict):
        yield from patterns_in([*value.keys(), *value.values()])


def all_patterns() -> dict[str, re.Pattern[str]]:
    found = {}
    for module in modules():
        for name, value in vars(module).items():
            for number, pattern in enumerate(patterns_in(value)):
                found[f"{module.__name__}.{name}.{number}"] = pattern
    for kind in emergencies():
        for number, pattern in enumerate([*kind.said, *kind.unless]):
            found[f"emergency.{kind.name}.{number}"] = pattern
    for intent, guide in guides().by_intent.items():
        for number, said in enumerate(said for option in guide.options for said in option.said):
            found[f"guides.{intent}.{number}"] = re.compile(said)
    return found


def samples(parts: Iterable[tuple[object, object]]) -> list[str]:
    """Some of the shortest strings that a parsed pattern matches."""
    ways = [list(_samples_of(operator, argument)) for operator, argument in parts]
    return ["".join(way) for way in islice(product(*ways), _MOST_SAMPLES)]


def _samples_of(operator: object, argument: object) -> Iterator[str]:
    if operator is sre_constants.LITERAL:
        yield chr(argument)
    elif operator is sre_constants.IN:
        yield from (_in(argument) or ["一"])
    elif operator is sre_constants.SUBPATTERN:
        yield from samples(argument[-1])
    elif operator is sre_constants.BRANCH:
        for branch in argument[1]:
            yield from samples(branch)
    elif operator in (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT):
        least, most, body = argument
        for times in (least, least + 1) if most > least else (least,):
            yield from (one * times for one in (samples(body) if times else [""]))
    elif operator in (sre_constants.ANY, sre_constants.NOT_LITERAL):
        yield "一"
    else:  # anchors, look-arounds, references
        yield ""


def _in(items: list[tuple[object, object]]) -> list[str]:
    return [chr(value) for operator, value in items if operator is sre_constants.LITERAL]


def repeated(parts: Iterable[tuple[object, object]], before: str = "") -> Iterator[tuple[str, str]]:
    """What stands before each repeated part, and the shortest strings that the part matches."""
    for operator, argument in parts:
        if operator in (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT):
            if argument[1] > 2:
                yield from ((before, sample) for sample in samples(argument[2]) if sample)
            yield from repeated(argument[2], before)
        elif operator is sre_constants.SUBPATTERN:
            yield from repeated(argument[-1], before)
        elif operator is sre_constants.BRANCH:
            for branch in argument[1]:
                yield from repeated(branch, before)
        before += min(islice(_samples_of(operator, argument), _MOST_SAMPLES), key=len, default="")


def hostile(pattern: re.Pattern[str]) -> set[str]:
    """Texts of one token over and over, behind what the pattern wants first; the end fits nothing."""
    tokens = {("", token) for token in _GENERAL} | set(repeated(sre_parse.parse(pattern.pattern, pattern.flags)))
    return {before + token * _TIMES + _TAIL for before, token in tokens}


def is_stuck(pattern: re.Pattern[str]) -> bool:
    """Whether one of its hostile texts takes a pattern more time than any sound one needs."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    texts = hostile(pattern)
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        for text in texts:
            pattern.search(text)
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


@pytest.mark.parametrize(
    "exponential", [r"^(嗯+|[,.])*好$", r"^(还要?|要)*多久$", r"^钱(全都|全|都)*没了$", r"^(你好|[你好])+$"]
)
def test_an_exponential_pattern_is_found(exponential: str) -> None:
    assert is_stuck(re.compile(exponential))


def test_no_pattern_is_exponential() -> None:
    found = all_patterns()
    assert len(found) > 100, "the walk finds them"
    assert [name for name, pattern in found.items() if is_stuck(pattern)] == []
