"""Which events of a conversation its next turn needs.

Rasa makes trackers anew from a tracker's events all the time: for every action, every prediction, every form that
validates. A snapshot of the state beside the events would be lost there. So what is left of a long conversation is a
choice of its own events, such that whatever Rasa makes of them is what it would make of all:

* the last few messages as they happened, with all that was taken back;
* before them a run of turns as they count now (`applied_events`), long enough for the policies' memory;
* before that the turns with the last few actions, where a person talked and the bot did nothing, and the last turns
  that stories see, where rules answered the others (Rasa hides those from MemoizationPolicy);
* of everything else only what carries state: each slot's last value, the active form and what started it, a pause.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.dialogue.reading import reading
from kefu.dialogue.state_events import carriers

_MARGIN = 2  # actions more than policies look back: the first state after a gap does not know what came before it
_SLACK = 3  # actions that may gather before the next choice
_RAW_MESSAGES = 3  # Rasa's two-stage fallback looks at the last three, taken back or not
_RAW_EVENTS = 60  # but no more than these, when an agent writes and writes
_CONTEXTS = (0, 1, 2, 4)  # turns to keep before each kept one; more only where fewer would be read in another way
_RUN_MESSAGES = 12  # a run is no longer than this where the bot does nothing

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
    actions = sum(_is_action(event) for event in events[start:])
    if len(whole.positions) <= _RAW_EVENTS and actions <= history + _MARGIN + _SLACK:
        return whole
    length = history + 1  # the state at the end may come into sight or go out of it
    read = reading(events[start:], length)
    for context in _CONTEXTS:
        shorter = _shorten(events, whole, history + _MARGIN, context)
        if reading([events[at] for at in shorter.positions], length) == read:
            return shorter
    return whole


def _shorten(events: Sequence[Event], whole: Tail, wanted: int, context: int) -> Tail:
    now = _applied(events, whole.positions)
    recent = _recent(events, whole.positions[0], set(now))
    before = _applied(events, range(whole.positions[0], recent))
    border = _border(before, now, recent)
    turns = _turns(events, now)
    if not turns:
        return Tail([*before, *range(recent, len(events))], whole.run, whole.visible)
    run = _run(events, turns, wanted)
    seen, kept = _memory(events, turns, wanted)
    kept |= {number for number, turn in enumerate(turns) if number >= run or turn[-1] >= border}
    kept |= {number - back for number in kept for back in range(1, context + 1)}

    gaps: list[Turn] = [[]]
    for number, turn in enumerate(turns):
        if number in kept:
            gaps.append([])
        else:
            gaps[-1] += turn
    dropped = {at for gap in gaps for at in gap}
    left = [at for at in before if at not in dropped] + [at for gap in gaps for at in carriers(events, gap)]
    return Tail(
        positions=[*_without_overwritten(events, sorted(left), border), *range(recent, len(events))],
        run=max(turns[run][0], whole.run or 0) if dropped else whole.run,
        visible=whole.visible and kept.issuperset(seen),
    )


def _applied(events: Sequence[Event], positions: Iterable[int]) -> list[int]:
    """The positions of the events that count, by Rasa's own reckoning."""
    where = {id(events[at]): at for at in positions}
    tracker = DialogueStateTracker("", [])
    tracker.events.extend(events[at] for at in positions)
    return [where[id(event)] for event in tracker.applied_events()]


def _recent(events: Sequence[Event], start: int, now: set[int]) -> int:
    """Where the latest messages begin, each with the action that waited for it."""
    messages = [at for at in range(start, len(events)) if isinstance(events[at], UserUttered)]
    first = messages[-_RAW_MESSAGES] if len(messages) >= _RAW_MESSAGES else start
    while first > start and not _is_action(events[first]):
        first -= 1
    recent = max(first, len(events) - _RAW_EVENTS)
    # The channel is that of the last message, even if it was taken back.
    return min(recent, messages[-1]) if messages and messages[-1] not in now else recent


def _border(before: Sequence[int], now: Sequence[int], recent: int) -> int:
    """From here on everything stays: the latest messages took some of it back, and do so whenever they are read."""
    for earlier, later in zip_longest(before, now):
        if earlier != later:
            return recent if earlier is None else earlier
    return recent


def _turns(events: Sequence[Event], positions: Iterable[int]) -> list[Turn]:
    """Each begins with the action that waits for a message, or with a message that nobody waited for."""
    turns: list[Turn] = []
    has_message = False
    for at in positions:
        event = events[at]
        is_wait = _is_action(event) and event.action_name == ACTION_LISTEN_NAME
        is_message = isinstance(event, UserUttered)
        if not turns or is_wait or (is_message and has_message):
            turns.append([])
            has_message = False
        has_message = has_message or is_message
        turns[-1].append(at)
    return turns


def _run(events: Sequence[Event], turns: Sequence[Turn], wanted: int) -> int:
    """The number of the turn from which on policies, and whoever takes turns back, find every turn."""
    actions = _last(events, turns, range(len(turns)), _is_action, wanted)
    messages = _last(events, turns, range(len(turns)), lambda event: isinstance(event, UserUttered), _RUN_MESSAGES)
    return max(actions[0], messages[0])


def _memory(events: Sequence[Event], turns: Sequence[Turn], wanted: int) -> tuple[list[int], set[int]]:
    """The turns that stories see, and those of all turns that policies may still look back on."""
    # The wait that ends a turn is part of it here: it may be visible where the turn's other actions are not.
    ended = [[*turn, *following[:1]] for turn, following in zip(turns, [*turns[1:], []], strict=True)]
    seen = [number for number, turn in enumerate(ended) if any(_is_visible(events[at]) for at in turn)]
    acting = [number for number, turn in enumerate(turns) if any(_is_action(events[at]) for at in turn)]
    last_seen = _last(events, turns, seen, _is_visible, wanted)
    kept = {*last_seen, *_last(events, turns, acting, _is_action, wanted)}
    # What begins in the middle of a turn reads the message that stories saw last; this is where they saw it.
    anchors = [number for number in seen if number <= last_seen[0] and _is_anchor(events, turns[number])]
    # Where a person talks, a message may be many turns after the action that waited for it.
    waits = [number for number in acting if number < min(kept, default=0)]
    return seen, kept.union(anchors[-1:], waits[-1:] if kept and not _is_action(events[turns[min(kept)][0]]) else [])


def _is_anchor(events: Sequence[Event], turn: Turn) -> bool:
    actions = [events[at] for at in turn if _is_action(events[at])][:2]
    return len(actions) == 2 and actions[0].action_name == ACTION_LISTEN_NAME and _is_visible(actions[1])


def _last(
    events: Sequence[Event], turns: Sequence[Turn], among: Sequence[int], what: Callable[[Event], bool], wanted: int
) -> Sequence[int]:
    """The last of some turns that have at least so many events of a kind together; all where they have fewer."""
    total = 0
    for count in range(1, len(among) + 1):
        total += sum(what(events[at]) for at in turns[among[-count]])
        if total >= wanted:
            return among[-count:]
    return among


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


def _is_action(event: Event) -> bool:
    return isinstance(event, ActionExecuted)


def _is_visible(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and not event.hide_rule_turn
