"""Callbacks as XML, and the answers to them read back."""

from collections.abc import Mapping
from xml.etree import ElementTree

_NUMBERS = frozenset({"CreateTime", "MsgId", "Location_X", "Location_Y", "Scale"})


def callback(fields: Mapping[str, str]) -> str:
    """A callback's body; texts stand in CDATA as the platform writes them, numbers do not."""
    lines = (f"<{name}>{value if name in _NUMBERS else _cdata(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{''.join(lines)}</xml>"


def read(text: str) -> dict[str, str]:
    """The fields of an answer; those of nested elements as `Outer.Inner`.

    Raises:
        ValueError: it is not XML, or its root is not `xml`.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from error
    if root.tag != "xml":
        raise ValueError(f"root is {root.tag}")
    found: dict[str, str] = {}
    for child in root:
        found[child.tag] = child.text or ""
        found.update({f"{child.tag}.{inner.tag}": inner.text or "" for inner in child})
    return found


def _cdata(value: str) -> str:
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
