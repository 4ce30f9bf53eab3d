"""Access tokens: one process asks for a new one, the others wait for it; kept sealed in the database."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone

from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.models import WechatToken
from kefu.database import Database
from kefu.sealing import seal, unseal

EARLY = timedelta(minutes=5)  # before its end a token is renewed; the platform then honours both for a while
_ASKING = timedelta(seconds=12)  # after it, whoever was asking is taken for dead
_LOOK_SECONDS = 0.1

# Asks the platform: (account, force a new one) → token, seconds it lives.
Ask = Callable[[Account, bool], Awaitable[tuple[str, float]]]


class Tokens:
    """The access tokens of all accounts."""

    def __init__(self, database: Database, ask: Ask) -> None:
        self._database = database
        self._ask = ask
        self._known: dict[str, tuple[str, float]] = {}  # token and when to look again (monotonic), by app id
        self._looking: dict[str, asyncio.Lock] = {}

    async def get(self, account: Account, refused: str | None = None) -> str:
        """A token that is good for a while.

        Args:
            refused: the token that the platform would not take: any other is wanted.

        Raises:
            ApiError: the platform gives none.
        """
        token, until = self._known.get(account.app_id, ("", 0.0))
        if token and token != refused and time.monotonic() < until:
            return token
        async with self._looking.setdefault(account.app_id, asyncio.Lock()):
            while True:
                found = await self._look(account, refused)
                if found is not None:
                    return found
                await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self, account: Account, refused: str | None) -> str | None:
        """The stored token, else a new one; None while another process is asking for it."""
        now = datetime.now(timezone.utc)
        async with self._database.write(f"wechat-token:{account.app_id}") as session:
            row = await session.get(WechatToken, account.app_id)
            if row is None:
                row = WechatToken(app_id=account.app_id)
                session.add(row)
            token = unseal(row.token_sealed) if row.token_sealed else None
            if token and token != refused and row.expires_at - EARLY > now:
                return self._keep(account, token, row.expires_at)
            if row.asking_until and row.asking_until > now:
                return None
            row.asking_until = now + _ASKING
        return await self._renew(account, refused)

    async def _renew(self, account: Account, refused: str | None) -> str:
        token = None
        expires = datetime.now(timezone.utc)
        try:
            token, seconds = await self._ask(account, False)
            if token == refused:  # the platform still calls it the newest: it takes force
                token, seconds = await self._ask(account, True)
            expires += timedelta(seconds=seconds)
        finally:
            async with self._database.write(f"wechat-token:{account.app_id}") as session:
                row = await session.get(WechatToken, account.app_id)
                row.asking_until = None
                if token:
                    row.token_sealed, row.expires_at = seal(token), expires
        return self._keep(account, token, expires)

    def _keep(self, account: Account, token: str, expires: datetime) -> str:
        left = (expires - EARLY - datetime.now(timezone.utc)).total_seconds()
        self._known[account.app_id] = token, time.monotonic() + max(left, 0.0)
        return token
