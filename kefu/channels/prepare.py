"""What happens to a customer's text before anything else sees it: cut, normalised, masked, phone sealed."""

import re
from dataclasses import dataclass, field

from kefu.sealing import seal
from kefu.show import EMPTY_MESSAGE
from kefu.text import mask_with_findings, normalise
from kefu.text.chars import HAN

# Many customers type no mark but a space, which normalising drops between Chinese characters (退 款).
_SPACE_FOR_COMMA = re.compile(rf"(?<=[{HAN}]{{4}})\s+(?=[{HAN}]{{4}})")


@dataclass(frozen=True)
class Prepared:
    """A text fit for the tracker, and what belongs to it but must not be read there."""

    text: str
    original: str
    sealed: dict[str, str] = field(default_factory=dict)
    was_cut: bool = False
    pressed: bool = False  # a button's command, not the customer's words


def prepare(text: str, max_chars: int) -> Prepared:
    """Make a customer's text safe.

    A leading `/` is removed: Rasa would take the text for an intent command. A space that parts two clauses is a comma.
    `original` is the text as typed, masked; `sealed` holds the phone number, if any.
    """
    cut = storable(text[:max_chars])
    masked = mask_with_findings(normalise(_SPACE_FOR_COMMA.sub("，", cut)).text)
    original = mask_with_findings(cut).text
    sealed = {finding.kind: seal(finding.value) for finding in masked.findings if finding.kind == "phone"}
    visible = "".join(filter(str.isprintable, original)).strip()
    readable = masked.text.lstrip("/ ") or visible.lstrip("/ ") or EMPTY_MESSAGE
    return Prepared(readable, original, sealed, was_cut=len(text) > max_chars)


def storable(text: str) -> str:
    """The text without what a database refuses: half surrogates (JSON allows them), and NUL (PostgreSQL does not)."""
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")
