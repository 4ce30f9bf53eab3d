"""The states that policies see of a conversation, kept from one prediction to the next.

Follows `Domain.states_for_tracker_history` of Rasa 3.6, which applies all events anew for every policy and prediction.
"""

from collections.abc import Iterable, Sequence
from operator import is_
from typing import Any

from rasa.shared.core.constants import PREVIOUS_ACTION
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.working_set import EXACT_STATES

State = dict[str, Any]


class States:
    """The states before each action, of one way to look at them; goes on where it stopped."""

    def __init__(
        self, domain: Domain, slots: Iterable[Slot], omit_unset_slots: bool, ignore_rule_only_turns: bool
    ) -> None:
        self._domain = domain
        self._slots = list(slots)
        self._omit_unset_slots = omit_unset_slots
        self._ignore_rule_only_turns = ignore_rule_only_turns
        self._action_in_sight: Any = None  # of the last turn that was not hidden
        self._is_hidden = False
        self._begin()

    def of(self, applied: Sequence[Event], rule_only_data: dict[str, Any] | None) -> list[State]:
        """The latest states, as far as policies look back (see `working_set`), and the one at the end.

        Args:
            applied: the events that count; where they are not those of the last call and more, it begins anew.
            rule_only_data: always the same.
        """
        if len(applied) < len(self._done) or not all(map(is_, self._done, applied)):
            self._begin()
        for event in applied[len(self._done) :]:
            if type(event) is ActionExecuted:  # `isinstance` runs Python code for each other kind
                self._see(event.hide_rule_turn, rule_only_data)
            event.apply_to(self._tracker)  # which needs no list of them
            self._done.append(event)
        kept = self._action_in_sight, self._is_hidden
        count = len(self._states)
        self._see(False, rule_only_data)
        states = [_copied(state) for state in self._states[-EXACT_STATES:]]
        del self._states[count:]
        self._action_in_sight, self._is_hidden = kept
        return states

    def _begin(self) -> None:
        self._tracker = DialogueStateTracker("", self._slots)
        self._done: list[Event] = []
        self._states: list[State] = []
        self._action_in_sight = None
        self._is_hidden = False

    def _see(self, is_hidden: bool, rule_only_data: dict[str, Any] | None) -> None:
        domain, tracker, states = self._domain, self._tracker, self._states
        if self._ignore_rule_only_turns:
            if not self._is_hidden:
                self._action_in_sight = domain._get_prev_action_sub_state(tracker)
            # A followup action, or a form that goes on, does not change whether its turn is hidden.
            if not tracker.followup_action and tracker.latest_action_name != tracker.active_loop_name:
                self._is_hidden = is_hidden
            if self._is_hidden:
                return
        state = domain.get_active_state(tracker, omit_unset_slots=self._omit_unset_slots)
        if self._ignore_rule_only_turns:
            domain._remove_rule_only_features(state, rule_only_data)
            if states:
                domain._substitute_rule_only_user_input(state, states[-1])
            if self._action_in_sight:
                state[PREVIOUS_ACTION] = self._action_in_sight
        states.append(domain._clean_state(state))


def _copied(state: State) -> State:
    """Policies change the states that they get."""
    return {name: dict(part) if isinstance(part, dict) else part for name, part in state.items()}
