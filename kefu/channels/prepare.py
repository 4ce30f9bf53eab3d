"""What happens to a customer's text before anything else sees it: cut, normalised, masked, phone sealed."""

from dataclasses import dataclass, field

from kefu.sealing import seal
from kefu.show import EMPTY_MESSAGE
from kefu.text import mask_with_findings, normalise


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

    A leading `/` is removed: Rasa would take the text for an intent command.
    `original` is the text as typed, masked; `sealed` holds the phone number, if any.
    """
    cut = storable(text[:max_chars])
    masked = mask_with_findings(normalise(cut).text)
    original = mask_with_findings(cut).text
    sealed = {finding.kind: seal(finding.value) for finding in masked.findings if finding.kind == "phone"}
    visible = "".join(filter(str.isprintable, original)).strip()
    readable = masked.text.lstrip("/ ") or visible.lstrip("/ ") or EMPTY_MESSAGE
    return Prepared(readable, original, sealed, was_cut=len(text) > max_chars)


def storable(text: str) -> str:
    """The text without what a database refuses: half surrogates (JSON allows them), and NUL (PostgreSQL does not)."""
    return text.encode("utf-8", "ignore").decode().replace("\x00", "")
