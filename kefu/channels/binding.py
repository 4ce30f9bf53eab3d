"""One customer, two channels: what the website shows binds a WeChat user to the website's customer.

It is shown twice: as a code to be typed, and as the scene of a QR code to be scanned. Whoever types means it; whoever
scans may not know whose code it is, and is asked first (docs/decisions/0054).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.channels.models import Binding, BindingCode, BindingTry, Message
from kefu.database import Database, database
from kefu.sealing import fingerprint

LIFETIME = timedelta(minutes=10)
_PERIOD = timedelta(hours=1)
_MOST_TRIES = 5  # wrong codes of one user in that time …
_MOST_TRIES_OF_ALL = 200  # … and of everybody: then somebody is guessing
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 and O, no 1, I and L
_LENGTH = 8  # 39 bits
SCENE = "bind-"  # before the 128 bits of a scene; WeChat takes 64 characters
_CUSTOMER = "customer"
_REPEATS = timedelta(seconds=30)  # within which the platform has sent a message for the last time


class Outcome(Enum):
    """What became of a code that somebody has sent or scanned."""

    BOUND = "bound"
    ASK = "ask"  # scanned: bound as soon as that person says so
    WRONG = "wrong"  # unknown, used, too old, of another brand: all the same to who tries
    THROTTLED = "throttled"


@dataclass(frozen=True)
class Code:
    """A code to show to a website customer, and the scene of the QR code that does the same."""

    text: str
    scene: str
    expires_at: datetime


class Bindings:
    """Who is the same customer. A customer is named by the conversation on the website."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def new_code(self, conversation: str, brand: str, request: str | None = None) -> Code:
        """A code for a website conversation; earlier ones of it end.

        Args:
            request: names what asked for it: asked again, it is the same code.
        """
        text, scene = _secrets(conversation, request or secrets.token_hex(16))
        now = datetime.now(timezone.utc)
        digest = _digest(text)
        others = (BindingCode.conversation == conversation) & (BindingCode.digest != digest)
        async with self._database.write("binding-codes") as session:
            await session.execute(delete(BindingCode).where(others | (BindingCode.expires_at < now)))
            if await session.get(BindingCode, digest) is None:
                fields = {"conversation": conversation, "brand": brand, "expires_at": now + LIFETIME}
                session.add(BindingCode(digest=digest, scene=_digest(scene), **fields))
        return Code(text, scene, now + LIFETIME)

    async def redeem(self, conversation: str, brand: str, code: str) -> Outcome:
        """Bind a WeChat conversation by a typed code; a code works once. Wrong ones are counted."""
        now = datetime.now(timezone.utc)
        async with self._database.write("binding-codes") as session:
            await session.execute(delete(BindingTry).where(BindingTry.at < now - _PERIOD))
            if await _tries(session, conversation) >= _MOST_TRIES or await _tries(session) >= _MOST_TRIES_OF_ALL:
                return Outcome.THROTTLED
            digest = _digest(_compact(code))
            bound = await session.get(Binding, conversation)
            if bound is not None and bound.code == digest:  # the platform has repeated the message
                return Outcome.BOUND
            found = await session.get(BindingCode, digest)
            if found is None or found.expires_at < now or found.brand != brand:
                session.add(BindingTry(conversation=conversation, at=now))
                return Outcome.WRONG
            await _bind(session, conversation, found, now)
            return Outcome.BOUND

    async def scan(self, conversation: str, brand: str, scene: str) -> Outcome:
        """A WeChat user has scanned a scene: nobody else can any more, and `confirm` will bind.

        Wrong ones are not counted: scenes come from the platform, which makes them for us alone.
        """
        now = datetime.now(timezone.utc)
        async with self._database.write("binding-codes") as session:
            shown = select(BindingCode).where(BindingCode.scene == _digest(scene))
            found = (await session.execute(shown)).scalars().first()
            if found is None or found.expires_at < now or found.brand != brand:
                return Outcome.WRONG
            if found.scanned_by not in (None, conversation):
                return Outcome.WRONG
            earlier = (BindingCode.scanned_by == conversation) & (BindingCode.digest != found.digest)
            await session.execute(update(BindingCode).where(earlier).values(scanned_by=None))  # the last one is meant
            found.scanned_by = conversation
            return Outcome.ASK

    async def confirm(self, conversation: str, is_plain: bool = True) -> Outcome:
        """Bind a WeChat conversation by what it has scanned; WRONG where that is nothing, or too long ago.

        Args:
            is_plain: the word can mean nothing else: said again it is a repetition for as long as a code lives; any
                other only for as long as the platform repeats a message.
        """
        now = datetime.now(timezone.utc)
        scanned = select(BindingCode).where(BindingCode.scanned_by == conversation, BindingCode.expires_at >= now)
        async with self._database.write("binding-codes") as session:
            found = (await session.execute(scanned)).scalars().first()
            if found is not None:
                await _bind(session, conversation, found, now)
                return Outcome.BOUND
            bound = await session.get(Binding, conversation)
            repeats = LIFETIME if is_plain else _REPEATS
            is_repeated = bound is not None and bound.bound_at > now - repeats
            return Outcome.BOUND if is_repeated else Outcome.WRONG

    async def unbind(self, conversation: str) -> bool:
        """End the binding of a conversation, from either side; whether there was one."""
        async with self._database.write("binding-codes") as session:
            ends = (Binding.conversation == conversation) | (Binding.customer == conversation)
            return bool((await session.execute(delete(Binding).where(ends))).rowcount)

    async def of(self, conversation: str) -> Binding | None:
        """The binding of a WeChat conversation; `kefu.desk.bound.customer_of` tells whose its tickets are."""
        async with self._database.read() as session:
            return await session.get(Binding, conversation)

    async def conversations(self, conversation: str) -> set[str]:
        """All conversations of the same customer, whichever of them is asked about."""
        async with self._database.read() as session:
            return await _same(session, conversation)

    async def way_back(self, conversation: str, push_id: str | None = None) -> str:
        """The conversation that the same customer has used last; where a push was said already, that one."""
        async with self._database.read() as session:
            same = await _same(session, conversation)
            if len(same) == 1:
                return conversation
            if push_id:
                said = select(Message.conversation).where(Message.conversation.in_(same), Message.message_id == push_id)
                if there := (await session.execute(said)).scalars().first():
                    return str(there)
            spoke = (
                select(Message.conversation)
                .where(Message.conversation.in_(same), Message.who == _CUSTOMER)
                .group_by(Message.conversation)
                .order_by(func.max(Message.at).desc())
            )
            return (await session.execute(spoke)).scalars().first() or conversation


