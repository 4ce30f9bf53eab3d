"""Copies and formats what debug lines show only where they are shown.

Upstream: `structlogger.debug(..., x=copy.deepcopy(x))` in rasa.core.processor, rasa.core.actions.forms,
rasa.core.policies.memoization and rasa.core.policies.rule_policy; `Policy.format_tracker_states`.
Reason: both are done before the logger can say that nobody wants it. In these modules `copy` and the format are used
for nothing else (a test reads their source and says so if that changes).
"""

import copy
import logging
from collections.abc import Iterable
from typing import Any

import rasa.core.actions.forms
import rasa.core.policies.memoization
import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.policies.policy import Policy

from kefu.dialogue.patches.replacement import Replacement

MODULES = (
    rasa.core.processor,
    rasa.core.actions.forms,
    rasa.core.policies.memoization,
    rasa.core.policies.rule_policy,
)


class CopiesForDebug:
    """Stands where the module `copy` stood."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def deepcopy(self, value: Any) -> Any:
        """A copy where debug lines are shown, else the value itself: nobody will look at it."""
        return copy.deepcopy(value) if self._logger.isEnabledFor(logging.DEBUG) else value


_stock_format = Policy.format_tracker_states
_states_logger = logging.getLogger(rasa.core.policies.rule_policy.__name__)


def _format_for_debug(states: list[dict[str, Any]]) -> str:
    """All states as text for the one debug line that shows them; they grow with the conversation."""
    text: str = _stock_format(states) if _states_logger.isEnabledFor(logging.DEBUG) else ""
    return text


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    for module in MODULES:
        yield Replacement(module, "copy", CopiesForDebug(logging.getLogger(module.__name__)))
    yield Replacement(Policy, "format_tracker_states", staticmethod(_format_for_debug))
