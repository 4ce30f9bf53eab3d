"""What is said to a customer outside of a turn: agents' replies, notices, reminders."""

import uuid
from typing import Any

from rasa.core.channels.channel import OutputChannel

from kefu.channels.binding import Bindings
from kefu.channels.log import AGENT, BOT, NOTICE, Line, Logged, MessageLog
from kefu.channels.prepare import storable
from kefu.channels.quick_replies import seal_buttons
from kefu.channels.uploads import Picture, Uploads, attachment_of, path_of, upload_of
from kefu.channels.wake import Wakeups
from kefu.desk.attachments import Attachments
from kefu.desk.tickets import TicketService

_SHOWN = ("text", "image", "custom", "agent")


def body_of(conversation: str, message: dict[str, Any]) -> dict[str, Any]:
    """A message of Rasa's as a line's body: only what customers see, buttons sealed."""
    message = _writable(message)
    body = {name: message[name] for name in _SHOWN if message.get(name)}
    buttons = message.get("buttons") or message.get("quick_replies")
    return {**body, "buttons": seal_buttons(conversation, buttons)} if buttons else body


def _writable(value: Any) -> Any:
    """A message without what no channel could write: a line that can't be sent would hold up all behind it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_writable(one) for one in value]
    return {name: _writable(one) for name, one in value.items()} if isinstance(value, dict) else value


class LoggedOutput(OutputChannel):
    """Writes messages to the log and wakes whoever listens; a repeated push is there once."""

    def __init__(self, channel: str, log: MessageLog, wakeups: Wakeups) -> None:
        """Output of one channel.

        Args:
            channel: its name, for channel-specific responses.
        """
        self._channel = channel
        self._log = log
        self._bindings = Bindings(log.database)
        self._uploads = Uploads(log.database)
        self._attachments = Attachments(log.database)
        self._tickets = TicketService(log.database)
        self._wakeups = wakeups

    def name(self) -> str:
        """Name of the channel, for channel-specific responses."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take a message of Rasa's: with `push_id` shown once, with `agent` as said by that person."""
        await self.push(recipient_id, message)

    async def push(self, conversation: str, message: dict[str, Any]) -> Logged | None:
        """Write a message; its line (`is_new` is False for a repetition), None where there is nothing to show.

        A customer who is bound to several channels hears it in the one that was used last.
        """
        asked, push_id = conversation, message.get("push_id")
        conversation = await self._bindings.way_back(asked, push_id)
        body = body_of(conversation, message)
        if body.get("image"):
            image = await self._picture(body["image"], asked, conversation, push_id or uuid.uuid4().hex)
            body = {**body, "image": image} if image else {name: body[name] for name in body if name != "image"}
        if not body.keys() - {"agent"}:
            return None
        who = AGENT if message.get("agent") else NOTICE if message.get("notice") else BOT
        [logged] = await self._log.append(conversation, [Line(who, body, push_id)])
        await self._wakeups.wake(conversation)
        return logged

    async def _picture(self, image: Any, asked: str, conversation: str, message_id: str) -> Any:
        """A picture as the conversation's own: it is shown to nobody else. None where it is not there any more."""
        upload: str | None = None
        if attachment := attachment_of(image):
            found = await self._attachments.read(attachment)
            ticket = await self._tickets.get(found.ticket_id) if found else None
            if found and ticket:
                picture = Picture(found.data, found.content_type)
                upload = await self._uploads.store(conversation, message_id, ticket.brand, picture)
        elif (known := upload_of(image)) and conversation != asked:
            upload = await self._uploads.copy(known, asked, conversation, message_id)
        else:
            return image
        return path_of(upload) if upload else None
