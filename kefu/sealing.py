"""Personal data that the product must keep: sealed, and comparable without being opened.

The key is KEFU_SECRET. Earlier ones (KEFU_OLD_SECRETS) still open what they sealed and still find what they
fingerprinted, so that a key can be changed without losing anybody (`python -m kefu rotate-key`).
"""

import base64
import hashlib
import hmac
from datetime import datetime, timezone

from cryptography.fernet import Fernet, InvalidToken

from kefu.settings import settings


def seal(value: str) -> str:
    """Encrypt a personal value for storage (Fernet, key derived from KEFU_SECRET)."""
    return _fernet(_keys()[0]).encrypt(value.encode()).decode()


def unseal(token: str) -> str | None:
    """The value behind a token of `seal`, or None where it is forged or of another key."""
    for key in _keys():
        try:
            return _fernet(key).decrypt(token.encode()).decode()
        except InvalidToken:
            continue
    return None


def is_sealed_now(token: str) -> bool:
    """Whether a token was sealed with the present key, not an earlier one."""
    try:
        _fernet(_keys()[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def fingerprint(*parts: str) -> str:
    """A keyed digest (hex, 64 characters) to find the same customer again without storing who it is."""
    return _digest(_keys()[0], parts)


def fingerprints(*parts: str) -> list[str]:
    """All digests under which something may be stored: of the present key first, then of earlier ones."""
    return [_digest(key, parts) for key in _keys()]


def pseudonym(*parts: str) -> str:
    """A digest that a change of the key does not change, for names that others keep: made with the earliest key."""
    return _digest(_keys()[-1], parts)


def signing_keys() -> list[str]:
    """What signatures may be made with, the key that signs last (as itsdangerous wants it).

    For a time after the key was changed the one before is among them: customers keep their sessions and buttons.
    """
    keys, until = _keys(), settings().old_signed_until
    is_known = len(keys) > 1 and until is not None and datetime.now(timezone.utc) < until
    return [key.decode() for key in (reversed(keys[:2]) if is_known else keys[:1])]


def derived_secrets(*parts: str) -> list[str]:
    """Secrets for others to sign with, in the order of `signing_keys`."""
    return [_digest(key.encode(), parts) for key in signing_keys()]


def _digest(key: bytes, parts: tuple[str, ...]) -> str:
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def _keys() -> list[bytes]:
    found = settings()
    old = found.old_secrets.get_secret_value().split(",")
    return [found.secret.get_secret_value().encode(), *(key.strip().encode() for key in old if key.strip())]


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key).digest()))
