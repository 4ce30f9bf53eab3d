"""Takes personal data out of a text: at the door, before a tracker, a log or a ticket can see it.

What is found is decided by shape, context and, for unlabelled cards, Luhn; never by the checksum of an ID card.
Order numbers, receipts, amounts, dates and hot-lines survive. A landline is masked only where it is called one's own.
A phone keeps its first three and last four digits (138****5678) and its value is returned, to be sealed for the ticket;
everything else becomes a word in brackets, and its value is not kept anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from kefu.text.chars import SPOKEN_DIGITS, to_decimal
from kefu.text.pii import BLANK, MOBILE, Claim, shadow_of
from kefu.text.pii_allowed import allowed
from kefu.text.pii_contacts import emails, other_phones, spoken_mobiles
from kefu.text.pii_numbers import numbers
from kefu.text.pii_secrets import secrets

_PLACEHOLDERS = {
    "id_card": "[身份证号]",
    "bank_card": "[银行卡号]",
    "code": "[验证码]",
    "password": "[密码]",
    "email": "[邮箱]",
}

# Earlier detectors win: an order number is no card, and a password may look like anything.
_DETECTORS: tuple[Callable[[str], Iterator[Claim]], ...] = (
    allowed,
    emails,
    secrets,
    other_phones,
    numbers,
    spoken_mobiles,
)

# What one round claims can uncover its neighbour; this is what makes masking idempotent.
_ROUNDS = 4

# Most messages have none of this and are done.
_SUSPICIOUS = re.compile(rf"[\d@]|[{''.join(SPOKEN_DIGITS)}]{{4}}|密码|口令|pass|pwd")


@dataclass(frozen=True)
class Finding:
    """Personal data at `start:end` of the unmasked text; `value` is the digits of a phone and "" for all else."""

    kind: str  # phone | id_card | bank_card | code | password | email
    value: str = field(repr=False)
    start: int
    end: int


@dataclass(frozen=True)
class Masked:
    """A text without personal data, and what was in it, in order."""

    text: str
    findings: tuple[Finding, ...] = ()


def mask(text: str) -> str:
    """The text without personal data; idempotent, linear, never raises."""
    return mask_with_findings(text).text


def mask_with_findings(text: str) -> Masked:
    """The text without personal data, with what was found; idempotent, linear, never raises."""
    shadow = shadow_of(text)
    if not _SUSPICIOUS.search(shadow):
        return Masked(text)
    found = [claim for claim in _claims(shadow) if claim.kind]
    if not found:
        return Masked(text)
    findings: list[Finding] = []
    parts: list[str] = []
    position = 0
    for kind, start, end in sorted(found, key=lambda claim: claim.start):
        value = _phone_digits(text[start:end]) if kind == "phone" else ""
        findings.append(Finding(kind, value, start, end))
        parts += text[position:start], _PLACEHOLDERS.get(kind) or f"{value[:3]}****{value[-4:]}"
        position = end
    parts.append(text[position:])
    return Masked("".join(parts), tuple(findings))


def _claims(shadow: str) -> list[Claim]:
    """Everything that the detectors claim, no place twice."""
    claims: list[Claim] = []
    taken = bytearray(len(shadow))
    for _ in range(_ROUNDS):
        uncovered = False
        for detect in _DETECTORS:
            new = [claim for claim in detect(shadow) if _take(taken, claim)]
            if new:
                shadow = _blanked(shadow, new)
                claims += new
                uncovered |= detect is not allowed
        if not uncovered:
            break
    return claims


def _take(taken: bytearray, claim: Claim) -> bool:
    """Mark a place as taken; whether it was free."""
    if taken.find(1, claim.start, claim.end) >= 0:
        return False
    taken[claim.start : claim.end] = b"\1" * (claim.end - claim.start)
    return True


def _blanked(shadow: str, claims: Iterable[Claim]) -> str:
    """The shadow with claimed places blank, so that later detectors neither see nor join across them."""
    parts: list[str] = []
    position = 0
    for _, start, end in sorted(claims, key=lambda claim: claim.start):
        parts += shadow[position:start], BLANK * (end - start)
        position = end
    return "".join(parts) + shadow[position:]


def _phone_digits(written: str) -> str:
    """The national number, digits only, however it was written."""
    digits = "".join(SPOKEN_DIGITS.get(char) or to_decimal(char) or "" for char in written)
    mobile = MOBILE.fullmatch(digits)
    return mobile["number"] if mobile else digits
