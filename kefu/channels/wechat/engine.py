"""The turn engine: from a callback to what goes back with it, within the platform's five seconds."""

import asyncio
import logging
from collections.abc import Mapping
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kefu.channels.apology import apology_unstored, reference_of
from kefu.channels.door import NotStored
from kefu.channels.log import CUSTOMER, Line, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage
from kefu.channels.wake import Wakeups, Woken
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.answers import STILL_WORKING
from kefu.channels.wechat.courier import Courier
from kefu.channels.wechat.delivery import Claim, Deliveries
from kefu.channels.wechat.guard import Nonces, Refused
from kefu.channels.wechat.incoming import Received
from kefu.channels.wechat.meaning import Ask, goes_on, meaning_of
from kefu.channels.wechat.tasks import Callback, Tasks
from kefu.channels.wechat.users import MESSAGE, Seen, Users, conversation_of
from kefu.database import Database

logger = logging.getLogger(__name__)

PASSIVE_SECONDS = 4.5  # from the callback's arrival; the platform hangs up at 5
_HANGS_UP = 2.0  # seconds after that in which it does so, at the latest
_SLACK = 0.3  # seconds between that and the platform's end of patience that we still use
_LOOK_SECONDS = 0.5  # between two looks where no wake-up comes
_EVENTS = {"event:click": "CLICK", "event:subscribe": "subscribe", "event:scan": "SCAN"}


class Unanswered(Exception):
    """A callback must not be acknowledged: whether it is stored, or how it is answered, is not known yet."""


