"""What domain.yml names, with its lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.yaml_file import DataError, LineDict, line_of_item, load_yaml

_RASAS_ACTIONS = frozenset(
    {"action_listen", "action_restart", "action_back", "action_session_start", "action_default_fallback"}
    | {"action_deactivate_loop", "action_unlikely_intent", "..."}
)


@dataclass(frozen=True)
class Names:
    """The names that rules, stories and data may use."""

    path: Path
    intents: frozenset[str]
    actions: frozenset[str]  # also forms, responses and Rasa's own
    forms: frozenset[str]
    slots: frozenset[str]
    entities: frozenset[str]

    def line_of_intent(self, intent: str) -> int | None:
        """Where an intent is registered."""
        return line_of_item(self.path, intent)


def load_names(path: Path) -> Names:
    """The names of a domain file.

    Raises:
        DataError: it can't be read, or has no intents.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict) or not isinstance(content.get("intents"), list):
        raise DataError(path, 1, "缺少 intents 列表")
    forms = frozenset(_names(content.get("forms")))
    return Names(
        path,
        intents=frozenset(_names(content["intents"])),
        actions=frozenset(_names(content.get("actions")))
        | forms
        | {*_names(content.get("responses"))}
        | _RASAS_ACTIONS,
        forms=forms,
        slots=frozenset(_names(content.get("slots"))) | ({"requested_slot"} if forms else frozenset()),
        entities=frozenset(_names(content.get("entities"))),
    )


def _names(listed: Any) -> Iterator[str]:
    """The names in a list or mapping; an item may be a mapping of a name to its settings."""
    for item in listed if isinstance(listed, list | dict) else ():
        yield str(next(iter(item), "")) if isinstance(item, dict) else str(item)
