"""The conversations of the bot in the product's own database: appended to, never rewritten, never kept in memory only.

In endpoints.yml:

    tracker_store:
      type: kefu.dialogue.tracker_store.AppendOnlyTrackerStore
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from kefu.conversations import ConversationLog, conversation_log
from kefu.dialogue import patches
from kefu.dialogue.patches import honest_store
from kefu.dialogue.stored_tracker import StoredTracker, as_row


class AppendOnlyTrackerStore(TrackerStore):
    """Stores each event once; a turn costs the same in a long conversation as in a short one.

    Args:
        domain, event_broker: from Rasa.
        log: another than that of the settings, for tests.

    Raises:
        RasaException: the store cannot work here.
    """

    never_falls_back = True  # see kefu.dialogue.patches.honest_store

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        log: ConversationLog | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        try:
            honest_store.install()
            patches.apply()
            self._log = log or conversation_log()
        except (AttributeError, ImportError) as error:
            # Rasa would take either for "no such class", and go on in memory.
            raise RasaException(f"the tracker store cannot start: {error}") from error

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What the next turn needs of a conversation; None where nothing is stored."""
        stored = await self._log.load(sender_id)
        if stored is None:
            return None
        tracker = self.init_tracker(sender_id)
        tracker.restore(stored)
        return tracker

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All of a conversation, for Rasa's HTTP API; None where nothing is stored."""
        stored, history = await self._log.load_all(conversation_id)
        if stored is None:
            return None
        tracker = self.init_tracker(conversation_id)
        tracker.restore_all(stored, history)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; a tracker that was not read from here replaces the conversation (`PUT …/events`).

        Raises:
            ConversationMovedOnError: somebody else has continued the conversation; nothing was stored.
        """
        if not isinstance(tracker, StoredTracker):
            await self._replace(tracker)
            return
        events = tracker.unsaved()
        if not events:
            return
        new = [as_row(event) for event in events]
        await self._log.append(tracker.sender_id, tracker.seq, new, tracker.state(new))
        tracker.saved(new)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, events, tracker.sender_id)

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """An empty tracker of a conversation that is not stored yet."""
        return StoredTracker(sender_id, self.domain.slots, partial(self._log.history_now, sender_id))

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything of a conversation is stored."""
        return await self._log.load(conversation_id) is not None

    async def keys(self) -> Iterable[str]:
        """All conversations."""
        return await self._log.senders()

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Rasa's base class reads the conversation again for this; here `save` knows what is new."""

    async def _replace(self, tracker: DialogueStateTracker) -> None:
        twin = self.init_tracker(tracker.sender_id)
        for event in tracker.events:
            twin.update(event)
        new = [as_row(event) for event in twin.events]
        await self._log.replace(tracker.sender_id, new, twin.state(new))
