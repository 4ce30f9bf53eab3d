"""Personal data that the product must keep: sealed, and comparable without being opened."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from kefu.settings import settings


def seal(value: str) -> str:
    """Encrypt a personal value for storage (Fernet, key derived from KEFU_SECRET)."""
    return _fernet().encrypt(value.encode()).decode()


def unseal(token: str) -> str | None:
    """The value behind a token of `seal`, or None where it is forged or of another key."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        return None


def fingerprint(*parts: str) -> str:
    """A keyed digest (hex, 64 characters) to find the same customer again without storing who it is."""
    message = "\x1f".join(parts).encode()
    return hmac.new(_key(), message, hashlib.sha256).hexdigest()


def _key() -> bytes:
    return settings().secret.get_secret_value().encode()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(_key()).digest()))
