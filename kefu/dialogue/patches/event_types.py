"""Finds an event's class by name in a table.

Upstream: `rasa.shared.core.events.Event.resolve_by_type`.
Reason: it walks the whole tree of event classes, with `inspect.isabstract` on each, for every event that is read back
from an action's answer or from the tracker store.
"""

from collections.abc import Iterable

from rasa.shared.core.events import Event

from kefu.dialogue.patches.replacement import Replacement

_stock = Event.resolve_by_type


class EventTypes:
    """The classes that Rasa's own walk found so far, by the events' names."""

    def __init__(self) -> None:
        self._found: dict[str, type[Event]] = {}

    def resolve(self, type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        """The class for a name, as Rasa's own function answers it.

        Only names that have a class are kept: a class that is defined later is found as soon as it is there.
        """
        found = self._found.get(type_name)
        if found is not None:
            return found
        resolved: type[Event] | None = _stock(type_name, default)
        if resolved is not None and resolved.type_name == type_name:
            self._found[type_name] = resolved
        return resolved


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(Event, "resolve_by_type", staticmethod(EventTypes().resolve))
