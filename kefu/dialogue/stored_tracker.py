"""A tracker that was read from the store: it knows where it stands in the conversation, and what it left there."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import orjson
from rasa.shared.core.events import ActionReverted, Event, Restarted, SessionStarted, UserUtteranceReverted
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.conversations.log import NewEvent, Stored
from kefu.dialogue.working_set import is_exact, working_set


class StoredTracker(DialogueStateTracker):
    """Holds the events that the next turn needs; reads the others where an undo reaches back to them.

    Copies that Rasa makes of it are plain trackers.
    """

    def __init__(self, sender_id: str, slots: Iterable[Any], read_all: Callable[[], list[str]]) -> None:
        super().__init__(sender_id, slots)
        self._read_all = read_all
        self._texts: list[str] = []  # of the stored ones among `events`, which are its first
        self._run: Event | None = None  # from here on no event that counts is missing; None: none is missing at all
        self._sees_all = True  # no turn is missing that stories see
        self.seq = 0  # of the first event that is not stored yet

    def restore(self, stored: Stored) -> None:
        """Become what the last turn left for this one."""
        head, *events = stored.state.split("\n")  # there is none within JSON
        state = orjson.loads(head)
        self._replay(events)
        self.seq, self._sees_all = stored.seq, state["sees_all"]
        if state["run"] is not None:
            self._run = self.events[state["run"]]

    def restore_all(self, stored: Stored, history: Sequence[str]) -> None:
        """Become the whole conversation."""
        self._replay(history)
        self.seq = stored.seq

    def update(self, event: Event, domain: Any = None) -> None:
        """Apply an event, after reading the whole conversation where that is needed to undo something."""
        super().update(event, domain)
        if self._run is None:
            return
        if isinstance(event, Restarted | SessionStarted):
            self._run, self._sees_all = None, True
        elif isinstance(event, UserUtteranceReverted | ActionReverted):
            if not is_exact(self.applied_events(), self._run, self._sees_all):
                self._read_more()

    def copy(self) -> DialogueStateTracker:
        """A plain tracker in the same state; Rasa's own way is to apply all events again."""
        twin = self.init_copy()  # its slots are copies already, but reset
        for name, slot in self.slots.items():
            twin.slots[name] = copy.copy(slot)
        twin.events.extend(self.events)
        twin._paused = self._paused
        twin.followup_action = self.followup_action
        twin.latest_action = self.latest_action
        twin.latest_message = self.latest_message
        twin.latest_bot_utterance = self.latest_bot_utterance
        twin.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        return twin

    def unsaved(self) -> list[Event]:
        """The events that are not stored yet."""
        return list(islice(self.events, len(self._texts), None))

    def state(self, new: Sequence[NewEvent]) -> str:
        """What the turn after this one needs; to be stored together with the unsaved events.

        Args:
            new: the unsaved events as they will be stored.
        """
        events = list(self.events)
        run = next((at for at, event in enumerate(events) if event is self._run), None)
        chosen = working_set(events, run, self._sees_all)
        texts = [*self._texts, *(event.data for event in new)]
        first = None if chosen.run is None else list(chosen.positions).index(chosen.run)
        head = orjson.dumps({"run": first, "sees_all": chosen.sees_all}).decode()
        return "\n".join([head, *(texts[at] for at in chosen.positions)])

    def saved(self, new: Sequence[NewEvent]) -> None:
        """Note that the unsaved events are stored."""
        self._texts += [event.data for event in new]
        self.seq += len(new)

    def _read_more(self) -> None:
        history = self._read_all()
        if len(history) < self.seq:
            return  # the beginning was purged: what is here is all that there is
        new = self.unsaved()
        self._replay(latest_session(history))
        for event in new:
            self.events.append(event)
            event.apply_to(self)
        self._run, self._sees_all = None, True

    def _replay(self, stored: Iterable[str]) -> None:
        self.events.clear()
        self._texts.clear()
        self._reset()
        for text in stored:
            event = Event.from_parameters(from_text(text))
            if event is not None:  # else of a kind that Rasa has given up
                self._texts.append(text)
                self.events.append(event)
                event.apply_to(self)


def as_row(event: Event) -> NewEvent:
    """An event as it is stored.

    Raises:
        TypeError: it holds a value that JSON has no form for.
    """
    data = event.as_dict()
    try:
        text = orjson.dumps(data).decode()
    except TypeError:  # half of an emoji: Python's JSON has a form for it
        text = json.dumps(data)
    return NewEvent(event.type_name, float(event.timestamp), text)


def from_text(text: str) -> dict[str, Any]:
    """A stored event as Rasa writes it."""
    try:
        found: dict[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = json.loads(text)
    return found


def latest_session(history: Sequence[str]) -> Sequence[str]:
    """The events since the latest session start; all where there was none."""
    name = SessionStarted.type_name
    starts = [at for at, text in enumerate(history) if name in text and from_text(text)["event"] == name]
    return history[starts[-1] :] if starts else history
