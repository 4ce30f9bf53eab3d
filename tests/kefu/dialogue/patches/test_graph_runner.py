"""The direct runner does what dask does, in the same order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rasa.core.processor
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.exceptions import ModelNotFound
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException

from kefu.dialogue import patches
from kefu.dialogue.patches.graph_runner import DirectGraphRunner

ran: list[str] = []
ERRORS = {error.__name__: error for error in (ValueError, RuntimeError, ModelNotFound, InvalidConfigException)}


class Step(GraphComponent):
    """Joins what it gets, or fails as it is told."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Step:
        return cls(config)

    def run(self, a: Any = "", b: Any = "", c: Any = "") -> str:
        ran.append(self._config["name"])
        if "fails" in self._config:
            raise ERRORS[self._config["fails"]]("told to")
        return f"{self._config['name']}({a}{b}{c})"


def schema(
    nodes: dict[str, list[str]], targets: tuple[str, ...] = (), fails: dict[str, str] | None = None
) -> GraphSchema:
    return GraphSchema(
        {
            name: SchemaNode(
                needs=dict(zip("abc", needs, strict=False)),
                uses=Step,
                constructor_name="create",
                fn="run",
                config={"name": name, **({"fails": fails[name]} if fails and name in fails else {})},
                eager=True,
                is_target=name in targets,
            )
            for name, needs in nodes.items()
        }
    )


# Shaped like our prediction graph: a chain, a node shared by all, parallel policies, a node that joins them.
DIAMOND = {
    "domain": [],
    "convert": ["message"],
    "tokens": ["convert"],
    "intent": ["tokens", "domain"],
    "rules": ["tracker", "domain", "only"],
    "only": [],
    "memory": ["tracker", "domain"],
    "best": ["rules", "memory", "domain"],
    "unused": ["tracker"],
}
GIVEN = {"message": ["m"], "tracker": {"t": 1}}
CASES: dict[str, tuple[GraphSchema, dict[str, Any] | None, list[str] | None]] = {
    "one target": (schema(DIAMOND), GIVEN, ["best"]),
    "two targets": (schema(DIAMOND), GIVEN, ["best", "intent"]),
    "a target twice": (schema(DIAMOND), GIVEN, ["best", "best"]),
    "the schema's targets": (schema(DIAMOND, ("intent", "best")), GIVEN, None),
    "no targets": (schema(DIAMOND), GIVEN, None),
    "an input as target": (schema(DIAMOND), GIVEN, ["message", "intent"]),
    "an input in place of a node": (schema(DIAMOND), {**GIVEN, "tokens": "given"}, ["intent"]),
    "texts as inputs": (schema(DIAMOND), {"message": "m", "tracker": "t"}, ["best"]),
    "a text that is a node's name": (schema(DIAMOND), {"message": "tokens", "tracker": "t"}, ["intent"]),
    "a text that is an input's name": (schema(DIAMOND), {"message": ["m"], "tracker": "message"}, ["intent"]),
    "a value that looks like a task": (schema(DIAMOND), {"message": (len, "abc"), "tracker": 0}, ["intent"]),
    "an unknown target": (schema(DIAMOND), GIVEN, ["nobody"]),
    "a missing input": (schema(DIAMOND), {"message": ["m"]}, ["best"]),
    "no inputs": (schema(DIAMOND), None, ["only"]),
    "a circle": (schema({"one": ["two"], "two": ["one"]}), None, ["one"]),
    **{f"a {error}": (schema(DIAMOND, fails={"memory": error}), GIVEN, ["best"]) for error in ERRORS},
}


def outcome(make: type[DaskGraphRunner], case: str, storage: ModelStorage) -> Any:
    """What two runs give or how they fail, and in which order nodes ran."""
    graph, inputs, targets = CASES[case]
    runner = make.create(graph, storage, ExecutionContext(graph, "model"))
    ran.clear()
    seen: list[Any] = []
    for _ in range(2):
        try:
            result = runner.run(inputs=inputs, targets=targets)
            seen.append(list(result.items()))
        except (Exception, RecursionError) as error:
            cause = error.__cause__
            seen.append((type(error), "" if isinstance(error, RecursionError) else str(error), type(cause), str(cause)))
    return seen, list(ran)


@pytest.mark.parametrize("case", CASES)
def test_same_result_or_error_in_the_same_order(case: str, tmp_path: Path) -> None:
    storage = LocalModelStorage(tmp_path)
    stock, ours = (outcome(make, case, storage) for make in (DaskGraphRunner, DirectGraphRunner))
    assert ours == stock


def test_another_set_of_targets_has_another_plan(tmp_path: Path) -> None:
    graph = schema(DIAMOND)
    runner = DirectGraphRunner.create(graph, LocalModelStorage(tmp_path), ExecutionContext(graph, "model"))
    assert list(runner.run(GIVEN, ["intent"])) == ["intent"]
    assert list(runner.run(GIVEN, ["best"])) == ["best"]
    assert list(runner.run({**GIVEN, "domain": "d"}, ["best"])["best"]) != list(runner.run(GIVEN, ["best"])["best"])


def test_nothing_is_scheduled_a_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = schema(DIAMOND)
    runner = DirectGraphRunner.create(graph, LocalModelStorage(tmp_path), ExecutionContext(graph, "model"))
    first = runner.run(GIVEN, ["best"])
    monkeypatch.setattr("kefu.dialogue.patches.graph_runner.get_sync", None)
    assert runner.run(GIVEN, ["best"]) == first


def predictions(agent: Agent, parsed: list[dict[str, Any]]) -> list[Any]:
    seen = []
    for parse in parsed:
        said = UserUttered(parse["text"], parse["intent"], parse["entities"], parse)
        events = [ActionExecuted("action_listen"), said, SlotSet("topic", "refund")]
        tracker = DialogueStateTracker.from_events("someone", events, agent.domain.slots, domain=agent.domain)
        assert agent.processor is not None
        best = agent.processor._predict_next_with_tracker(tracker)
        seen.append((best.probabilities, best.policy_name, best.events))
    return seen


async def test_the_trained_model_says_the_same(root: Path) -> None:
    texts = ["我昨天充值200元没到账", "怎么退款", "人工", "你好", "天气怎么样", "……", "/restart"]
    said: dict[bool, Any] = {}
    for patched in (False, True):
        make_patches: Callable[..., Any] = patches.apply if patched else lambda _: patches.undo()
        make_patches(["graph_runner"])
        agent = Agent.load(root / "models")
        assert agent.processor is not None
        assert isinstance(agent.processor.graph_runner, DirectGraphRunner) == patched
        assert rasa.core.processor.DaskGraphRunner is (DirectGraphRunner if patched else DaskGraphRunner)
        parsed = [await agent.parse_message(text) for text in texts]
        said[patched] = parsed, predictions(agent, parsed)
    assert said[True] == said[False]
