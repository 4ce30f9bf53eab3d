"""What is said to a customer outside of a turn: agents' replies, notices, reminders."""

import uuid
from typing import Any

from rasa.core.channels.channel import OutputChannel

from kefu.channels.binding import Bindings
from kefu.channels.log import AGENT, BOT, NOTICE, Line, Logged, MessageLog
from kefu.channels.quick_replies import seal_buttons
from kefu.channels.uploads import Uploads, path_of, upload_of
from kefu.channels.wake import Wakeups

_SHOWN = ("text", "image", "custom", "agent")


def body_of(conversation: str, message: dict[str, Any]) -> dict[str, Any]:
    """A message of Rasa's as a line's body: only what customers see, buttons sealed."""
    body = {name: message[name] for name in _SHOWN if message.get(name)}
    buttons = message.get("buttons") or message.get("quick_replies")
    return {**body, "buttons": seal_buttons(conversation, buttons)} if buttons else body


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
        upload = upload_of(body.get("image"))
        if upload and conversation != asked:  # a picture is shown to its conversation only
            copied = await self._uploads.copy(upload, conversation, push_id or uuid.uuid4().hex)
            body["image"] = path_of(copied or upload)
        if not body.keys() - {"agent"}:
            return None
        who = AGENT if message.get("agent") else NOTICE if message.get("notice") else BOT
        [logged] = await self._log.append(conversation, [Line(who, body, push_id)])
        await self._wakeups.wake(conversation)
        return logged