async def conversations_of(conversation: str) -> set[str]:
    """`Bindings.conversations` in the database of this process."""
    return await Bindings(database()).conversations(conversation)


async def _same(session: AsyncSession, conversation: str) -> set[str]:
    either = (Binding.conversation == conversation) | (Binding.customer == conversation)
    bound = (await session.execute(select(Binding).where(either))).scalars()
    return {conversation}.union(*({binding.conversation, binding.customer} for binding in bound))


async def _tries(session: AsyncSession, conversation: str | None = None) -> int:
    query = select(func.count()).select_from(BindingTry)
    if conversation is not None:
        query = query.where(BindingTry.conversation == conversation)
    return int((await session.execute(query)).scalar_one())


async def _bind(session: AsyncSession, conversation: str, code: BindingCode, now: datetime) -> None:
    await session.delete(code)
    ends = (Binding.conversation == conversation) | (Binding.customer == code.conversation)
    await session.execute(delete(Binding).where(ends))
    session.add(Binding(conversation=conversation, customer=code.conversation, code=code.digest, bound_at=now))


def _secrets(conversation: str, request: str) -> tuple[str, str]:
    """Code and scene of a request: nobody can tell them without our key."""
    drawn = fingerprint("binding-request", conversation, request)
    number, text = int(drawn[:32], 16), ""
    while len(text) < _LENGTH:
        number, digit = divmod(number, len(_ALPHABET))
        text += _ALPHABET[digit]
    return text, SCENE + drawn[32:]


def _compact(code: str) -> str:
    return code.replace(" ", "").replace("-", "").upper()


def _digest(code: str) -> str:
    return fingerprint("binding-code", code)
