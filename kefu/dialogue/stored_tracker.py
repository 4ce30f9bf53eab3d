"""A tracker that was read from the store: it knows where it stands in the conversation, and what it left there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import dropwhile, islice
from typing import Any

from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.conversation_log import Loaded, NewEvent, Snapshot
from kefu.dialogue.tail import Tail, choose

Rows = Sequence[tuple[int, str]]


class StoredTracker(DialogueStateTracker):
    """Holds the events that the next turn needs; reads the others where an undo reaches back to them.

    Copies that Rasa makes of it are plain trackers.
    """

    def __init__(self, sender_id: str, slots: Iterable[Any], history: int, read_whole: Callable[[], Rows]) -> None:
        super().__init__(sender_id, slots)
        self._history = history
        self._read_whole = read_whole
        self._seqs: list[int] = []  # of the stored ones among `events`, which are its first
        self._run: Event | None = None  # from here on no event that counts is missing; None: nowhere
        self._visible = True  # no turn that stories see is missing; where one is:
        self._seen = 0  # how many actions they saw when this was read
        self.seq = 0  # of the first event that is not stored yet
        self.is_known = False  # whether the conversation has a snapshot

    def restore(self, loaded: Loaded) -> None:
        """Become what was loaded."""
        self._replay(loaded.rows)
        self.seq, self.is_known, self._visible = loaded.seq, loaded.is_known, loaded.visible
        if loaded.run is not None:
            run = loaded.run
            self._run = next((event for seq, event in zip(self._seqs, self.events, strict=True) if seq >= run), None)
        if not loaded.visible:
            self._seen = self._count_seen(self.applied_events())

    def update(self, event: Event, domain: Any = None) -> None:
        """Apply an event, after reading more of the conversation where that is needed to undo something."""
        super().update(event, domain)
        if self._run is None:
            return
        if isinstance(event, Restarted | SessionStarted):
            self._run, self._visible = None, True
        elif isinstance(event, UserUtteranceReverted | ActionReverted) and self._reaches_too_far():
            new = self.unsaved()
            self._replay(latest_session(self._read_whole()))
            self._apply(new)
            self._run, self._visible = None, True

    def unsaved(self) -> list[Event]:
        """The events that are not stored yet."""
        return list(islice(self.events, len(self._seqs), None))

    def snapshot(self) -> Snapshot:
        """Which events the turn after this one needs; to be stored together with the unsaved ones."""
        events = list(self.events)
        run = next((at for at, event in enumerate(events) if event is self._run), None)
        tail = choose(events, run, self._visible, self._history)
        if len(tail.positions) < len(events) and not self._is_same([events[at] for at in tail.positions]):
            tail = Tail(range(len(events)), run, self._visible)
        return _snapshot(tail, [*self._seqs, *range(self.seq, self.seq + len(events) - len(self._seqs))])

    def saved(self) -> None:
        """Note that the unsaved events are stored."""
        new = len(self.events) - len(self._seqs)
        self._seqs += range(self.seq, self.seq + new)
        self.seq += new
        self.is_known = True

    def _replay(self, rows: Rows) -> None:
        read = [(seq, event) for seq, data in rows if (event := event_from_text(data)) is not None]
        self._seqs = [seq for seq, _ in read]
        self.events.clear()
        self._reset()
        self._apply(event for _, event in read)

    def _apply(self, events: Iterable[Event]) -> None:
        for event in events:
            self.events.append(event)
            event.apply_to(self)

    def _reaches_too_far(self) -> bool:
        """Whether policies would look back to turns that were left out."""
        counting = self.applied_events()
        actions = sum(isinstance(event, ActionExecuted) for event in _since(self._run, counting))
        # One that is undone is the wait for the message that is undone; a new one takes its place.
        return actions < self._history or (not self._visible and self._seen - self._count_seen(counting) > 1)

    def _count_seen(self, counting: Iterable[Event]) -> int:
        """How many of the stored actions stories see."""
        stored = {id(event) for event in islice(self.events, len(self._seqs))}
        return sum(
            isinstance(event, ActionExecuted) and not event.hide_rule_turn and id(event) in stored for event in counting
        )

    def _is_same(self, chosen: list[Event]) -> bool:
        """Whether a tracker of the chosen events is in the same state.

        It always should; where it is not, for an order of events that nobody thought of, nothing is left out.
        """
        copy = DialogueStateTracker(self.sender_id, self.slots.values())
        for event in chosen:
            copy.events.append(event)
            event.apply_to(copy)
        return _state(copy) == _state(self)


def _since(first: Event | None, events: Iterable[Event]) -> Iterable[Event]:
    return dropwhile(lambda event: event is not first, events)


def event_to_row(event: Event) -> NewEvent:
    """An event as it is stored.

    Raises:
        TypeError: it holds a value that JSON has no form for.
    """
    data = event.as_dict()
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if not _is_encodable(text):  # half of an emoji: databases refuse it
        text = json.dumps(data, separators=(",", ":"))
    return NewEvent(event.type_name, float(event.timestamp), text)


def event_from_text(data: str) -> Event | None:
    """A stored event; None for a kind that Rasa has given up."""
    return Event.from_parameters(json.loads(data))


def latest_session(rows: Rows) -> Rows:
    """The events since the latest session start; all where there was none."""
    starts = [at for at, (_, data) in enumerate(rows) if SessionStarted.type_name in data and _is_start(data)]
    return rows[starts[-1] :] if starts else rows


def _is_start(data: str) -> bool:
    found: bool = json.loads(data).get("event") == SessionStarted.type_name
    return found


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _snapshot(tail: Tail, seqs: Sequence[int]) -> Snapshot:
    chosen = [seqs[at] for at in tail.positions]
    following = seqs[-1] + 1 if seqs else 0
    cut, kept = following, len(chosen)
    while kept and chosen[kept - 1] == cut - 1:
        cut, kept = cut - 1, kept - 1
    run = None if tail.run is None else seqs[tail.run]
    return Snapshot(following, cut, chosen[:kept], run, tail.visible)


def _state(tracker: DialogueStateTracker) -> tuple[Any, ...]:
    message, reply = tracker.latest_message, tracker.latest_bot_utterance
    return (
        tracker.current_slot_values(),
        tracker.active_loop,
        tracker.is_paused(),
        tracker.followup_action,
        tracker.latest_action,
        None if message.is_empty() else id(message),
        id(reply) if reply.text or reply.data else None,
    )
