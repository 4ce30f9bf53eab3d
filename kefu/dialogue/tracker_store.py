"""The conversations of the bot in the product's own database: appended to, never rewritten, never kept in memory only.

In endpoints.yml:

    tracker_store:
      type: kefu.dialogue.tracker_store.AppendOnlyTrackerStore
"""

from collections import OrderedDict
from collections.abc import Iterable
from functools import partial
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from kefu.conversations import ConversationLog, conversation_log
from kefu.conversations.turn_record import beside
from kefu.dialogue import patches
from kefu.dialogue.event_json import as_row
from kefu.dialogue.patches import honest_store, told_failures
from kefu.dialogue.stored_tracker import StoredTracker
from kefu.migrate import migrate

_AT_HAND = 256  # conversations whose trackers are kept from one turn to the next


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
        self._at_hand: OrderedDict[str, StoredTracker] = OrderedDict()
        super().__init__(domain, event_broker)
        try:
            honest_store.install()
            told_failures.install()
            patches.apply()
            if log is None:
                migrate()  # for whoever starts Rasa alone
            self._log = log or conversation_log()
        except (AttributeError, ImportError) as error:
            # Rasa would take either for "no such class", and go on in memory.
            raise RasaException(f"the tracker store cannot start: {error}") from error

    @property
    def domain(self) -> Domain:
        """The domain of the model that is served."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        self._at_hand.clear()  # their slots are those of the old one

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """What the next turn needs of a conversation; None where nothing is stored."""
        tracker = await self._still_good(sender_id)
        if tracker is not None:
            return tracker
        stored = await self._log.load(sender_id)
        if stored is None:
            return None
        tracker = self.init_tracker(sender_id)
        tracker.restore(stored)
        return tracker

    async def _still_good(self, sender_id: str) -> StoredTracker | None:
        """The tracker that the last turn has left here, where nobody has continued the conversation elsewhere."""
        tracker = self._at_hand.pop(sender_id, None)  # whatever its next turn does to it, nobody else shall see it
        if tracker is None:
            return None
        version = await self._log.version(sender_id)
        is_newest = version is not None and (version.seq, version.updated_at) == (tracker.seq, tracker.updated_at)
        return tracker if is_newest else None

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
        snapshot = tracker.snapshot(new)
        record = beside()
        write = record.write_in if record else None
        at = await self._log.append(tracker.sender_id, tracker.seq, new, snapshot, write)
        if record:
            record.committed()
        tracker.saved(new, snapshot, at)
        self._keep(tracker)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, events, tracker.sender_id)

    def _keep(self, tracker: StoredTracker) -> None:
        self._at_hand[tracker.sender_id] = tracker
        if len(self._at_hand) > _AT_HAND:
            self._at_hand.popitem(last=False)

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """An empty tracker of a conversation that is not stored yet."""
        return StoredTracker(sender_id, self.domain.slots, partial(self._log.history_now, sender_id))

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything of a conversation is stored."""
        return await self._log.version(conversation_id) is not None

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
        snapshot = twin.snapshot(new)
        assert snapshot is not None, "an empty tracker always makes one"
        await self._log.replace(tracker.sender_id, new, snapshot)
