"""A tracker that was read from the store: it knows where it stands in the conversation, and what it left there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any

import orjson
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from kefu.conversations.log import NewEvent, Snapshot, Stored
from kefu.dialogue.event_json import event_from_text, latest_session
from kefu.dialogue.states import States
from kefu.dialogue.working_set import SIMPLE, WorkingSet, begins_anew, is_exact, working_set

_FEW = 120  # events that may gather before the first choice of what the next turn needs
_TAKING_BACK = frozenset({ActionReverted, UserUtteranceReverted})
_MESSAGES_FOR_ACTIONS = 2  # of the latest turns actions get the events; the rest is in kefu.conversations


class StoredTracker(DialogueStateTracker):
    """Holds the events that the next turn needs; reads the others where an undo reaches back to them."""

    def __init__(self, sender_id: str, slots: Iterable[Slot], read_all: Callable[[], list[str]]) -> None:
        super().__init__(sender_id, slots)
        self._read_all = read_all
        self._texts: list[str] = []  # of the stored ones among `events`, which are its first
        self._run: Event | None = None  # from here on no event that counts is missing; None: none is missing at all
        self._sees_all = True  # no turn is missing that stories see
        self._limit = _FEW  # so many events are the time to choose again
        self._applied: list[Event] | None = None
        self._loops: set[str] = set()  # all that were ever started, where `_applied` is known
        self._states: dict[tuple[bool, bool], tuple[Domain, States]] = {}
        self.seq = 0  # of the first event that is not stored yet
        self.updated_at = 0.0  # when the last one was stored

    # What the store does

    def restore(self, stored: Stored) -> None:
        """Become what the last turn left for this one."""
        head, *events = stored.snapshot.split("\n")  # there is none within JSON
        state = orjson.loads(head)
        self._replay([*events, *stored.since])
        self.seq, self.updated_at, self._sees_all = stored.seq, stored.updated_at, state["sees_all"]
        self._limit = max(_FEW, 2 * len(events))
        if state["run"] is not None:
            self._run = self._at(state["run"])

    def restore_all(self, stored: Stored, history: Sequence[str]) -> None:
        """Become the whole conversation."""
        self._replay(history)
        self.seq, self.updated_at = stored.seq, stored.updated_at

    def unsaved(self) -> list[Event]:
        """The events that are not stored yet."""
        return list(islice(self.events, len(self._texts), None))

    def snapshot(self, new: Sequence[NewEvent]) -> Snapshot | None:
        """What the turns after this one need of all before, where it is time to choose that again.

        Args:
            new: the unsaved events as they will be stored.
        """
        events = list(self.events)
        begins = any(type(event) is SessionStarted for event in self.unsaved())
        if self._texts and not begins and len(events) <= self._limit:
            return None
        if not self._texts and len(events) <= _FEW:
            chosen = WorkingSet(range(len(events)))  # the first turns of a conversation: there is nothing to leave out
        else:
            run = next((at for at, event in enumerate(events) if event is self._run), None)
            chosen = working_set(events, run, self._sees_all)
        texts = [*self._texts, *(event.data for event in new)]
        head = orjson.dumps({"run": chosen.run, "sees_all": chosen.sees_all}).decode()
        return Snapshot("\n".join([head, *(texts[at] for at in chosen.positions)]), chosen.positions)

    def saved(self, new: Sequence[NewEvent], snapshot: Snapshot | None, at: float) -> None:
        """Note that the unsaved events are stored, and leave out what is needed no more."""
        self._texts += [event.data for event in new]
        self.seq, self.updated_at = self.seq + len(new), at
        if snapshot is not None:
            self._leave(snapshot)

    def _leave(self, snapshot: Snapshot) -> None:
        state = orjson.loads(snapshot.text.partition("\n")[0])
        events = list(self.events)
        self.events.clear()
        self.events.extend(events[at] for at in snapshot.positions)
        self._texts = [self._texts[at] for at in snapshot.positions]
        self._limit = max(_FEW, 2 * len(self._texts))
        self._sees_all = state["sees_all"]
        self._run = None if state["run"] is None else self._at(state["run"])
        self._applied = None

    def _at(self, position: int) -> Event:
        return self.events[min(position, len(self.events) - 1)]

    # What Rasa does

    def update(self, event: Event, domain: Domain | None = None) -> None:
        """Apply an event, after reading the whole conversation where that is needed to undo something."""
        self._note(event)
        super().update(event, domain)
        if self._run is None:
            return
        if begins_anew([event]):
            self._run, self._sees_all = None, True
        elif type(event) in _TAKING_BACK and not self._is_exact():
            self._read_more()

    def applied_events(self) -> list[Event]:
        """The events that count; reckoned by Rasa's own method where an event may change more than its own place."""
        if self._applied is None:
            self._applied = super().applied_events()
            self._loops = {event.name for event in self.events if type(event) is ActiveLoop and event.name}
        return list(self._applied)

    def past_states(
        self,
        domain: Domain,
        omit_unset_slots: bool = False,
        ignore_rule_only_turns: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        """The states that policies see; those of the past are kept."""
        key = (omit_unset_slots, ignore_rule_only_turns)
        known, states = self._states.get(key, (None, None))
        if states is None or known is not domain:
            states = States(domain, self.slots.values(), *key)
            self._states[key] = (domain, states)
        return states.of(self.applied_events(), rule_only_data)

    def copy(self) -> DialogueStateTracker:
        """A tracker in the same state; Rasa's own way is to apply all events again."""
        twin = TrackerForAction(self.sender_id, ())
        twin.slots = {name: _copy(slot) for name, slot in self.slots.items()}
        twin.events.extend(self.events)
        twin._paused = self._paused
        twin.followup_action = self.followup_action
        twin.latest_action = self.latest_action
        twin.latest_message = self.latest_message
        twin.latest_bot_utterance = self.latest_bot_utterance
        twin.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
        return twin

    def _note(self, event: Event) -> None:
        """Keep the events that count up to date where that is simple."""
        if self._applied is None:
            return
        kind = type(event)
        if kind in SIMPLE or (kind is ActionExecuted and event.action_name not in self._loops):
            self._applied.append(event)
        else:
            self._applied = None

    def _is_exact(self) -> bool:
        return is_exact(self.applied_events(), self._run, self._sees_all)

    def _read_more(self) -> None:
        history = self._read_all()
        if len(history) < self.seq:
            return  # the beginning was purged: what is here is all that there is
        new = self.unsaved()
        self._replay(latest_session(history))
        for event in new:
            self._apply(event)
        self._run, self._sees_all = None, True

    def _replay(self, stored: Iterable[str]) -> None:
        self.events.clear()
        self._texts.clear()
        self._reset()
        for text in stored:
            event = event_from_text(text)
            if event is not None:
                self._texts.append(text)
                self._apply(event)

    def _apply(self, event: Event) -> None:
        """As `update`, without a look at what it undoes."""
        self._applied = None
        self.events.append(event)
        event.apply_to(self)
        self._applied = None


class TrackerForAction(DialogueStateTracker):
    """What Rasa gives to an action: a plain tracker, of which an action server gets the latest turns only."""

    def current_state(self, event_verbosity: EventVerbosity = EventVerbosity.NONE) -> dict[str, Any]:
        """As Rasa's; `ALL` is what an action server is sent."""
        if event_verbosity is not EventVerbosity.ALL:
            return super().current_state(event_verbosity)
        return {**super().current_state(), "events": [event.as_dict() for event in events_for_action(self)]}


def events_for_action(tracker: DialogueStateTracker) -> list[Event]:
    """The events of the latest turns."""
    latest: list[Event] = []
    messages = 0
    for event in reversed(tracker.events):
        latest.append(event)
        messages += type(event) is UserUttered
        if messages == _MESSAGES_FOR_ACTIONS:
            break
    return latest[::-1]


def _copy(slot: Slot) -> Slot:
    """A slot with its value; `copy.copy` takes three times as long."""
    twin = object.__new__(type(slot))
    twin.__dict__.update(slot.__dict__)
    return twin
