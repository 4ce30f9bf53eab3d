"""What a callback sets going: a turn, a fixed answer, a binding, a picture that is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from kefu.channels.binding import Bindings, Outcome
from kefu.channels.door import Door
from kefu.channels.inbox import Inbox
from kefu.channels.limits import EMERGENCIES, MESSAGES, UPLOADS, Limiter
from kefu.channels.log import CUSTOMER, NOTICE, Line, MessageLog
from kefu.channels.message import BadMessage, Inbound
from kefu.channels.prepare import prepare
from kefu.channels.quick_replies import resolve, seal_buttons, typed
from kefu.channels.uploads import Uploads, path_of, picture_of
from kefu.channels.wake import Wakeups
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.answers import (
    BAD_SCAN,
    BINDING,
    BOUND_ON_WEBSITE,
    NO_PICTURES,
    PICTURE_LOST,
    TOO_FAST,
    TRANSFERRED,
    UNBOUND,
)
from kefu.channels.wechat.api import ApiError, WechatApi
from kefu.channels.wechat.incoming import Received
from kefu.channels.wechat.meaning import Ask, Meaning, confirms
from kefu.channels.wechat.pack import TRANSFER, choice_of
from kefu.channels.wechat.users import Users
from kefu.database import Database
from kefu.dialogue.emergency import find_emergency
from kefu.settings import settings
from kefu.show import PICTURE_MESSAGE

PERSON = "human_agent"
_SLACK = 0.7  # seconds of a callback's time that a picture leaves for the answer

IntentOf = Callable[[str], Awaitable[str]]


@dataclass(frozen=True)
class Callback:
    """A callback at work. `deadline` (monotonic): until then its answer may go back with it."""

    account: Account
    received: Received
    conversation: str
    meaning: Meaning
    deadline: float

    @property
    def left(self) -> float:
        """Seconds until the deadline."""
        return self.deadline - monotonic()


class Tasks:
    """Does what callbacks ask for; each of them is safe to do again after a crash."""

    def __init__(
        self,
        database: Database,
        door: Door,
        log: MessageLog,
        wakeups: Wakeups,
        api: WechatApi,
        intent_of: IntentOf,
        limiter: Limiter,
    ) -> None:
        """Tasks of one process.

        Args:
            intent_of: what a text is about, without a turn.
            limiter: counts what each follower sends.
        """
        self._door, self._log, self._wakeups = door, log, wakeups
        self._api, self._intent_of, self._limiter = api, intent_of, limiter
        self._bindings = Bindings(database)
        self._users = Users(database)
        self._uploads = Uploads(database)
        self._inbox = Inbox(database, is_logged=True)

    async def begin(self, callback: Callback) -> None:
        """Start what a callback asks for; its answer will be in the log.

        Raises:
            NotStored: nothing is lost as long as the callback comes again.
        """
        ask = callback.meaning.ask
        rate = UPLOADS if ask is Ask.PICTURE else MESSAGES
        wait = await self._limiter.take(f"wechat:{ask is Ask.PICTURE:d}:{callback.conversation}", rate)
        if wait and not await self._is_emergency(callback):
            await self._tell(callback, TOO_FAST.format(seconds=wait))
        elif ask in (Ask.SAY, Ask.PRESS, Ask.CLICK):
            await self._turn(callback)
        elif ask is Ask.TELL:
            await self._tell(callback, callback.meaning.text)
        elif ask in (Ask.BIND, Ask.SCAN, Ask.CONFIRM):
            await self._bind(callback)
        elif ask is Ask.UNBIND:
            if await self._bindings.unbind(callback.conversation):
                await self._tell(callback, UNBOUND)
            else:  # bound to nothing: perhaps a bank card is meant
                await self._take(callback, callback.meaning.text)
        elif ask is Ask.PICTURE:
            await self._picture(callback)

    async def _is_emergency(self, callback: Callback) -> bool:
        """Whether this must be heard although its sender was too fast: who panics sends many short lines."""
        text = prepare(callback.meaning.text, settings().max_message_chars).text
        if callback.meaning.ask is not Ask.SAY or find_emergency(text) is None:
            return False
        return not await self._limiter.take(f"wechat:emergency:{callback.conversation}", EMERGENCIES)

    def file(self, message: Inbound) -> None:
        """What was not stored, and won't come again, becomes a ticket when that can be."""
        self._door.file(message)

    async def forget(self, callback: Callback) -> None:
        """An unsubscription: nothing can be sent any more, and nobody is bound."""
        await self._bindings.unbind(callback.conversation)
        await self._users.forget(callback.account, callback.received.openid)

    async def _bind(self, callback: Callback) -> None:
        """A code that was typed or scanned, or the word that binds what was scanned."""
        conversation, brand, text = callback.conversation, callback.account.brand, callback.meaning.text
        if callback.meaning.ask is Ask.SCAN:
            outcome = await self._bindings.scan(conversation, brand, text)
            asked = BINDING[outcome] if outcome is Outcome.ASK else BAD_SCAN
            await self._tell(callback, f"{callback.meaning.welcome}{asked}")
            return
        if callback.meaning.ask is Ask.BIND:
            outcome = await self._bindings.redeem(conversation, brand, text)
        else:
            outcome = await self._bindings.confirm(conversation, is_plain=confirms(text))
            if outcome is Outcome.WRONG:  # nothing was scanned: perhaps a bank card is meant
                await self._take(callback, text)
                return
        await self._tell(callback, BINDING[outcome])
        if outcome is Outcome.BOUND:
            await self._tell_website(callback)

    async def _tell_website(self, callback: Callback) -> None:
        """The website's customer hears of the binding as well: it may have been somebody else."""
        binding = await self._bindings.of(callback.conversation)
        if binding is None:  # the website has undone it already
            return
        line = Line(NOTICE, {"text": BOUND_ON_WEBSITE}, f"bound-{binding.code}")  # once, however often it is said
        await self._log.append(binding.customer, [line])
        await self._wakeups.wake(binding.customer)

    async def _turn(self, callback: Callback) -> None:
        text = await self._text(callback)
        if callback.account.handoff == "wechat" and await self._wants_person(callback, text):
            await self._tell(callback, TRANSFERRED, {TRANSFER: True})
            return
        if callback.meaning.welcome:
            line = Line(NOTICE, {"text": callback.meaning.welcome}, f"{callback.received.message_id}.w")
            await self._log.append(callback.conversation, [line])
        await self._take(callback, text)

    async def _text(self, callback: Callback) -> str:
        """What the door gets: the customer's words, or the sealed id of what was pressed."""
        meaning = callback.meaning
        if meaning.ask is Ask.PRESS:
            buttons = [{"title": meaning.title, "payload": meaning.text}]
            return seal_buttons(callback.conversation, buttons)[0]["payload"]
        if meaning.ask is Ask.CLICK:
            seq = meaning.text.partition(".")[0]
            if seq.isascii() and seq.isdigit() and len(seq) < 10:
                lines = await self._log.after(callback.conversation, int(seq) - 1, limit=1)
                if lines and lines[0].seq == int(seq) and (button := choice_of(lines[0], meaning.text)):
                    return button["payload"]
            return meaning.title
        return meaning.text

    async def _wants_person(self, callback: Callback, text: str) -> bool:
        pressed = typed(await self._inbox.offered(callback.conversation), text) or text
        if command := resolve(callback.conversation, pressed):
            return command[0] == f"/{PERSON}"
        return await self._intent_of(text) == PERSON

    async def _take(self, callback: Callback, text: str) -> None:
        brand, message_id = callback.account.brand, callback.received.message_id
        await self._door.take(Inbound("wechat", callback.conversation, text, brand, message_id))

    async def _tell(self, callback: Callback, text: str, custom: dict[str, Any] | None = None) -> None:
        """A fixed answer, and before it what the customer did."""
        message_id = callback.received.message_id
        shown = callback.meaning.title or prepare(callback.meaning.text, settings().max_message_chars).original
        answer = {"text": text, **({"custom": custom} if custom else {})}
        lines = [Line(CUSTOMER, {"text": shown}, message_id), Line(NOTICE, answer, f"{message_id}.a")]
        await self._log.append(callback.conversation, lines)

    async def _picture(self, callback: Callback) -> None:
        """Keep a picture for the ticket; the customer's line shows it."""
        account, received = callback.account, callback.received
        if not account.api:
            await self._tell(callback, NO_PICTURES)
            return
        try:
            patience = max(callback.left - _SLACK, 0.1)
            picture = picture_of(await asyncio.wait_for(self._api.media(account, received.media_id), patience))
        except (ApiError, BadMessage, asyncio.TimeoutError):
            await self._tell(callback, PICTURE_LOST)
            return
        upload = await self._uploads.store(callback.conversation, received.message_id, account.brand, picture)
        shown = {"image": path_of(upload)}
        await self._door.take(
            Inbound("wechat", callback.conversation, PICTURE_MESSAGE, account.brand, received.message_id, shown)
        )
