"""Followers: who they are to us, what may be sent to them, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.channels.models import Message
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.guard import Nonce, remember
from kefu.channels.wechat.models import WechatUser
from kefu.database import Database
from kefu.sealing import pseudonym, seal

# What a user's action allows by the customer-service API: how many messages, for how long.
# https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Service_Center_messages.html
MESSAGE = "message"
ALLOWED: Mapping[str, tuple[int, timedelta]] = {
    MESSAGE: (5, timedelta(hours=48)),
    "CLICK": (3, timedelta(minutes=1)),
    "subscribe": (3, timedelta(minutes=1)),
    "SCAN": (3, timedelta(minutes=1)),
}
TRIED = 2  # failures in a row that are remembered when the user writes: enough to say that there is a pattern


@dataclass(frozen=True)
class Seen:
    """A callback as the table of users took it.

    `was_waiting`: we had something that we could not send, and the user has written now; `was_asked`: as we had asked.
    """

    is_new: bool
    was_waiting: bool
    was_asked: bool
    reserved_until: datetime


def conversation_of(account: str, openid: str) -> str:
    """The conversation of a user with an account; tells nobody who it is, and outlives a change of the key."""
    return f"wx-{account}-{pseudonym('wechat', account, openid)[:40]}"


def account_name(conversation: str) -> str:
    """The account of a conversation."""
    return conversation.split("-")[1] if conversation.startswith("wx-") else ""


def user_key(conversation: str) -> str:
    """What a transaction names that changes a user's row."""
    return f"wechat:{conversation}"


class Users:
    """The table of followers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(
        self, account: Account, openid: str, message_id: str, action: str, reserve: float, nonce: Nonce
    ) -> Seen:
        """A user has done something.

        Args:
            message_id: a repeated callback opens no new window.
            action: `message` or the name of an event.
            reserve: seconds for which the answer may still go back with the callback.
            nonce: remembered with it.

        Raises:
            Refused: the nonce was used for another callback.
        """
        conversation = conversation_of(account.name, openid)
        now = datetime.now(timezone.utc)
        until = now + timedelta(seconds=reserve)
        async with self._database.write(user_key(conversation), f"nonce:{nonce.key}") as session:
            await remember(session, nonce)
            user = await session.get(WechatUser, conversation)
            if user is None:
                user = await _new_user(session, conversation, account.name)
            was_waiting, was_asked = bool(user.waiting), bool(user.asked)
            user.openid_sealed = user.openid_sealed or seal(openid)
            user.reserved_until = until
            if await _is_known(session, conversation, message_id):
                return Seen(is_new=False, was_waiting=False, was_asked=False, reserved_until=until)
            user.seen_at = now
            _allow(user, action, now)
            if action != MESSAGE:
                return Seen(is_new=True, was_waiting=False, was_asked=False, reserved_until=until)
            user.tries, user.retry_at = min(user.tries, TRIED), None
            return Seen(is_new=True, was_waiting=was_waiting, was_asked=was_asked, reserved_until=until)

    async def heard(self, conversation: str) -> None:
        """What a user has written, while we waited for it, is stored."""
        async with self._database.write(user_key(conversation)) as session:
            user = await session.get(WechatUser, conversation)
            if user is not None:
                user.waiting = user.asked = False

    async def forget(self, account: Account, openid: str) -> None:
        """An unsubscription: who it was, and what was still to be sent, is forgotten."""
        conversation = conversation_of(account.name, openid)
        async with self._database.write(user_key(conversation)) as session:
            user = await session.get(WechatUser, conversation)
            if user is None:
                return
            user.openid_sealed, user.window_until, user.quota, user.waiting = None, None, 0, True
            user.claim = user.claimed_until = user.reserved_until = None
            user.delivered_seq, user.delivered_part = await _newest(session, conversation), 0


def _allow(user: WechatUser, action: str, now: datetime) -> None:
    """Open the window that an action opens; a small one never closes a larger one."""
    if action not in ALLOWED:
        return
    messages, period = ALLOWED[action]
    is_open = user.window_until is not None and user.window_until > now and user.quota > 0
    if action == MESSAGE or not is_open:
        user.quota, user.window_until = messages, now + period


async def _new_user(session: AsyncSession, conversation: str, account: str) -> WechatUser:
    user = WechatUser(
        conversation=conversation,
        account=account,
        seen_at=datetime.now(timezone.utc),
        quota=0,
        delivered_seq=await _newest(session, conversation),
        delivered_part=0,
        waiting=False,
        asked=False,
        tries=0,
    )
    session.add(user)
    return user


async def _newest(session: AsyncSession, conversation: str) -> int:
    query = select(func.coalesce(func.max(Message.seq), 0)).where(Message.conversation == conversation)
    return int((await session.execute(query)).scalar_one())


async def _is_known(session: AsyncSession, conversation: str, message_id: str) -> bool:
    """Whether a callback has left its line in the log."""
    query = select(Message.seq).where(Message.conversation == conversation, Message.message_id == message_id)
    return (await session.execute(query)).first() is not None