class Engine:
    """Answers callbacks. What can't go back with a callback is left to the courier."""

    def __init__(
        self,
        database: Database,
        tasks: Tasks,
        log: MessageLog,
        wakeups: Wakeups,
        courier: Courier,
    ) -> None:
        self._database = database
        self._users = Users(database)
        self._deliveries = Deliveries(database)
        self._nonces = Nonces(database)
        self._tasks, self._log, self._wakeups, self._courier = tasks, log, wakeups, courier
        self._storing: set[asyncio.Task[Seen | Claim | None]] = set()

    async def answer(self, account: Account, received: Received, query: Mapping[str, str]) -> Claim | None:
        """What goes back with a callback; None for nothing. A repeated callback gets what it got before.

        A database that is away is waited for, as long as the platform waits; then the answer is an apology. One that
        is slow may still store the message: an apology would be one too many.

        Raises:
            Unanswered: the platform is to ask again; what it asked for may be stored.
            Refused: the callback's nonce (in `query`) was used for another one.
        """
        conversation = conversation_of(account.name, received.openid)
        meaning = meaning_of(account, received)
        if meaning.ask is Ask.NOTHING:
            return None
        callback = Callback(account, received, conversation, meaning, monotonic() + PASSIVE_SECONDS)
        async with self._wakeups.listen(conversation) as woken:
            begun = await self._begin(callback, query)
            if not isinstance(begun, Seen):
                return begun
            try:
                return await asyncio.wait_for(self._wait(callback, begun, woken), max(callback.left, 0.0) + _SLACK)
            except (SQLAlchemyError, OSError, asyncio.TimeoutError) as error:
                logger.warning("answer not looked up: account=%s: %s", account.name, type(error).__name__)
                if not account.api:  # nobody else will bring the answer, and nobody has heard that there will be one
                    raise Unanswered(account.name) from None
                return await self._late(callback)  # stored: the courier will bring it
            finally:
                self._courier.kick(conversation)

    async def close(self) -> None:
        """Let what is being stored be stored, within a bound."""
        if self._storing:
            await asyncio.wait(self._storing, timeout=PASSIVE_SECONDS)

    async def confirm(self, claim: Claim) -> None:
        """What `answer` gave has gone back."""
        if claim.id:
            await self._deliveries.confirm(claim)
        self._courier.kick(claim.conversation)

    async def _begin(self, callback: Callback, query: Mapping[str, str]) -> Seen | Claim | None:
        """Set going what the callback asks for; else what goes back at once. Patient with a database that is away."""
        while callback.left > _LOOK_SECONDS:
            storing = asyncio.create_task(self._begun(callback, query))
            self._storing.add(storing)
            storing.add_done_callback(self._storing.discard)
            try:
                await asyncio.wait({storing}, timeout=callback.left + _HANGS_UP)  # ends no transaction half-way
            finally:
                if not storing.done():
                    storing.add_done_callback(lambda late: self._ended_late(callback, late))
            if not storing.done():
                raise Unanswered(callback.account.name)
            try:
                return storing.result()
            except (NotStored, SQLAlchemyError, OSError) as error:
                self._warn(callback, error)
                await asyncio.sleep(_LOOK_SECONDS)
        if callback.meaning.ask is Ask.FORGET:  # who has gone hears nothing, and must not be kept
            raise Unanswered(callback.account.name)
        return self._apology(callback)

    def _ended_late(self, callback: Callback, storing: "asyncio.Task[Seen | Claim | None]") -> None:
        """The platform did not wait for it. What was stored is answered; else its repetition is stored, or this is."""
        if storing.cancelled():
            return
        if (error := storing.exception()) is None:
            self._courier.kick(callback.conversation)
        elif not isinstance(error, Refused):
            self._warn(callback, error)
            self._file(callback)

    def _warn(self, callback: Callback, error: BaseException) -> None:
        name, reference = callback.account.name, reference_of(self._message(callback))
        logger.warning("not stored: account=%s reference=%s: %s", name, reference, type(error).__name__)

    async def _begun(self, callback: Callback, query: Mapping[str, str]) -> Seen | Claim | None:
        account, received = callback.account, callback.received
        nonce = self._nonces.of(account, query, f"{callback.conversation}/{received.message_id}")
        if callback.meaning.ask is Ask.FORGET:
            await self._nonces.claim(nonce)
            await self._tasks.forget(callback)
            return None
        action = _EVENTS.get(received.kind, "") if received.is_event else MESSAGE
        seen = await self._users.seen(account, received.openid, received.message_id, action, callback.left, nonce)
        if not seen.is_new and await self._deliveries.earlier(callback.conversation, received.message_id):
            return await self._passive(callback, seen)
        await self._start(callback, seen)
        if seen.was_waiting or seen.was_asked:  # not before: what comes again then still goes on
            await self._users.heard(callback.conversation)
        return seen

    async def _start(self, callback: Callback, seen: Seen) -> None:
        """Do what the callback asks for; what it asked for before is not done again."""
        if not seen.is_new:
            return
        text = callback.meaning.text
        may_go_on = (seen.was_waiting and goes_on(text)) or (seen.was_asked and text == "1")
        if callback.meaning.ask is Ask.SAY and may_go_on and await self._has_rest(callback.conversation):
            line = Line(CUSTOMER, {"text": text}, callback.received.message_id)
            await self._log.append(callback.conversation, [line])
        else:
            await self._tasks.begin(callback)

    async def _wait(self, callback: Callback, seen: Seen, woken: Woken) -> Claim | None:
        """The answer, as soon as it is there and in time; else what there is at the deadline.

        Where the platform sends a callback again while it still waits for us, one of the two gets the answer.
        """
        while callback.left > 0:
            if await self._is_done(callback):
                if callback.account.api and callback.account.handoff == "wechat":
                    await self._courier.bring_ahead(callback.conversation, seen.reserved_until, callback.left)
                claim = await self._passive(callback, seen)
                is_mine = claim is not None and not claim.is_repeat
                if is_mine or not await self._deliveries.is_claimed(callback.conversation):
                    return claim if is_mine else None
            await woken.wait(max(min(callback.left, _LOOK_SECONDS), 0.01))
        claim = await self._passive(callback, seen)
        if claim is not None:
            return claim if claim.id or not claim.is_repeat else None
        return None if await self._is_done(callback) else await self._late(callback)

    async def _late(self, callback: Callback) -> Claim | None:
        """The answer will be late: say so, as far as the account may."""
        if callback.account.api:
            self._courier.show_typing(callback.account, callback.received.openid)
            return None
        return await self._deliveries.told(callback.conversation, callback.received.message_id, STILL_WORKING)

    async def _passive(self, callback: Callback, seen: Seen) -> Claim | None:
        message_id = callback.received.message_id
        has_api, reserved = callback.account.api, seen.reserved_until
        return await self._deliveries.passive(callback.conversation, message_id, has_api, reserved)

    async def _is_done(self, callback: Callback) -> bool:
        """Whether what the callback asked for is answered; for 'go on': whether anything is there, or will not be."""
        query = select(InboundMessage.answered_at).where(
            InboundMessage.conversation == callback.conversation,
            InboundMessage.message_id == callback.received.message_id,
        )
        async with self._database.read() as session:
            own = (await session.execute(query)).one_or_none()
        if own is not None:
            return own.answered_at is not None
        return await self._deliveries.owes(callback.conversation) or not await self._is_at_work(callback.conversation)

    async def _has_rest(self, conversation: str) -> bool:
        """Whether there is something to go on with, or something in the making."""
        return await self._deliveries.owes(conversation) or await self._is_at_work(conversation)

    async def _is_at_work(self, conversation: str) -> bool:
        query = select(InboundMessage.seq).where(
            InboundMessage.conversation == conversation, InboundMessage.answered_at.is_(None)
        )
        async with self._database.read() as session:
            return (await session.execute(query.limit(1))).first() is not None

    def _apology(self, callback: Callback) -> Claim:
        """What was not stored will not come again: ask for it, and keep what was said for a ticket."""
        self._file(callback)
        text = apology_unstored(self._message(callback))[0]["text"]
        return Claim("", callback.conversation, "", "text", text, (), 0, 0, False)

    def _file(self, callback: Callback) -> None:
        if callback.meaning.ask is Ask.SAY:
            self._tasks.file(self._message(callback))

    def _message(self, callback: Callback) -> Inbound:
        account, message_id = callback.account, callback.received.message_id
        return Inbound("wechat", callback.conversation, callback.meaning.text, account.brand, message_id)
