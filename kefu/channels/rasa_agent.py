"""The part of Rasa's server that the channels look at: is it ready, and has it handled a message before?"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered

LINES = "lines"  # metadata of a joined turn: the ids of its messages


class ReplyCollector(CollectingOutputChannel):
    """Collects the bot's messages under the name of the channel that the customer uses."""

    def __init__(self, channel: str) -> None:
        super().__init__()
        self.channel = channel
        self.has_failed = False

    def name(self) -> str:
        """Name of the channel, for channel-specific responses."""
        return self.channel

    def action_failed(self, name: str) -> None:
        """An action of the turn has failed (see `kefu.dialogue.patches.told_failures`): more was to be said."""
        self.has_failed = True


@dataclass(frozen=True)
class Remembered:
    """A turn that is on record: the ids of its messages, and what the bot said (as Rasa's messages)."""

    message_ids: frozenset[str]
    said: list[dict[str, Any]]


Recall = Callable[[str, Sequence[str]], Awaitable[Remembered | None]]


class RasaAgent:
    """Rasa's agent, as it is at the moment of each call (a new model brings a new one)."""

    def __init__(self, app: Any) -> None:
        """A view on the agent of a Sanic app of Rasa's."""
        self._app = app

    def is_ready(self) -> bool:
        """Whether messages would be answered."""
        agent = getattr(self._app.ctx, "agent", None)
        return agent is not None and agent.is_ready()

    async def recall(self, conversation: str, message_ids: Sequence[str]) -> Remembered | None:
        """The turn on record that handled the first of these messages that was handled at all."""
        tracker = await self._app.ctx.agent.tracker_store.retrieve(conversation)
        return None if tracker is None else remembered(tracker.events, message_ids)


def remembered(events: Iterable[Event], message_ids: Sequence[str]) -> Remembered | None:
    """The turn among events that handled one of the messages, see `RasaAgent.recall`."""
    turns: list[tuple[frozenset[str], list[BotUttered]]] = []
    for event in events:
        if isinstance(event, UserUttered):
            turns.append((frozenset([event.message_id, *(event.metadata.get(LINES) or ())]), []))
        elif isinstance(event, BotUttered) and turns and "push_id" not in event.metadata:
            turns[-1][1].append(event)
    for message_id in message_ids:
        for ids, said in turns:
            if message_id in ids:
                return Remembered(ids, [event.message() for event in said])
    return None
