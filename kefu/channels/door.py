"""The door: every message of every channel goes through here, and none leaves without an answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from kefu.brands import DEFAULT_BRAND, brand_or_neutral
from kefu.channels.inbox import Inbox, Replies
from kefu.channels.message import Inbound
from kefu.channels.prepare import Prepared, prepare
from kefu.channels.quick_replies import resolve, seal_buttons, typed
from kefu.database import database
from kefu.desk.lifecycle import Priority
from kefu.desk.tickets import NewTicket, TicketService
from kefu.dialogue.emergency import find_emergency
from kefu.settings import settings
from kefu.topics import OTHER_MATTER

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 2.0  # between two tries to write what could not be stored
_LONGEST_TITLE = 40  # characters of a button

Handler = Callable[[UserMessage], Awaitable[Any]]

CUT_NOTICE = "这条消息有点长，我只看了前 {limit} 个字。如果要紧的在后面，请再发一次。"
APOLOGY = "抱歉，系统刚才出了点问题，没能回答您。已经替您记下，单号 {reference}，客服会跟进；着急的话请打 {hotline}。"
APOLOGY_UNSTORED = (
    "抱歉，系统现在忙不过来，这条消息没能处理。请过几分钟再发一次；着急的话请打 {hotline}(编号 {reference})。"
)


class ReplyCollector(CollectingOutputChannel):
    """Collects the bot's messages under the name of the channel that the customer uses."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel

    def name(self) -> str:
        """Name of the channel, for channel-specific responses."""
        return self.channel


class Door:
    """Takes messages in for all channels of this process."""

    def __init__(self, on_new_message: Handler) -> None:
        self._on_new_message = on_new_message
        self._in_flight: dict[tuple[str, str], asyncio.Task[Replies]] = {}
        self._inbox = Inbox(database())
        self._tickets = TicketService(database())
        self._filing: set[asyncio.Task[None]] = set()

    async def receive(self, message: Inbound) -> Replies:
        """Answer a message: a non-empty list of `{recipient_id, text, buttons?}`.

        A repeated message id gets the answer of the first time, also while that is still being made;
        a caller that goes away does not stop the turn.
        """
        key = (message.conversation, message.message_id)
        task = self._in_flight.get(key)
        if task is None:
            task = asyncio.create_task(self._turn(message))
            self._in_flight[key] = task
            task.add_done_callback(lambda _: self._in_flight.pop(key, None))
        return await asyncio.shield(task)

    async def _turn(self, message: Inbound) -> Replies:
        try:
            prepared = await self._prepare(message)
            earlier = await self._inbox.store(message, prepared.original)
            if earlier is not None:
                return earlier
            replies = await self._ask_rasa(message, prepared) or await self._apologise(message, prepared)
            if prepared.was_cut:
                replies = [_text(message, CUT_NOTICE.format(limit=settings().max_message_chars)), *replies]
            await self._inbox.answer(message, replies)
            return replies
        except Exception:
            logger.exception("turn failed: channel=%s message=%s", message.channel, message.message_id)
            self._keep_trying(message)
            return [_text(message, APOLOGY_UNSTORED.format(reference=message.message_id[:8], **_contact(message)))]

    async def _prepare(self, message: Inbound) -> Prepared:
        """A clicked or typed button becomes its command, everything else safe text."""
        pressed = message.text
        if len(pressed) <= _LONGEST_TITLE:
            pressed = typed(await self._inbox.offered(message.conversation), pressed) or pressed
        command = resolve(message.conversation, pressed)
        return Prepared(*command) if command else prepare(message.text, settings().max_message_chars)

    async def _ask_rasa(self, message: Inbound, prepared: Prepared) -> Replies:
        """The bot's replies; empty where the turn failed in whatever way."""
        output = ReplyCollector(message.channel)
        metadata = {"brand": message.brand, "original": prepared.original, "sealed": prepared.sealed}
        try:
            await self._on_new_message(
                UserMessage(
                    prepared.text,
                    output,
                    message.conversation,
                    input_channel=message.channel,
                    message_id=message.message_id,
                    metadata=metadata,
                )
            )
        except Exception:
            logger.exception("Rasa failed: channel=%s message=%s", message.channel, message.message_id)
        return [_with_sealed_buttons(message, reply) for reply in output.messages]

    async def _apologise(self, message: Inbound, prepared: Prepared) -> Replies:
        """Say sorry, with the number of a ticket that holds what the customer wrote."""
        opened = await self._tickets.open(_failure_ticket(message, prepared))
        return [_text(message, APOLOGY.format(reference=opened.ticket.id, **_contact(message)))]

    def _keep_trying(self, message: Inbound) -> None:
        """Without a database there is no ticket now: write it as soon as there is one, for as long as we run."""
        task = asyncio.create_task(self._file_later(message))
        self._filing.add(task)
        task.add_done_callback(self._filing.discard)

    async def _file_later(self, message: Inbound) -> None:
        prepared = prepare(message.text, settings().max_message_chars)
        while True:
            await asyncio.sleep(_RETRY_SECONDS)
            try:
                await self._tickets.open(_failure_ticket(message, prepared))
                return
            except Exception:
                logger.warning("message %s is still not in a ticket", message.message_id)


def _failure_ticket(message: Inbound, prepared: Prepared) -> NewTicket:
    """A ticket for a message that was not answered; an emergency stays one."""
    emergency = find_emergency(prepared.text)
    return NewTicket(
        brand=message.brand or DEFAULT_BRAND,
        channel=message.channel,
        customer=message.conversation,
        intent=emergency.intent if emergency else OTHER_MATTER,
        description=f"系统故障时没能回答的消息：{prepared.original}",
        idempotency_key=f"failure:{message.conversation}:{message.message_id}",
        priority=Priority.P1 if emergency else Priority.P2,
        phone_sealed=prepared.sealed.get("phone"),
    )


def _with_sealed_buttons(message: Inbound, reply: dict[str, Any]) -> dict[str, Any]:
    if not reply.get("buttons"):
        return reply
    return {**reply, "buttons": seal_buttons(message.conversation, reply["buttons"])}


def _text(message: Inbound, text: str) -> dict[str, Any]:
    return {"recipient_id": message.conversation, "text": text}


def _contact(message: Inbound) -> dict[str, str]:
    return {"hotline": brand_or_neutral(message.brand).hotline}
