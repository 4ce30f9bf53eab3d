"""Event classes are found as Rasa finds them."""

from typing import Any

import pytest
from rasa.shared.core.events import Event, SlotSet, deserialise_events
from rasa.shared.utils.common import all_subclasses
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

from kefu.dialogue import patches

NAMES = sorted({event.type_name for event in all_subclasses(Event)})


def outcome(*arguments: Any) -> Any:
    try:
        return Event.resolve_by_type(*arguments)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("arguments", [(name,) for name in (*NAMES, "topic", "no such event", "", None)])
@pytest.mark.parametrize("default", [(), (None,), (SlotSet,)])
def test_the_same_class_or_error(arguments: tuple[Any], default: tuple[Any, ...]) -> None:
    stock = outcome(*arguments, *default)
    patches.apply(["event_types"])
    assert [outcome(*arguments, *default) for _ in range(2)] == [stock, stock]


def read(stored: dict[str, Any]) -> Any:
    try:
        return [(type(event), event.as_dict()) for event in deserialise_events([stored])]
    except Exception as error:  # some kinds need more than the schema says
        return type(error), str(error)


def test_events_are_read_the_same() -> None:
    fields = {"timestamp": 1.0, "name": "n", "value": 1, "entities": [], "parse_data": {"intent": {"name": "fee"}}}
    kinds = [kind["properties"]["event"]["const"] for kind in EVENT_SCHEMA["oneOf"]]
    stored = [{"event": kind, **fields} for kind in (*kinds, "no such event", "topic")]
    stock = [read(event) for event in stored]
    assert sum(isinstance(result, list) for result in stock) > 15
    patches.apply(["event_types"])
    assert [read(event) for event in stored] == stock


def test_a_default_is_not_remembered_and_a_late_class_is_found() -> None:
    patches.apply(["event_types"])
    assert Event.resolve_by_type("late", SlotSet) is SlotSet
    with pytest.raises(ValueError, match="late"):
        Event.resolve_by_type("late")

    class Late(SlotSet):
        type_name = "late"

    assert Event.resolve_by_type("late", SlotSet) is Late


def test_a_known_name_is_looked_up_without_a_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    patches.apply(["event_types"])
    Event.resolve_by_type("slot")
    monkeypatch.setattr("rasa.shared.utils.common.all_subclasses", None)
    assert Event.resolve_by_type("slot") is SlotSet
