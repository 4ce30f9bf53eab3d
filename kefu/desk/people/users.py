"""The users of the desk: made, changed and disabled by an operator's command or an admin."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pyotp
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.people.models import User, UserSession
from kefu.desk.people.passwords import check_password, hash_password
from kefu.desk.people.roles import Role
from kefu.sealing import seal

ONLINE, AWAY = "online", "away"
SEEN = timedelta(seconds=90)  # an agent whose console has been silent for longer is not there
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")
_ISSUER = "钱包客服工单台"


@dataclass(frozen=True)
class Enrolment:
    """A new TOTP secret; shown once, as text and as an address for a QR code."""

    secret: str
    uri: str


class Users:
    """Users over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, name: str, display_name: str, password: str, roles: Collection[Role], capacity: int = 4
    ) -> User:
        """Make a user.

        Raises:
            Unacceptable: the name is taken or no name, there is no role, the password is too easy.
        """
        check_name(name)
        if not display_name.strip() or len(display_name) > 32 or not display_name.isprintable():
            raise Unacceptable("显示名要 1 到 32 个字")
        if not roles:
            raise Unacceptable("至少要一个角色")
        check_password(password, name)
        user = User(
            name=name,
            display_name=display_name.strip(),
            password_hash=await hash_password(password),
            roles=sorted(role.value for role in roles),
            capacity=capacity,
            presence=AWAY,
            created_at=datetime.now(timezone.utc),
        )
        async with self._database.write(f"user:{name}") as session:
            if await session.get(User, name):
                raise Unacceptable(f"已经有用户 {name}")
            session.add(user)
        return user

    async def get(self, name: str) -> User | None:
        """The user of that name."""
        async with self._database.read() as session:
            return await session.get(User, name)

    async def all(self) -> list[User]:
        """Everybody, the disabled as well, by name."""
        async with self._database.read() as session:
            return list((await session.execute(select(User).order_by(User.name))).scalars())

    async def set_roles(self, name: str, roles: Collection[Role]) -> None:
        """Give a user these roles and no others; takes effect with the next request. Raises KeyError."""
        async with self._database.write() as session:
            (await _locked(session, name)).roles = sorted(role.value for role in roles)

    async def set_capacity(self, name: str, capacity: int) -> None:
        """Say how many talks at a time a user takes. Raises KeyError."""
        async with self._database.write() as session:
            (await _locked(session, name)).capacity = capacity

    async def set_password(self, name: str, password: str) -> None:
        """Give a user a new password and end all sessions.

        Raises:
            KeyError: there is no such user.
            Unacceptable: the password is too easy.
        """
        check_password(password, name)
        hashed = await hash_password(password)
        async with self._database.write() as session:
            (await _locked(session, name)).password_hash = hashed
            await _end_sessions(session, name)

    async def disable(self, name: str) -> None:
        """Let a user in no more, and end all sessions. Raises KeyError."""
        async with self._database.write() as session:
            user = await _locked(session, name)
            user.disabled_at, user.presence = user.disabled_at or datetime.now(timezone.utc), AWAY
            await _end_sessions(session, name)

    async def enable(self, name: str) -> None:
        """Let a disabled user in again. Raises KeyError."""
        async with self._database.write() as session:
            (await _locked(session, name)).disabled_at = None

    async def enrol_totp(self, name: str, enrolment: Enrolment | None = None) -> Enrolment:
        """Ask a user for a code at every sign-in from now on; an earlier secret is worth nothing. Raises KeyError.

        Args:
            enrolment: one that the user has proved to have; default: a new one.
        """
        chosen = enrolment or new_enrolment(name)
        async with self._database.write() as session:
            user = await _locked(session, name)
            user.totp_sealed, user.totp_step = seal(chosen.secret), None
            await _end_sessions(session, name)
        return chosen

    async def drop_totp(self, name: str) -> None:
        """Ask a user for no code any more (a lost phone). Raises KeyError."""
        async with self._database.write() as session:
            user = await _locked(session, name)
            user.totp_sealed, user.totp_step = None, None
            await _end_sessions(session, name)

    async def set_presence(self, name: str, presence: str, now: datetime | None = None) -> None:
        """An agent says whether he or she takes talks (ONLINE or AWAY). Raises KeyError."""
        if presence not in (ONLINE, AWAY):
            raise Unacceptable(f"在岗状态应是 {ONLINE} 或 {AWAY}")
        async with self._database.write() as session:
            user = await _locked(session, name)
            user.presence, user.seen_at = presence, now or datetime.now(timezone.utc)

    async def seen(self, name: str, now: datetime | None = None) -> None:
        """An agent's console is open (its beat; every 30 s or so)."""
        moment = now or datetime.now(timezone.utc)
        async with self._database.write() as session:
            await session.execute(update(User).where(User.name == name).values(seen_at=moment))

    async def online(self, now: datetime | None = None) -> list[User]:
        """The agents who take talks now: online, enabled, console open."""
        moment = now or datetime.now(timezone.utc)
        query = select(User).where(User.presence == ONLINE, User.disabled_at.is_(None), User.seen_at > moment - SEEN)
        async with self._database.read() as session:
            found = (await session.execute(query.order_by(User.name))).scalars()
            return [user for user in found if {Role.AGENT.value, Role.ADMIN.value} & set(user.roles)]


def new_enrolment(name: str, secret: str = "") -> Enrolment:
    """A secret for a user, new unless given; nothing is stored."""
    chosen = secret or pyotp.random_base32()
    return Enrolment(chosen, pyotp.TOTP(chosen).provisioning_uri(name=name, issuer_name=_ISSUER))


def check_name(name: str) -> None:
    """Refuse what is no name for a user or token.

    Raises:
        Unacceptable: it is not 2–32 of a–z, 0–9, dot, dash, underscore, with a letter first.
    """
    if not _NAME.fullmatch(name):
        raise Unacceptable("名字要 2 到 32 个字符：小写字母开头，可以有数字、点、横线、下划线")


async def _locked(session: AsyncSession, name: str) -> User:
    user = await session.get(User, name, with_for_update=True)
    if user is None:
        raise KeyError(name)
    return user


async def _end_sessions(session: AsyncSession, name: str) -> None:
    ended = update(UserSession).where(UserSession.user == name, UserSession.revoked_at.is_(None))
    await session.execute(ended.values(revoked_at=datetime.now(timezone.utc)))
