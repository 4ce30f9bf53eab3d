"""What policies read from a tracker's events, to compare two choices of them without making the states themselves."""

from collections.abc import Iterable
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    AllSlotsReset,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

State = tuple[Any, ...]  # the events that a state is made of, by identity


def reading(events: Iterable[Event], length: int) -> tuple[list[State], list[State]]:
    """The latest states: as rules see them, and as stories do, without the turns that Rasa hides from these.

    Follows `Domain.states_for_tracker_history`, which makes one state before each action and one at the end.
    """
    reader = _Reader()
    tracker = DialogueStateTracker("", [])
    tracker.events.extend(events)
    for event in tracker.applied_events():
        reader.take(event)
    reader.see(is_hidden=False)
    return reader.states(length)


class _Reader:
    def __init__(self) -> None:
        self._action: ActionExecuted | None = None
        self._message: UserUttered | None = None
        self._loop: ActiveLoop | None = None
        self._slots: dict[str, int] = {}
        self._followup: str | None = ACTION_LISTEN_NAME
        self._said_about: dict[int, list[int]] = {}  # message: what was added to it
        self._is_hidden = False
        self._action_in_sight: ActionExecuted | None = None
        self._message_in_sight: UserUttered | None = None
        self._for_rules: list[State] = []
        self._for_stories: list[State] = []

    def take(self, event: Event) -> None:
        """Go on by an event."""
        if isinstance(event, ActionExecuted):
            self.see(event.hide_rule_turn)
            self._action, self._followup = event, None
        elif isinstance(event, UserUttered):
            self._message, self._followup = event, None
        elif isinstance(event, SlotSet):
            self._slots[event.key] = id(event)
        elif isinstance(event, AllSlotsReset):
            self._slots.clear()
        elif isinstance(event, ActiveLoop):
            self._loop = event
        elif isinstance(event, FollowupAction):
            self._followup = event.action_name
        elif isinstance(event, DefinePrevUserUtteredFeaturization | EntitiesAdded) and self._was_waiting():
            self._said_about.setdefault(id(self._message), []).append(id(event))

    def see(self, is_hidden: bool) -> None:
        """Note the state before an action."""
        if not self._is_hidden:
            self._action_in_sight = self._action
        if not self._followup and _name(self._action) != (self._loop and self._loop.name):
            self._is_hidden = is_hidden
        slots = frozenset(self._slots.items())
        self._for_rules.append((id(self._action), id(self._message), id(self._loop), slots))
        if not self._is_hidden:
            if self._was_waiting() or not self._for_stories:
                self._message_in_sight = self._message
            self._for_stories.append((id(self._action_in_sight), id(self._message_in_sight), id(self._loop), slots))

    def states(self, length: int) -> tuple[list[State], list[State]]:
        """The latest states of either kind, each with what was added to its message."""
        return self._latest(self._for_rules, length), self._latest(self._for_stories, length)

    def _latest(self, states: list[State], length: int) -> list[State]:
        return [(*state, self._said_about.get(state[1])) for state in states[-length:]]

    def _was_waiting(self) -> bool:
        return _name(self._action) == ACTION_LISTEN_NAME


def _name(action: ActionExecuted | None) -> str | None:
    return action and (action.action_name or action.action_text)
