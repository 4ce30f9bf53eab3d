"""One customer, two channels: a code that the website shows binds a WeChat user to the website's customer."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.channels.models import Binding, BindingCode, BindingTry, Message
from kefu.database import Database, database
from kefu.sealing import fingerprint

LIFETIME = timedelta(minutes=10)
_PERIOD = timedelta(hours=1)
_MOST_TRIES = 5  # wrong codes of one user in that time …
_MOST_TRIES_OF_ALL = 200  # … and of everybody: then somebody is guessing
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 and O, no 1, I and L
_LENGTH = 8  # 39 random bits
_CUSTOMER = "customer"


class Outcome(Enum):
    """What became of a code that somebody has sent."""

    BOUND = "bound"
    WRONG = "wrong"  # unknown, used, too old, of another brand: all the same to who tries
    THROTTLED = "throttled"


@dataclass(frozen=True)
class Code:
    """A code to show to a website customer."""

    text: str
    expires_at: datetime


class Bindings:
    """Who is the same customer. A customer is named by the conversation on the website."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def new_code(self, conversation: str, brand: str) -> Code:
        """A code for a website conversation; an earlier one of it ends."""
        text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        now = datetime.now(timezone.utc)
        async with self._database.write("binding-codes") as session:
            await session.execute(
                delete(BindingCode).where((BindingCode.conversation == conversation) | (BindingCode.expires_at < now))
            )
            code = BindingCode(digest=_digest(text), conversation=conversation, brand=brand, expires_at=now + LIFETIME)
            session.add(code)
        return Code(text, now + LIFETIME)

    async def redeem(self, conversation: str, brand: str, code: str) -> Outcome:
        """Bind a WeChat conversation by a code; a code works once. Wrong ones are counted."""
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
            await session.delete(found)
            ends = (Binding.conversation == conversation) | (Binding.customer == found.conversation)
            await session.execute(delete(Binding).where(ends))
            session.add(Binding(conversation=conversation, customer=found.conversation, code=digest, bound_at=now))
            return Outcome.BOUND

    async def unbind(self, conversation: str) -> bool:
        """End the binding of a conversation, from either side; whether there was one."""
        async with self._database.write("binding-codes") as session:
            ends = (Binding.conversation == conversation) | (Binding.customer == conversation)
            return bool((await session.execute(delete(Binding).where(ends))).rowcount)

    async def customer(self, conversation: str) -> str:
        """Who it is: the customer that a conversation is bound to, else the conversation itself."""
        async with self._database.read() as session:
            found = await session.get(Binding, conversation)
            return found.customer if found else conversation

    async def way_back(self, conversation: str, push_id: str | None = None) -> str:
        """The conversation that the same customer has used last; where a push was said already, that one."""
        async with self._database.read() as session:
            bound = await session.execute(
                select(Binding).where((Binding.conversation == conversation) | (Binding.customer == conversation))
            )
            same = {conversation}
            for binding in bound.scalars():
                same |= {binding.conversation, binding.customer}
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


async def customer_of(conversation: str) -> str:
    """`Bindings.customer` in the database of this process."""
    return await Bindings(database()).customer(conversation)


async def _tries(session: AsyncSession, conversation: str | None = None) -> int:
    query = select(func.count()).select_from(BindingTry)
    if conversation is not None:
        query = query.where(BindingTry.conversation == conversation)
    return int((await session.execute(query)).scalar_one())


def _compact(code: str) -> str:
    return code.replace(" ", "").replace("-", "").upper()


def _digest(code: str) -> str:
    return fingerprint("binding-code", code)
