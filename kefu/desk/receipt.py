"""Receipt numbers: unguessable, and readable over the telephone."""

import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_LENGTH = 10  # 50 random bits
_PREFIX = "KF"
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SHAPE = re.compile(rf"KF[{_ALPHABET}]{{{_LENGTH}}}")

_WITHIN = re.compile(rf"(?<![0-9A-Za-z]){_SHAPE.pattern}(?![0-9A-Za-z])")


def new_receipt() -> str:
    """A new number such as KF7K3M9QXT2B."""
    return _PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def parse_receipt(text: str) -> str | None:
    """The number that a customer has typed, misread characters put right; None where it can't be one."""
    compact = re.sub(r"[\s-]", "", text).upper()
    if not compact.startswith(_PREFIX):
        return None
    number = _PREFIX + compact[len(_PREFIX) :].translate(_MISREAD)
    return number if _SHAPE.fullmatch(number) else None


def find_receipt(text: str) -> str | None:
    """The first number that stands in a text of ours."""
    found = _WITHIN.search(text)
    return found[0] if found else None
