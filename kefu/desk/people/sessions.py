"""Sessions of browsers: kept on the server, known by the digest of a random id, ended at once when revoked."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.people.models import User, UserSession

LONGEST = timedelta(hours=12)
IDLE = timedelta(hours=2)
_TOUCH = timedelta(minutes=1)  # how exact `seen_at` is


@dataclass(frozen=True)
class NewSession:
    """What the browser gets: the id for its cookie, and the token that its forms must send back."""

    id: str
    csrf: str


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a session."""

    user: User
    csrf: str


class Sessions:
    """Sessions over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, session_id: str, now: datetime | None = None) -> SignedIn | None:
        """Who has signed in with this id; None where it is forged, expired, idle, revoked, or the user disabled."""
        moment, digest = now or datetime.now(timezone.utc), digest_of(session_id)
        async with self._database.read() as session:
            kept = await session.get(UserSession, digest)
            user = await session.get(User, kept.user) if kept else None
        if kept is None or user is None or user.disabled_at or kept.revoked_at:
            return None
        if moment >= kept.expires_at or moment - kept.seen_at >= IDLE:
            return None
        if moment - kept.seen_at >= _TOUCH:
            async with self._database.write() as session:
                touched = update(UserSession).where(UserSession.id_hash == digest)
                await session.execute(touched.values(seen_at=moment))
        return SignedIn(user, kept.csrf)

    async def end(self, session_id: str) -> None:
        """End a session (sign out)."""
        async with self._database.write() as session:
            ended = update(UserSession).where(UserSession.id_hash == digest_of(session_id))
            await session.execute(ended.values(revoked_at=datetime.now(timezone.utc)))

    async def of_user(self, name: str, now: datetime | None = None) -> list[UserSession]:
        """A user's sessions that are good, the latest used first."""
        moment = now or datetime.now(timezone.utc)
        query = select(UserSession).where(
            UserSession.user == name,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > moment,
            UserSession.seen_at > moment - IDLE,
        )
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(UserSession.seen_at.desc()))).scalars())

    async def end_of_user(self, name: str, id_hash: str) -> None:
        """End one of a user's own sessions, known by the digest of its id; another's stays."""
        async with self._database.write() as session:
            ended = update(UserSession).where(UserSession.id_hash == id_hash[:64], UserSession.user == name)
            await session.execute(ended.values(revoked_at=datetime.now(timezone.utc)))

    async def purge(self, before: datetime) -> int:
        """Delete sessions that expired before a moment; returns how many."""
        async with self._database.write() as session:
            return int((await session.execute(delete(UserSession).where(UserSession.expires_at < before))).rowcount)


def start(session: AsyncSession, user: User, now: datetime) -> NewSession:
    """A new session for a user, within the caller's transaction."""
    new = NewSession(secrets.token_urlsafe(32), secrets.token_urlsafe(32))
    session.add(
        UserSession(
            id_hash=digest_of(new.id),
            user=user.name,
            csrf=new.csrf,
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    return new


def digest_of(secret: str) -> str:
    """What is stored of a random secret (SHA-256, hex): enough, as it can't be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()
