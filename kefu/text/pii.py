"""What the detectors of personal data share: the shadow of a text, and what they claim in it."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from kefu.text.chars import LazyTable, is_invisible, simplified, to_decimal

BLANK = "\0"  # stands in the shadow where something was claimed; no text has it there
JOINER = "\u200b"  # stands for everything invisible

# A mobile number of mainland China in one piece; assigned prefixes change, so none is checked.
MOBILE = re.compile(r"(?:(?:\+|00)?86|0)?(?P<number>1[3-9]\d{9})")


class Claim(NamedTuple):
    """A place in the shadow: personal data of a kind, or, with kind "", something that must survive."""

    kind: str  # phone | id_card | bank_card | code | password | email | ""
    start: int
    end: int


def shadow_of(text: str) -> str:
    """The text as detectors read it, of the same length.

    Digits of any script are ASCII, dashes and spaces plain, Latin letters half width and lower case,
    Chinese characters simplified.
    """
    return text.translate(_SHADOW)


def _shadow(char: str) -> str:
    if char.isspace():
        return " "
    if is_invisible(char):
        return JOINER
    digit = to_decimal(char)
    if digit is not None:
        return digit
    if unicodedata.category(char) == "Pd":
        return "-"
    compatible = unicodedata.normalize("NFKC", char)
    plain = compatible if len(compatible) == 1 else char
    return plain.lower() if plain.isascii() else simplified().get(plain, plain)


_SHADOW = LazyTable(_shadow)
