"""Rules and stories: keys, names and titles. Whether they contradict each other: kefu.dialogue.rule_check."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from kefu.trainer.domain import Names
from kefu.yaml_file import DataError, LineDict, line_of_item, load_yaml

_KINDS = {"rules": ("rule", "规则"), "stories": ("story", "故事")}
_KEYS = {
    "rule": ("rule", "condition", "steps", "conversation_start", "wait_for_user_input", "metadata"),
    "story": ("story", "steps", "metadata"),
}
_CONDITIONS = ("slot_was_set", "active_loop")
_STEPS = ("intent", "action", "slot_was_set", "active_loop", "checkpoint", "or")
_BESIDE = {"intent": ("entities", "user"), "checkpoint": ("slot_was_set",)}


@dataclass(frozen=True)
class Flow:
    """A rule or a story, and where it stands."""

    kind: str  # rule | story
    title: str
    path: Path
    line: int
    content: LineDict

    @property
    def place(self) -> str:
        """File and line, short."""
        return f"{self.path.name}:{self.line}"


def read_flows(folder: Path) -> tuple[list[Flow], list[DataError]]:
    """All rules and stories with a title, and what is wrong with the files' form."""
    flows: list[Flow] = []
    errors: list[DataError] = []
    for name in ("rules", "stories"):
        for path in sorted((folder / name).glob("[!.]*.yml")):
            try:
                flows.extend(_flows(path, name, errors))
            except DataError as error:
                errors.append(error)
    return flows, errors


def flow_errors(flows: Iterable[Flow], names: Names | None) -> Iterator[DataError]:
    """Wrong keys, unknown names (where the domain could be read), titles and rules that are there twice."""
    titles: dict[tuple[str, str], Flow] = {}
    bodies: dict[str, Flow] = {}
    for flow in flows:
        yield from _keys(flow.path, flow.content, _KEYS[flow.kind], f"“{flow.title}”")
        yield from _steps(flow, names)
        word = _word(flow.kind)
        first = titles.setdefault((flow.kind, flow.title), flow)
        if first is not flow:
            yield DataError(flow.path, flow.line, f"{word}“{flow.title}”在 {first.place} 已经有了，标题要各不相同")
            continue
        if flow.kind == "rule":
            body = json.dumps([flow.content.get(key) for key in _KEYS["rule"][1:5]], sort_keys=True, default=str)
            same = bodies.setdefault(body, flow)
            if same is not flow:
                yield DataError(flow.path, flow.line, f"和 {same.place} 的“{same.title}”写的是同一件事，删去一条")


def _flows(path: Path, folder: str, errors: list[DataError]) -> Iterator[Flow]:
    content = load_yaml(path)
    if not isinstance(content, LineDict):
        raise DataError(path, 1, f"应以“{folder}:”开头，下面一条一条写")
    errors.extend(_keys(path, content, ("version", *_KINDS), "文件最外层"))
    for key, (kind, word) in _KINDS.items():
        if key not in content or content[key] == []:
            continue
        if not isinstance(content[key], list):
            errors.append(DataError(path, content.line_of(key), f"{key} 下面应是列表，每条以“- {kind}:”开头"))
            continue
        for item in content[key]:
            if not isinstance(item, LineDict):
                line = line_of_item(path, item)
                errors.append(DataError(path, line, f"{word}应以“- {kind}: 标题”开头，这里是“{str(item)[:30]}”"))
            elif not isinstance(item.get(kind), str) or not item[kind].strip():
                known = "、".join(map(str, item))
                errors.append(DataError(path, item.line, f"{word}应以“- {kind}: 标题”开头，这里的键是 {known}"))
            else:
                yield Flow(kind, item[kind], path, item.line, item)


def _steps(flow: Flow, names: Names | None) -> Iterator[DataError]:
    content, title = flow.content, f"“{flow.title}”"
    conditions = content.get("condition", [])
    if not isinstance(conditions, list):
        yield DataError(flow.path, content.line_of("condition"), f"{title}：condition 下面应是列表")
        conditions = []
    for condition in conditions:
        yield from _step(flow, condition, _CONDITIONS, names)
    steps = content.get("steps")
    if "steps" not in content:
        yield DataError(flow.path, flow.line, f"{title}缺少 steps")
    elif not isinstance(steps, list) or not steps:
        yield DataError(flow.path, content.line_of("steps"), f"{title}：steps 下面应是列表，每步以“- intent:”等开头")
    else:
        for step in steps:
            yield from _step(flow, step, _STEPS, names)
        if flow.kind == "rule" and not any(isinstance(step, dict) and "action" in step for step in steps):
            yield DataError(flow.path, content.line_of("steps"), f"{title}里没有 action，机器人什么都不会做")


def _step(flow: Flow, step: Any, kinds: tuple[str, ...], names: Names | None) -> Iterator[DataError]:
    if not isinstance(step, LineDict):
        line = line_of_item(flow.path, step) or flow.line
        yield DataError(flow.path, line, f"“{flow.title}”：一步应写成“- intent: 意图”这样，这里是“{str(step)[:30]}”")
        return
    found = [kind for kind in kinds if kind in step]
    if not found:
        yield from _keys(flow.path, step, kinds, f"“{flow.title}”的一步")
        return
    kind = "checkpoint" if "checkpoint" in found else found[0]
    yield from _keys(flow.path, step, (kind, *_BESIDE.get(kind, ()), "metadata"), f"“{flow.title}”的一步")
    if kind == "or":
        for one in step["or"] if isinstance(step["or"], list) else [None]:
            yield from _step(flow, one, ("intent", "slot_was_set"), names)
    elif names is not None:
        yield from _unknown(flow, step, kind, names)


def _unknown(flow: Flow, step: LineDict, kind: str, names: Names) -> Iterator[DataError]:
    """Names that the domain does not have."""
    value = step[kind]
    if kind == "intent":
        yield from _missing(flow, step, kind, str(value).split("/")[0], names.intents, "意图")
    elif kind == "action":
        yield from _missing(flow, step, kind, value, names.actions, "动作、话术或表单")
    elif kind == "active_loop" and value is not None:
        yield from _missing(flow, step, kind, value, names.forms, "表单")
    if "slot_was_set" in step:
        for slot in _slots(step["slot_was_set"]):
            yield from _missing(flow, step, "slot_was_set", slot, names.slots, "槽位（slots）")


def _slots(value: Any) -> Iterator[Any]:
    """The slots' names: `- faq_id: any`, `- faq_id`, or a mapping without the dash."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield from item
        else:
            yield item


def _missing(
    flow: Flow, step: LineDict, key: str, name: object, known: frozenset[str], what: str
) -> Iterator[DataError]:
    if name in known:
        return
    shown = "（空）" if name is None or name == "" else name
    yield DataError(
        flow.path,
        step.line_of(key),
        f"{key}：domain.yml 里没有{what} {shown}（在{_word(flow.kind)}“{flow.title}”里）{_meant(name, known)}",
    )


def _keys(path: Path, item: LineDict, known: tuple[str, ...], where: str) -> Iterator[DataError]:
    for key in item:
        if key not in known:
            text = f"{where}没有“{key}”这个键，可用的是 {'、'.join(known)}{_meant(key, known)}"
            yield DataError(path, item.line_of(key), text)


def _meant(name: object, known: Iterable[str]) -> str:
    near = get_close_matches(str(name), known, n=1, cutoff=0.75)
    return f"；是不是 {near[0]}？" if near else ""


def _word(kind: str) -> str:
    return next(word for name, word in _KINDS.values() if name == kind)
