"""The conversations of the bot in the product's own database: appended to, never rewritten, never kept in memory only.

In endpoints.yml:

    tracker_store:
      type: kefu.dialogue.tracker_store.AppendOnlyTrackerStore
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from kefu.database import Database, database
from kefu.dialogue.conversation_log import ConversationLog, Loaded
from kefu.dialogue.patches import honest_store
from kefu.dialogue.stored_tracker import Rows, StoredTracker, event_to_row, latest_session

EXACT_STATES = 6  # what policies see of the past; at least `max_history` and the longest rule (a test compares)


class AppendOnlyTrackerStore(TrackerStore):
    """Stores each event once; a turn costs the same in a long conversation as in a short one.

    Args:
        domain, event_broker: from Rasa.
        host: `url` of the endpoint: another database than the product's.
        exact_states: how many of the latest states policies must see as if they had the whole conversation.
        connection: a database that is open already, for tests.

    Raises:
        RasaException: the store cannot work here.
    """

    never_falls_back = True  # see kefu.dialogue.patches.honest_store

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        exact_states: int = EXACT_STATES,
        connection: Database | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._history = exact_states
        try:
            honest_store.install()
            self._log = ConversationLog(connection or (Database(host) if host else database()))
        except (AttributeError, ImportError) as error:
            # Rasa would take either for "no such class", and go on in memory.
            raise RasaException(f"the tracker store cannot start: {error}") from error

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What the next turn needs of a conversation; None where nothing is stored."""
        loaded = await self._log.tail(sender_id)
        if loaded is not None and not loaded.is_known:
            loaded = Loaded([*latest_session(loaded.rows)], loaded.seq, is_known=False)
        return self._tracker(sender_id, loaded)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """All of a conversation, for Rasa's HTTP API; None where nothing is stored."""
        return self._tracker(conversation_id, await self._log.whole(conversation_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new; a tracker that was not read from here replaces the conversation (`PUT …/events`).

        Raises:
            ConversationMovedOnError: somebody else has continued the conversation; nothing was stored.
        """
        if not isinstance(tracker, StoredTracker):
            await self._replace(tracker)
            return
        new = tracker.unsaved()
        if not new:
            return
        rows = [event_to_row(event) for event in new]
        await self._log.append(tracker.sender_id, tracker.seq, rows, tracker.snapshot(), tracker.is_known)
        tracker.saved()
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """An empty tracker of a conversation that is not stored yet."""
        return StoredTracker(sender_id, self.domain.slots, self._history, partial(self._whole_now, sender_id))

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything of a conversation is stored."""
        return await self._log.has(conversation_id)

    async def keys(self) -> Iterable[str]:
        """All conversations."""
        return await self._log.senders()

    async def history(self, sender_id: str) -> list[dict[str, Any]]:
        """All events of a conversation as Rasa writes them, in order; empty where there is none."""
        loaded = await self._log.whole(sender_id)
        return [json.loads(data) for _, data in loaded.rows] if loaded else []

    async def purge(self, older_than: datetime) -> int:
        """Delete all events before a moment (aware); returns how many.

        Raises:
            ValueError: the moment has no time zone.
        """
        if older_than.tzinfo is None:
            raise ValueError("a moment to purge by needs a time zone")
        return await self._log.purge(older_than.timestamp())

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Rasa's base class reads the conversation again for this; here `save` knows what is new."""

    async def _replace(self, tracker: DialogueStateTracker) -> None:
        copy = self.init_tracker(tracker.sender_id)
        for event in tracker.events:
            copy.update(event)
        await self._log.replace(tracker.sender_id, [event_to_row(event) for event in copy.events], copy.snapshot())

    def _tracker(self, sender_id: str, loaded: Loaded | None) -> StoredTracker | None:
        if loaded is None:
            return None
        tracker = self.init_tracker(sender_id)
        tracker.restore(loaded)
        return tracker

    def _whole_now(self, sender_id: str) -> Rows:
        return self._log.whole_now(sender_id)
