"""What a user has got so far, and who is delivering what comes next: claimed, sent, confirmed.

The log holds what must be seen, a cursor in `wechat_users` how far it was. A claim is a lease on the next message:
whoever dies between claiming and confirming has perhaps sent it. A passive reply is then repeated by the platform's
own retry; a message to the API, whose answer nobody has, is sent again (docs/decisions/0038).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.channels.log import CUSTOMER, Logged
from kefu.channels.models import Message
from kefu.channels.wechat.models import WechatReply, WechatUser
from kefu.channels.wechat.pack import Packed, Way, pack, with_more
from kefu.channels.wechat.users import ALLOWED, MESSAGE, TRIED, user_key
from kefu.database import Database
from kefu.sealing import unseal

CLAIM = timedelta(seconds=20)  # longer than the platform's retries of a callback
_KEPT = timedelta(days=1)  # passive replies, for repetitions
_MOST_LINES = 40  # looked at for one message
_BEFORE = 10  # lines behind the cursor, to number the choices of a turn
_LONGEST_WAIT = 300.0  # seconds between two tries
_PICTURE_TRIES = 7  # about a minute; then words stand for it, so that it holds up nothing for ever …
_SAID = select(Message.seq).where(
    Message.conversation == WechatUser.conversation,
    Message.seq > WechatUser.delivered_seq,
    Message.who != CUSTOMER,
)


class Busy(Exception):
    """Somebody else is delivering to this user now."""


@dataclass(frozen=True)
class Claim:
    """A message that is ours to deliver; `id` is empty where it needs no confirmation.

    `asks`: it is the last that may be sent, and asks the user to write.
    `is_repeat`: another request for the same callback has been given it, and has confirmed it where `id` is empty.
    """

    id: str
    conversation: str
    openid: str
    kind: str
    text: str
    choices: Sequence[Any]
    to_seq: int
    to_part: int
    has_more: bool
    is_repeat: bool = False
    upload: str = ""
    asks: bool = False


class Deliveries:
    """Claims on what users have not got yet, for all processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def passive(self, conversation: str, message_id: str, has_api: bool, reserved: datetime) -> Claim | None:
        """What goes back with a callback: what it got before, else the next message.

        None where nothing is owed, somebody else is delivering, or a picture comes next, which goes by the API.

        Args:
            has_api: whether what does not fit can follow by the API.
            reserved: until when the callback has reserved the answer for itself; that ends now.
        """
        now = datetime.now(timezone.utc)
        async with self._database.write(user_key(conversation)) as session:
            user = await session.get(WechatUser, conversation)
            if user is None:
                return None
            if user.reserved_until == reserved:
                user.reserved_until = None
            earlier = await session.get(WechatReply, (conversation, message_id))
            if earlier is not None:
                is_open = bool(earlier.claim) and earlier.claim == user.claim
                if is_open:
                    user.claimed_until = now + CLAIM
                return _again(earlier, is_open)
            try:
                packed = await self._next(session, user, "passive" if has_api else "bare", now)
            except Busy:
                return None
            if packed is None or packed.kind == "image":
                return None
            text = packed.text
            if packed.has_more and not has_api:
                text = with_more(text, packed.is_before_transfer)
                user.waiting = user.asked = True
            claim = _claim(user, packed, text, now)
            session.add(_reply(claim, message_id, now))
            return claim

    async def told(self, conversation: str, message_id: str, text: str) -> Claim:
        """A passive reply outside of the log that asks the user to write again; its repetitions get the same."""
        async with self._database.write(user_key(conversation)) as session:
            user = await session.get(WechatUser, conversation)
            earlier = await session.get(WechatReply, (conversation, message_id))
            if earlier is not None:
                return _again(earlier, is_open=False)
            user.waiting = user.asked = True
            claim = Claim("", conversation, "", "text", text, (), user.delivered_seq, user.delivered_part, False)
            session.add(_reply(claim, message_id, datetime.now(timezone.utc)))
            return claim

    async def earlier(self, conversation: str, message_id: str) -> bool:
        """Whether a callback was answered with something before."""
        async with self._database.read() as session:
            return await session.get(WechatReply, (conversation, message_id)) is not None

    async def owes(self, conversation: str) -> bool:
        """Whether a user has not got everything that was said."""
        query = select(WechatUser.conversation).where(WechatUser.conversation == conversation, _SAID.exists())
        async with self._database.read() as session:
            return (await session.execute(query)).first() is not None

    async def is_claimed(self, conversation: str) -> bool:
        """Whether somebody is delivering to a user now."""
        now = datetime.now(timezone.utc)
        query = select(WechatUser.conversation).where(
            WechatUser.conversation == conversation, WechatUser.claimed_until > now
        )
        async with self._database.read() as session:
            return (await session.execute(query)).first() is not None

    async def by_api(self, conversation: str, is_allowed: bool, reserved: datetime | None = None) -> Claim | None:
        """The next message to send by the API; None where nothing is owed, or nothing may be sent now.

        Args:
            is_allowed: whether the account may use the API at all.
            reserved: until when a callback has reserved the answer that is asking: only what stands before the
                transfer that will go back with it.
        """
        now = datetime.now(timezone.utc)
        async with self._database.write(user_key(conversation)) as session:
            user = await session.get(WechatUser, conversation)
            if user is None or (user.reserved_until and user.reserved_until > now and user.reserved_until != reserved):
                return None
            if user.retry_at and user.retry_at > now:
                return None
            try:
                packed = await self._next(session, user, "ahead" if reserved else "api", now)
            except Busy:
                return None
            if packed is None:
                return None
            may_send = is_allowed and user.openid_sealed and user.quota > 0
            if not may_send or user.window_until is None or user.window_until <= now:
                user.waiting = user.waiting or reserved is None
                return None
            user.quota -= 1
            user.waiting = user.asked = False
            if user.quota or not packed.has_more or packed.kind == "image":
                return _claim(user, packed, packed.text, now)
            user.waiting = user.asked = True  # now: whoever dies before the confirmation has perhaps asked
            return replace(_claim(user, packed, with_more(packed.text), now), asks=True)

    async def confirm(self, claim: Claim) -> None:
        """The message has arrived."""
        async with self._database.write(user_key(claim.conversation)) as session:
            user = await session.get(WechatUser, claim.conversation)
            if claim.id and user is not None and user.claim == claim.id:
                user.delivered_seq, user.delivered_part = claim.to_seq, claim.to_part
                user.claim = user.claimed_until = user.retry_at = None
                user.tries = 0

    async def refused(self, claim: Claim, needs_user: bool) -> float:
        """The message was not sent: try again after a while (seconds, returned), or when the user has written."""
        now = datetime.now(timezone.utc)
        async with self._database.write(user_key(claim.conversation)) as session:
            user = await session.get(WechatUser, claim.conversation)
            if user is None or user.claim != claim.id:
                return 0.0
            user.claim = user.claimed_until = None
            if claim.asks and not user.quota:  # else the user has written meanwhile
                user.waiting = user.asked = False
            user.tries += 1
            delay = min(2.0 ** (user.tries - 1), _LONGEST_WAIT)
            user.retry_at = now + timedelta(seconds=delay)
            user.quota = min(user.quota + 1, ALLOWED[MESSAGE][0])  # should it have arrived, the platform will say so
            if needs_user:
                user.quota, user.waiting, user.retry_at = 0, True, None
            return delay

    async def owing(self, accounts: Sequence[str], limit: int = 50) -> list[str]:
        """Conversations with something to send now: after a restart, or when a failed try may be repeated."""
        now = datetime.now(timezone.utc)
        query = select(WechatUser.conversation).where(
            WechatUser.waiting.is_(False),
            WechatUser.seen_at > now - timedelta(hours=48),
            WechatUser.account.in_(accounts),
            (WechatUser.reserved_until.is_(None)) | (WechatUser.reserved_until < now),
            (WechatUser.claimed_until.is_(None)) | (WechatUser.claimed_until < now),
            (WechatUser.retry_at.is_(None)) | (WechatUser.retry_at < now),
            _SAID.exists(),
        )
        async with self._database.read() as session:
            return list((await session.execute(query.order_by(WechatUser.seen_at).limit(limit))).scalars())

    async def purge(self) -> None:
        """Forget passive replies that no callback will ask for again."""
        async with self._database.write() as session:
            old = datetime.now(timezone.utc) - _KEPT
            await session.execute(delete(WechatReply).where(WechatReply.at < old))

    async def _next(self, session: AsyncSession, user: WechatUser, way: Way, now: datetime) -> Packed | None:
        """The next message for a user, unless somebody else has it in hand; skips what has nothing to show."""
        if user.claimed_until and user.claimed_until > now:
            raise Busy
        if user.claim:  # whoever had it is dead: its reply, if any, must not be given again
            same = (WechatReply.conversation == user.conversation, WechatReply.claim == user.claim)
            await session.execute(delete(WechatReply).where(*same))
            user.claim = user.claimed_until = None
        lines = await _lines(session, user)
        patience = TRIED if way == "passive" else _PICTURE_TRIES  # … and sooner where the user has written
        packed = pack(lines, user.delivered_seq, user.delivered_part, way, has_pictures=user.tries < patience)
        if packed is None and lines and way != "ahead":
            user.delivered_seq, user.delivered_part = max(user.delivered_seq, lines[-1].seq), 0
        return packed


