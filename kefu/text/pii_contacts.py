"""E-mail addresses and the less usual ways to write a telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kefu.text.chars import SPOKEN_DIGITS
from kefu.text.pii import JOINER, Claim

_LOCAL = "a-z0-9._%+-"
# Whatever is glued to the end goes as well, lest it become the beginning of another address.
_EMAIL = re.compile(rf"(?<![{_LOCAL}])[{_LOCAL}]+@[a-z0-9-]+\.[{_LOCAL}]+")

# A landline is a shop's or a bank's unless the customer says that it is his own.
_OWN_LANDLINE = re.compile(
    r"(?:(?:我|家里?|本人|联系|办公室?|单位|公司)的?(?:联系)?(?:电话|号码)|座机|固话|固定电话)"
    r"(?:号码?|是|为|[ :]){0,4}(?P<number>\(?0\d{2,3}\)?[ -]?\d{7,8}(?!\d))"
)
_DOTTED_MOBILE = re.compile(r"(?<![\d.])(?P<number>1[3-9]\d\.\d{4}\.\d{4})(?![\d.])")

_TO_DIGITS = str.maketrans(SPOKEN_DIGITS)
_TWO_SPOKEN = re.compile(f"[{''.join(SPOKEN_DIGITS)}].{{0,3}}[{''.join(SPOKEN_DIGITS)}]")
_SPOKEN_MOBILE = re.compile(rf"1[3-9]\d(?:[ {JOINER}-]{{0,2}}\d){{8}}")


def emails(shadow: str) -> Iterator[Claim]:
    """Claim e-mail addresses."""
    if "@" in shadow:
        for match in _EMAIL.finditer(shadow):
            yield Claim("email", *match.span())


def other_phones(shadow: str) -> Iterator[Claim]:
    """Claim the customer's own landline and 138.0013.8000."""
    for pattern in (_OWN_LANDLINE, _DOTTED_MOBILE):
        for match in pattern.finditer(shadow):
            yield Claim("phone", *match.span("number"))


def spoken_mobiles(shadow: str) -> Iterator[Claim]:
    """Claim mobile numbers in Chinese numerals (一三八零零…, 幺三八…), also mixed with Arabic ones."""
    if not _TWO_SPOKEN.search(shadow):
        return
    digits = shadow.translate(_TO_DIGITS)
    for match in _SPOKEN_MOBILE.finditer(digits):
        start, end = match.span()
        spoken = sum(char in SPOKEN_DIGITS for char in shadow[start:end])
        neighbours = shadow[max(start - 1, 0) : start] + shadow[end : end + 1]
        if spoken >= 2 and not any(char.isdecimal() for char in neighbours):
            yield Claim("phone", start, end)
