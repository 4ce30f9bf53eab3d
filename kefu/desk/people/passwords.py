"""Passwords: argon2id, in a thread (a hash takes a quarter of a second on purpose)."""

import asyncio
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kefu.desk.errors import Unacceptable

SHORTEST, LONGEST = 10, 200  # characters


def check_password(password: str, name: str) -> None:
    """Refuse a password that is too easy.

    Raises:
        Unacceptable: it is too short, too long, too simple, or holds the user's name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Unacceptable(f"密码要 {SHORTEST} 到 {LONGEST} 个字符")
    if len(set(password)) < 5 or name.lower() in password.lower():
        raise Unacceptable("密码太简单：不要只用几个字符，也不要包含用户名")


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.to_thread(_hasher().hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether a password is right; takes as long where there is nothing to compare with."""
    return await asyncio.to_thread(_verify, stored or _nobody(), password[: LONGEST + 1]) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return _hasher().hash("nobody has this password")
