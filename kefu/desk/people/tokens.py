"""Tokens of programs that use the API: made by a command, shown once, kept as a digest."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timezone

from sqlalchemy import select

from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.people.models import ApiToken
from kefu.desk.people.roles import Scope
from kefu.desk.people.sessions import digest_of
from kefu.desk.people.users import check_name

PREFIX = "kefu_"  # makes a leaked one easy to find
RESERVED = "desk"  # what the history calls the holder of KEFU_DESK_TOKEN


@dataclass(frozen=True)
class TokenHolder:
    """Which program calls, and what it may do."""

    name: str
    scopes: frozenset[Scope]


class Tokens:
    """API tokens over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, name: str, scopes: Collection[Scope]) -> str:
        """Make a token; returns it, this once.

        Raises:
            Unacceptable: the name is taken or no name, or there is no scope.
        """
        check_name(name)
        if name == RESERVED:
            raise Unacceptable(f"{name} 是 KEFU_DESK_TOKEN 的名字，请换一个")
        if not scopes:
            raise Unacceptable("至少要一个权限：read、write 或 admin")
        token = PREFIX + secrets.token_urlsafe(32)
        async with self._database.write(f"token:{name}") as session:
            if await session.get(ApiToken, name):
                raise Unacceptable(f"已经有令牌 {name}；用过的名字不再用，历史里才分得清")
            session.add(
                ApiToken(
                    name=name,
                    token_hash=digest_of(token),
                    scopes=sorted(scope.value for scope in scopes),
                    created_at=datetime.now(timezone.utc),
                )
            )
        return token

    async def revoke(self, name: str) -> None:
        """Let a token in no more. Raises KeyError."""
        async with self._database.write() as session:
            found = await session.get(ApiToken, name)
            if found is None:
                raise KeyError(name)
            found.revoked_at = found.revoked_at or datetime.now(timezone.utc)

    async def all(self) -> list[ApiToken]:
        """Every token that was ever made, by name."""
        async with self._database.read() as session:
            return list((await session.execute(select(ApiToken).order_by(ApiToken.name))).scalars())

    async def find(self, token: str) -> TokenHolder | None:
        """Whose token it is; None where it is unknown or revoked."""
        query = select(ApiToken).where(ApiToken.token_hash == digest_of(token), ApiToken.revoked_at.is_(None))
        async with self._database.read() as session:
            found = (await session.execute(query)).scalar_one_or_none()
        return TokenHolder(found.name, frozenset(map(Scope, found.scopes))) if found else None
