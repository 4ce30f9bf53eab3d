"""What is left of turns that nobody looks back at any more: the events that still make a difference."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone

from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    SlotSet,
    StoryExported,
    UserUttered,
)

_KNOWN = (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    SlotSet,
    StoryExported,
    UserUttered,
)
_OVERDUE = timedelta(days=1)  # reminders are not stored elsewhere, and their times may lack a zone: be generous


def carriers(events: Sequence[Event], gap: Iterable[int]) -> list[int]:
    """Positions in the gap of the events that carry state beyond it; events of unknown kinds are all kept."""
    found = _Carriers()
    for at in gap:
        found.take(at, events[at])
    return sorted(found.positions())


class _Carriers:
    """Goes through events in order and remembers the last of each kind that matters."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._reminders: dict[str, int] = {}
        self._others: list[int] = []
        self._last: dict[str, int] = {}  # what: where

    def take(self, at: int, event: Event) -> None:
        """Look at the next event."""
        last = self._last
        if isinstance(event, UserUttered):
            last["message"] = at
            last.pop("followup", None)
        elif isinstance(event, ActionExecuted):
            last.pop("followup", None)
            last.pop(f"rejected {event.action_name}", None)
        elif isinstance(event, SlotSet):
            self._slots[event.key] = at
        elif isinstance(event, AllSlotsReset):
            last["reset"] = at  # slots set before it stay too: a new session carries them over
        elif isinstance(event, ActiveLoop):
            last[f"loop {event.name}"] = at  # each: Rasa reckons with all forms that ever were started
            last.pop("trigger", None)
            # The message that started a form is part of its state.
            if event.name and "message" in last:
                last["trigger"] = last["message"]
        elif isinstance(event, ConversationPaused | ConversationResumed):
            last["pause"] = at
        elif isinstance(event, ActionExecutionRejected):
            last[f"rejected {event.action_name}"] = at
        elif isinstance(event, BotUttered):
            last["bot"] = at
        elif isinstance(event, FollowupAction):
            last["followup"] = at
        elif isinstance(event, ReminderScheduled):
            self._remind(at, event)
        elif not isinstance(event, _KNOWN):
            self._others.append(at)

    def positions(self) -> set[int]:
        """Where the events are that matter."""
        last = {at for what, at in self._last.items() if what != "message"}
        return last | {*self._slots.values(), *self._reminders.values(), *self._others}

    def _remind(self, at: int, event: ReminderScheduled) -> None:
        """A reminder that has not come due is looked up among the events when it does."""
        due = event.trigger_date_time
        now = datetime.now(timezone.utc) if due.tzinfo else datetime.now()
        if due > now - _OVERDUE:
            self._reminders[event.name] = at
