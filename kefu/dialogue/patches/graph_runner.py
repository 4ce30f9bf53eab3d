"""Runs the model's graph node by node, in the order that dask would take.

Upstream: `rasa.engine.runner.dask.DaskGraphRunner.run`, named in `rasa.core.processor.MessageProcessor._load_model`.
Reason: for every prediction (two and more a turn) it prunes the schema, builds a dask graph and lets dask schedule it,
though graph and targets never change. Training keeps dask.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import rasa.core.processor
from dask.local import get_sync
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner

from kefu.dialogue.patches.replacement import Replacement

logger = logging.getLogger(__name__)

Step = tuple[str, Callable[..., tuple[str, Any]], tuple[str, ...]]  # node, what to call, the nodes it needs
Plan = list[Step]


class DirectGraphRunner(DaskGraphRunner):
    """Rasa's runner, with one plan for each set of targets and inputs instead of a new schedule each time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans: dict[tuple[tuple[str, ...], tuple[str, ...]], Plan] = {}

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """The outputs of the targets.

        Args:
            inputs: values that stand for nodes, by name.
            targets: nodes whose output is wanted; default: those of the schema.

        Raises:
            GraphRunError: an input's value is the name of a node, or a node lacks an input.
            GraphComponentException: a component failed.
            KeyError: there is no such target.
        """
        given = inputs or {}
        wanted = tuple(targets or self._graph_schema.target_names)
        plan = self._plan(wanted, given)
        logger.debug("Running graph with inputs: %s, targets: %s and %s.", inputs, targets, self._execution_context)
        outputs: dict[str, tuple[str, Any]] = {name: (name, value) for name, value in given.items()}
        try:
            for name, node, needs in plan:
                # A need that nothing provides stays a name: the node reports it, as under dask.
                outputs[name] = node(*[outputs.get(need, need) for need in needs])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(outputs[name] for name in wanted)

    def _plan(self, targets: tuple[str, ...], inputs: dict[str, Any]) -> Plan:
        key = (targets, tuple(inputs))
        plan = self._plans.get(key)
        # Rasa refuses a text that is the name of a node: where there is a text, its check is made each time.
        if plan is None or any(isinstance(value, str) for value in inputs.values()):
            plan = self._plans[key] = self._make_plan(targets, inputs)
        return plan

    def _make_plan(self, targets: tuple[str, ...], inputs: dict[str, Any]) -> Plan:
        """The steps in dask's order, which a dry run tells."""
        graph = self._build_dask_graph(self._graph_schema.minimal_graph_schema(list(targets)))
        self._add_inputs_to_graph(inputs, graph)
        tasks = {name: task for name, task in graph.items() if name not in inputs}
        order: list[str] = []
        dry: dict[str, Any] = {name: (name, None) for name in inputs}
        dry.update({name: (_noting(order, name), *task[1:]) for name, task in tasks.items()})
        try:
            get_sync(dry, list(targets))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return [(name, tasks[name][0], tasks[name][1:]) for name in order]


def _noting(order: list[str], name: str) -> Callable[..., None]:
    def note(*_: Any) -> None:
        order.append(name)

    return note


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(rasa.core.processor, "DaskGraphRunner", DirectGraphRunner)
