"""Signing in: throttled by user and address in the database, with a password and, where enrolled, a TOTP code."""

from datetime import datetime, timedelta, timezone

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.people.models import SignInAttempt, User
from kefu.desk.people.passwords import verify_password
from kefu.desk.people.sessions import NewSession, start
from kefu.sealing import fingerprint, unseal

WINDOW = timedelta(minutes=15)
MOST_OF_PAIR, MOST_OF_ADDRESS, MOST_OF_USER = 5, 30, 50  # failures within the window
_STEP = 30  # seconds of a TOTP code


class SignInRefused(Exception):
    """The text can be shown; it never says whether the name, the password or the code was wrong."""


class SignInThrottled(SignInRefused):
    """Too many failures; `retry_after` in seconds."""

    def __init__(self) -> None:
        super().__init__("试得太多了，请 15 分钟后再试")
        self.retry_after = int(WINDOW.total_seconds())


class SignIn:
    """The way in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(
        self, name: str, password: str, code: str, address: str, now: datetime | None = None
    ) -> NewSession:
        """Start a session.

        Args:
            code: TOTP code; empty where the user has none.
            address: of the browser.

        Raises:
            SignInThrottled: too many failures of this user or address.
            SignInRefused: name, password or code is wrong, or the user is disabled.
        """
        moment = now or datetime.now(timezone.utc)
        await self._count_attempt(name, address, moment)  # before the check: parallel guesses count as well
        async with self._database.read() as session:
            user = await session.get(User, name)
        right = await verify_password(user.password_hash if user else None, password)
        async with self._database.write() as session:
            user = await session.get(User, name, with_for_update=True) if right else None
            if user is None or user.disabled_at or not _code_is_right(user, code, moment):
                raise SignInRefused("用户名、密码或动态码不对")
            await session.execute(delete(SignInAttempt).where(*_pair(name, address)))
            return start(session, user, moment)

    async def confirm(self, user: User, password: str, address: str, now: datetime | None = None) -> None:
        """Make sure that it is still the person who has signed in; guesses count as at the sign-in.

        Raises:
            SignInThrottled: too many failures of this user or address.
            SignInRefused: the password is wrong.
        """
        await self._count_attempt(user.name, address, now or datetime.now(timezone.utc))
        if not await verify_password(user.password_hash, password):
            raise SignInRefused("现在的密码不对")
        async with self._database.write() as session:
            await session.execute(delete(SignInAttempt).where(*_pair(user.name, address)))

    async def purge(self, before: datetime) -> int:
        """Delete attempts from before a moment; returns how many."""
        async with self._database.write() as session:
            return int((await session.execute(delete(SignInAttempt).where(SignInAttempt.at < before))).rowcount)

    async def _count_attempt(self, name: str, address: str, now: datetime) -> None:
        pair = _pair(name, address)
        limits = ((pair, MOST_OF_PAIR), (pair[:1], MOST_OF_USER), (pair[1:], MOST_OF_ADDRESS))
        async with self._database.write("sign-in") as session:
            for conditions, most in limits:
                if await _failures(session, conditions, now - WINDOW) >= most:
                    raise SignInThrottled
            session.add(SignInAttempt(user_key=_user_key(name), address_key=_address_key(address), at=now))


async def _failures(session: AsyncSession, conditions: tuple, since: datetime) -> int:
    query = select(func.count()).select_from(SignInAttempt).where(*conditions, SignInAttempt.at > since)
    return int((await session.execute(query)).scalar_one())


def _pair(name: str, address: str) -> tuple:
    return SignInAttempt.user_key == _user_key(name), SignInAttempt.address_key == _address_key(address)


def _user_key(name: str) -> str:
    return fingerprint("sign-in-user", name)


def _address_key(address: str) -> str:
    return fingerprint("sign-in-address", address)


def _code_is_right(user: User, code: str, now: datetime) -> bool:
    """Whether the code is of this, the last or the next half minute, and newer than the latest one used."""
    if not user.totp_sealed:
        return True
    secret = unseal(user.totp_sealed)
    if secret is None:
        return False
    present = int(now.timestamp()) // _STEP
    for step in (present - 1, present, present + 1):
        if step > (user.totp_step or 0) and pyotp.utils.strings_equal(pyotp.TOTP(secret).at(step * _STEP), code):
            user.totp_step = step
            return True
    return False