async def _lines(session: AsyncSession, user: WechatUser) -> list[Logged]:
    query = select(Message).where(Message.conversation == user.conversation, Message.seq > user.delivered_seq - _BEFORE)
    found = (await session.execute(query.order_by(Message.seq).limit(_MOST_LINES + _BEFORE))).scalars()
    return [Logged(line.seq, line.who, line.body, line.message_id, line.at) for line in found]


def _claim(user: WechatUser, packed: Packed, text: str, now: datetime) -> Claim:
    user.claim, user.claimed_until = secrets.token_hex(12), now + CLAIM
    openid = unseal(user.openid_sealed) if user.openid_sealed else None
    return Claim(
        user.claim,
        user.conversation,
        openid or "",
        packed.kind,
        text,
        packed.choices,
        packed.to_seq,
        packed.to_part,
        packed.has_more,
        upload=packed.upload,
    )


def _reply(claim: Claim, message_id: str, now: datetime) -> WechatReply:
    return WechatReply(
        conversation=claim.conversation,
        message_id=message_id,
        body={"kind": claim.kind, "text": claim.text},
        claim=claim.id or None,
        to_seq=claim.to_seq,
        to_part=claim.to_part,
        at=now,
    )


def _again(reply: WechatReply, is_open: bool) -> Claim:
    claim = reply.claim if is_open else ""
    body = reply.body
    end = reply.to_seq, reply.to_part
    return Claim(claim, reply.conversation, "", body["kind"], body["text"], (), *end, has_more=False, is_repeat=True)
