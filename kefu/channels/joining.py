"""Joining: people send one thought in several short lines; lines that come close together are one turn."""

from collections.abc import Sequence

from kefu.channels.inbox import Stored
from kefu.channels.prepare import Prepared
from kefu.sealing import seal
from kefu.show import PICTURE_MESSAGE
from kefu.text import Finding, mask_with_findings

MOST_LINES = 5
MOST_CHARS = 2_000
_SLACK = 0.3  # seconds between a line's arrival and its being stored; for a first try, which waits for those lines


def next_turn(waiting: Sequence[Stored], window: float) -> list[Stored]:
    """The first of the waiting lines, and those after it that belong to the same turn; after a crash the same again.

    Args:
        waiting: at least one line, in order.
        window: seconds between two lines of a turn at most; 0: every line is a turn.
    """
    turn = [waiting[0]]
    widest = window if waiting[0].tries else window + _SLACK  # what came later the first try has not seen
    length = len(waiting[0].prepared.original)
    for line in waiting[1:]:
        length += 1 + len(line.prepared.original)
        gap = (line.received_at - turn[-1].received_at).total_seconds()
        is_full = len(turn) == MOST_LINES or length > MOST_CHARS
        if not window or is_full or gap > widest or turn[-1].prepared.pressed or line.prepared.pressed:
            break
        turn.append(line)
    return turn


def joined(turn: Sequence[Stored]) -> Prepared:
    """The lines of a turn as one text, masked again: a number may be spread over two of them."""
    if len(turn) == 1:
        return turn[0].prepared
    texts = [line.prepared.text for line in turn]
    # With words beside it, a picture is not what the bot should think about.
    spoken = [text for text in texts if text != PICTURE_MESSAGE] or texts[:1]
    masked = mask_with_findings("\n".join(spoken))
    original = mask_with_findings("\n".join(line.prepared.original for line in turn))
    sealed = {kind: value for line in turn for kind, value in line.prepared.sealed.items()}
    sealed |= {finding.kind: seal(finding.value) for finding in masked.findings if finding.kind == "phone"}
    return Prepared(masked.text, original.text, sealed, any(line.prepared.was_cut for line in turn))


def masked_again(turn: Sequence[Stored]) -> dict[str, str]:
    """Texts by message id of the lines that only together show personal data, without it."""
    texts = [line.prepared.original for line in turn]
    hidden: dict[str, str] = {}
    start = 0
    findings = mask_with_findings("\n".join(texts)).findings if len(turn) > 1 else ()
    for line, text in zip(turn, texts, strict=True):
        left = _without(text, start, findings)
        if left != text:
            hidden[line.message.message_id] = left
        start += len(text) + 1
    return hidden


def _without(text: str, start: int, findings: Sequence[Finding]) -> str:
    """A line that begins at `start` of the whole, without the parts of it that were found."""
    for finding in reversed(findings):
        first, last = max(finding.start - start, 0), min(finding.end - start, len(text))
        if first < last:
            text = text[:first] + "*" * (last - first) + text[last:]
    return text
