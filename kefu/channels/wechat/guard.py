"""Who may knock: only the platform, only now, and every signature for one message only."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.crypto import CryptoError, is_signed
from kefu.channels.wechat.models import WechatNonce
from kefu.channels.wechat.xml import parse
from kefu.database import Database
from kefu.sealing import fingerprint

WINDOW = 300  # seconds that the platform's clock and ours may differ


class Refused(ValueError):
    """A request that is not the platform's; the text is for the log and holds nothing of the request."""


@dataclass(frozen=True)
class Opened:
    """A callback's fields, and whether it wants its answer encrypted."""

    fields: dict[str, str]
    encrypted: bool


def verify(account: Account, query: Mapping[str, str], now: float | None = None) -> None:
    """Check `signature` and the age of a request.

    Raises:
        Refused: forged, or too old.
    """
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not is_signed(query.get("signature", ""), account.token.get_secret_value(), stamp, nonce):
        raise Refused("bad signature")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Refused("no timestamp")
    if abs((time.time() if now is None else now) - int(stamp)) > WINDOW:
        raise Refused("outside of the time window")


def open_body(account: Account, query: Mapping[str, str], body: bytes) -> Opened:
    """Decrypt and parse a callback whose `signature` was right.

    In compatible mode the readable copy beside the ciphertext is not signed, so it is not looked at.

    Raises:
        Refused: not encrypted although it must be, a wrong msg_signature, or another account's key.
        BadXml: the XML is not a callback's.
    """
    outer = parse(body)
    sealed, cipher = outer.get("Encrypt"), account.cipher
    if query.get("encrypt_type") != "aes":
        if not account.plain:
            raise Refused("not encrypted")
        return Opened(outer, encrypted=False)
    if cipher is None or not sealed:
        raise Refused("encrypted without a key")
    signed = (query.get("timestamp", ""), query.get("nonce", ""), sealed)
    if not is_signed(query.get("msg_signature", ""), account.token.get_secret_value(), *signed):
        raise Refused("bad msg_signature")
    try:
        return Opened(parse(cipher.decrypt(sealed)), encrypted=True)
    except CryptoError as error:
        raise Refused(str(error)) from error


class Nonces:
    """Every (account, timestamp, nonce) stands for one message, in all processes.

    A retry of the platform may come with the old nonce or with a new one; both name the same message and pass.
    A nonce that comes back with another message is a replay: in plain mode the signature does not cover the body.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @staticmethod
    def of(account: Account, query: Mapping[str, str], message_key: str) -> "Nonce":
        """The nonce of a callback, and the message that it stands for."""
        moment = (query.get("timestamp", ""), query.get("nonce", ""))
        return Nonce(fingerprint("wechat-nonce", account.name, *moment), fingerprint("wechat-message", message_key))

    async def claim(self, nonce: "Nonce") -> None:
        """Remember for which message a nonce was used.

        Raises:
            Refused: it was used for another one.
        """
        async with self._database.write(f"nonce:{nonce.key}") as session:
            await remember(session, nonce)

    async def purge(self) -> None:
        """Forget the nonces that are too old to come back."""
        async with self._database.write() as session:
            old = datetime.now(timezone.utc) - timedelta(seconds=2 * WINDOW)
            await session.execute(delete(WechatNonce).where(WechatNonce.at < old))


@dataclass(frozen=True)
class Nonce:
    """A nonce and its message, as keyed digests."""

    key: str
    message: str


async def remember(session: AsyncSession, nonce: Nonce) -> None:
    """`Nonces.claim` within a transaction."""
    found = await session.get(WechatNonce, nonce.key)
    if found is None:
        session.add(WechatNonce(key=nonce.key, message=nonce.message, at=datetime.now(timezone.utc)))
    elif found.message != nonce.message:
        raise Refused("nonce used before")
