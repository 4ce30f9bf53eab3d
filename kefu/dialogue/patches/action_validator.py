"""Checks the action server's answers without building the check each time.

Upstream: `rasa.core.actions.action.RemoteAction._validate_action_result`.
Reason: it calls `jsonschema.validate`, which checks its own constant schema against the schema of schemas on every
answer (18 ms with 12 events); and each event is tried against all 23 kinds (2.5 ms), though its name says which it is.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL

from kefu.dialogue.patches.quick_schema import Check, quick_check
from kefu.dialogue.patches.replacement import Replacement

Json = dict[str, Any]

_ADVICE = (
    ". Failed to validate Action server response from API, "
    "make sure your response from the Action endpoint is valid. "
    f"For more information about the format visit {DOCS_BASE_URL}/custom-actions"
)


class AnswerCheck:
    """The check of an action's answer; built once."""

    def __init__(self, schema: Json) -> None:
        draft = validator_for(schema)
        draft.check_schema(schema)
        self._whole = draft(schema)
        event: Json = schema["properties"]["events"]["items"]
        kinds = {kind["properties"]["event"]["const"]: kind for kind in event["oneOf"]}
        if len(kinds) < len(event["oneOf"]):
            raise ValueError("two kinds of events of one name: an event's name does not say its kind")
        events = {"type": "array", "items": {key: value for key, value in event.items() if key != "oneOf"}}
        around = {**schema, "properties": {**schema["properties"], "events": events}}
        self._around = _check_of(draft, around)
        self._kinds = {name: _check_of(draft, kind) for name, kind in kinds.items()}

    def error(self, answer: Any) -> Exception | None:
        """What is wrong with an answer, the same error as `jsonschema.validate` would raise; None if nothing is."""
        if self._is_good(answer):
            return None
        found: Exception | None = best_match(self._whole.iter_errors(answer))
        return found

    def _is_good(self, answer: Any) -> bool:
        """Whether an answer is certainly valid: each kind names its events, so at most that one can match."""
        if not self._around(answer):
            return False
        events = answer.get("events", ()) if isinstance(answer, dict) else ()
        return all(self._is_kind(event) for event in events)

    def _is_kind(self, event: Json) -> bool:
        kind = self._kinds.get(event["event"])
        return kind is not None and kind(event)


def _check_of(draft: Any, schema: Json) -> Check:
    """Whether something is certainly valid; where the quick way doubts it, the thorough one says why."""
    validator = draft(schema)
    check: Check = quick_check(schema, validator.is_type) or validator.is_valid
    return check


@lru_cache(maxsize=1)
def answer_check() -> AnswerCheck:
    """The check for Rasa's own schema."""
    return AnswerCheck(RemoteAction.action_response_format_spec())


def _validate_action_result(self: RemoteAction, result: Any) -> bool:
    error: Any = answer_check().error(result)
    if error is None:
        return True
    error.message += _ADVICE
    raise error


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(RemoteAction, "_validate_action_result", _validate_action_result)
