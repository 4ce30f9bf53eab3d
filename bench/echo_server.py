"""The website channel over a bot that repeats what it hears: `python -m bench.echo_server PORT`.

What the channel carries by itself: sessions, inbox, joining, log and event streams as in the product, without Rasa's
work on a message.
"""

from __future__ import annotations

import sys

from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from kefu.channels.website.channel import WebsiteChannel


class Echo:
    """Stands where Rasa's agent does; nothing is on record with it."""

    def __init__(self) -> None:
        self.tracker_store = self

    def is_ready(self) -> bool:
        """Whether messages are answered."""
        return True

    async def retrieve(self, conversation: str) -> None:
        """The tracker of a conversation."""

    async def handle_message(self, message: UserMessage) -> None:
        """Answer."""
        await message.output_channel.send_response(message.sender_id, {"text": message.text})


def app() -> Sanic:
    """The server, with its channel where Rasa has it."""
    server = Sanic("echo")
    server.ctx.agent = Echo()
    register([WebsiteChannel()], server, "/webhooks/")
    return server


if __name__ == "__main__":
    app().run(host="127.0.0.1", port=int(sys.argv[1]), access_log=False, motd=False)
