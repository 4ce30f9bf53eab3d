"""JSON schemas of the plainest kind as functions: jsonschema takes a hundred times as long for a dozen small events."""

from collections.abc import Callable
from typing import Any

Check = Callable[[Any], bool]

_KNOWN = frozenset({"type", "properties", "required", "items", "const"})


def quick_check(schema: dict[str, Any], is_type: Callable[[Any, str], bool]) -> Check | None:
    """A check that says True only of what is valid; None where the schema says more than this understands.

    Args:
        is_type: what the schema's draft takes for a type.
    """
    if not _KNOWN.issuperset(schema) or not isinstance(schema.get("const", ""), str):
        return None
    properties = {name: quick_check(inner, is_type) for name, inner in schema.get("properties", {}).items()}
    items = quick_check(schema["items"], is_type) if "items" in schema else _anything
    if items is None or None in properties.values():
        return None
    inner = {name: check for name, check in properties.items() if check is not None and check is not _anything}
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else tuple(types)
    required = tuple(schema.get("required", ()))
    const = schema.get("const")
    if not (types or required or inner or const is not None or items is not _anything):
        return _anything

    def check(value: Any) -> bool:
        if const is not None and value != const:
            return False
        if types and not any(is_type(value, name) for name in types):
            return False
        if isinstance(value, dict):
            return all(name in value for name in required) and all(
                part(value[name]) for name, part in inner.items() if name in value
            )
        return all(map(items, value)) if isinstance(value, list) else True

    return check


def _anything(_: Any) -> bool:
    return True
