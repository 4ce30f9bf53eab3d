"""Which events of a conversation its next turn needs.

Rasa makes trackers anew from a tracker's events all the time: for every action, every prediction, every form that
validates. A snapshot of the state beside the events would be lost there. So what is left of a long conversation is a
choice of its own events, such that whatever Rasa makes of them is what it would make of all:

* the last few messages as they happened, with all that was taken back;
* before them a run of turns as they count now (`applied_events`), long enough for the policies' memory;
* before that the turns that stories see, where rules answered the others (Rasa hides those from MemoizationPolicy);
* of everything else only what carries state: each slot's last value, the active form and what started it, a pause.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.state_events import carriers

_MARGIN = 2  # actions more than policies look back: the first state after a gap does not know what came before it
_SLACK = 3  # actions that may gather before the next choice
_RAW_MESSAGES = 3  # Rasa's two-stage fallback looks at the last three, taken back or not
_RAW_EVENTS = 60  # but no more than these, when an agent writes and writes

Turn = list[int]  # the positions of its events


@dataclass(frozen=True)
class Tail:
    """The events to keep, by position; `run` and `visible` as in a snapshot, `run` as a position."""

    positions: Sequence[int]
    run: int | None
    visible: bool


def choose(events: Sequence[Event], run: int | None, visible: bool, history: int) -> Tail:
    """Choose from a tracker's events.

    Args:
        events: all that the tracker has.
        run, visible: what is missing among them already.
        history: how many of the latest states must be exact, both with the turns hidden by rules and without.
    """
    start = max((at for at, event in enumerate(events) if isinstance(event, SessionStarted)), default=None)
    if start is not None or any(isinstance(event, Restarted) for event in events):
        run, visible = None, True  # nothing from before can come back
    start = start or 0
    whole = Tail(range(start, len(events)), run, visible)
    wanted = history + _MARGIN
    if len(events) - start <= _RAW_EVENTS and _actions(events, whole.positions) <= wanted + _SLACK:
        return whole
    return _shorten(events, whole, _recent(events, start), wanted)


def _shorten(events: Sequence[Event], whole: Tail, recent: int, wanted: int) -> Tail:
    before = _applied(events, range(whole.positions[0], recent))
    now = _applied(events, whole.positions)
    turns = _turns(events, now)
    run = _start_of_run(events, turns, wanted)
    seen = _seen(events, turns)
    kept_seen = _last_seen(events, turns, seen, wanted)
    border = _border(before, now, recent)

    gaps: list[Turn] = [[]]
    for number, turn in enumerate(turns):
        if number in kept_seen or turn[-1] >= min(run, border):
            gaps.append([])
        else:
            gaps[-1] += turn
    dropped = {at for gap in gaps for at in gap}
    kept = [at for at in before if at not in dropped] + [at for gap in gaps for at in carriers(events, gap)]
    kept = _without_overwritten(events, sorted(kept), border)
    return Tail(
        positions=[*kept, *range(recent, len(events))],
        run=max(run, whole.run or 0) if dropped else whole.run,
        visible=whole.visible and kept_seen.issuperset(seen),
    )


def _border(before: Sequence[int], now: Sequence[int], recent: int) -> int:
    """From here on everything stays: the latest messages took some of it back, and do so whenever they are read."""
    for earlier, later in zip_longest(before, now):
        if earlier != later:
            return recent if earlier is None else earlier
    return recent


def _applied(events: Sequence[Event], positions: Iterable[int]) -> list[int]:
    """The positions of the events that count, by Rasa's own reckoning."""
    where = {id(events[at]): at for at in positions}
    tracker = DialogueStateTracker("", [])
    tracker.events.extend(events[at] for at in positions)
    return [where[id(event)] for event in tracker.applied_events()]


def _recent(events: Sequence[Event], start: int) -> int:
    """Where the latest messages begin, each with the action that waited for it."""
    messages = 0
    for at in range(len(events) - 1, start - 1, -1):
        if isinstance(events[at], UserUttered):
            messages += 1
        elif messages >= _RAW_MESSAGES and isinstance(events[at], ActionExecuted):
            return max(at, len(events) - _RAW_EVENTS)
    return max(start, len(events) - _RAW_EVENTS)


def _turns(events: Sequence[Event], positions: Iterable[int]) -> list[Turn]:
    """Each begins with the action that waits for a message."""
    turns: list[Turn] = []
    for at in positions:
        event = events[at]
        if not turns or (isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME):
            turns.append([])
        turns[-1].append(at)
    return turns


def _actions(events: Sequence[Event], positions: Iterable[int]) -> int:
    return sum(isinstance(events[at], ActionExecuted) for at in positions)


def _from_the_end(counts: Sequence[int], wanted: int) -> int | None:
    """The last index from which on the counts add up to what is wanted; None where all together do not."""
    total = 0
    for number in range(len(counts) - 1, -1, -1):
        total += counts[number]
        if total >= wanted:
            return number
    return None


def _start_of_run(events: Sequence[Event], turns: Sequence[Turn], wanted: int) -> int:
    """Where the turns begin that policies look back on; the very beginning where there are no more."""
    first = _from_the_end([_actions(events, turn) for turn in turns], wanted)
    return turns[first][0] if first is not None else 0


def _seen(events: Sequence[Event], turns: Sequence[Turn]) -> list[int]:
    """The turns that stories see: some action of it, or the wait that ended it."""
    ends = [*(turn[:1] for turn in turns[1:]), []]
    return [number for number, turn in enumerate(turns) if _visible(events, [*turn, *ends[number]])]


def _last_seen(events: Sequence[Event], turns: Sequence[Turn], seen: Sequence[int], wanted: int) -> set[int]:
    first = _from_the_end([_visible(events, turns[number]) for number in seen], wanted)
    return set(seen if first is None else seen[first:])


def _visible(events: Sequence[Event], positions: Iterable[int]) -> int:
    return sum(isinstance(events[at], ActionExecuted) and not events[at].hide_rule_turn for at in positions)


def _without_overwritten(events: Sequence[Event], positions: Sequence[int], border: int) -> list[int]:
    """Leave out slot values and bot messages that are followed by newer ones before anything looks at them.

    A form that asks and asks counts as one turn, however many answers it got.
    """
    kept: list[int] = []
    newer: set[str] = set()
    for at in reversed(positions):
        event = events[at]
        if not isinstance(event, SlotSet | BotUttered):
            newer.clear()
        elif at < border:
            name = f"slot {event.key}" if isinstance(event, SlotSet) else "bot"
            if name in newer:
                continue
            newer.add(name)
        kept.append(at)
    return kept[::-1]
