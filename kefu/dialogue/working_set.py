"""Which events of a conversation its next turn needs, however long it is.

Rasa makes trackers anew from a tracker's events all the time: for actions, for predictions, for forms that validate.
A snapshot of the state beside the events would be lost there. So what is left of a long conversation is a choice of
its own events, from which Rasa makes the same as from all: the latest turns whole; of the turns before only those that
policies can still look back on; and of everything else what carries state (each slot's last value, a pause, …).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
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
    Restarted,
    SessionStarted,
    SlotSet,
    StoryExported,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

EXACT_STATES = 6  # what policies see of the past; at least `max_history` and the longest rule (a test compares)
_WANTED = EXACT_STATES + 2  # actions: the first states after a gap do not know what came before it
_RAW_MESSAGES = 3  # the latest ones stay as they happened, with what was taken back
_RAW_EVENTS = 150  # but no more than these, when an agent writes and writes

_STATELESS = (
    AgentUttered,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    StoryExported,
    UserUttered,
)

# Compared exactly, as `isinstance` runs Python code for each other kind; only `rasa test` has subclasses, never stored.
_BEGINNING = frozenset({Restarted, SessionStarted})
_OVERWRITTEN = frozenset({BotUttered, SlotSet})
_UNDOING = frozenset({ActionReverted, Restarted, UserUtteranceReverted})
# Those beside which every other event counts; an action may take back what the loop of its name did before.
SIMPLE = frozenset({BotUttered, DefinePrevUserUtteredFeaturization, EntitiesAdded, SlotSet, UserUttered})

Turn = list[int]  # the positions of its events


@dataclass(frozen=True)
class WorkingSet:
    """The events to keep, by position.

    `run`: from this one of them on (by index) no turn that counts is missing; None: none is missing at all.
    `sees_all`: no turn is missing that stories see.
    """

    positions: Sequence[int]
    run: int | None = None
    sees_all: bool = True


def working_set(events: Sequence[Event], run: int | None = None, sees_all: bool = True) -> WorkingSet:
    """Choose from a tracker's events, of which some may be missing already.

    Args:
        run, sees_all: as the last choice left them.
    """
    start = max((at for at, event in enumerate(events) if type(event) is SessionStarted), default=0)
    if begins_anew(events):
        run, sees_all = None, True  # nothing from before can come back
    now = _applied(events, range(start, len(events)))
    recent = _recent(events, start, now)
    before = [at for at in now if at < recent]
    turns = _turns(events, now)
    seen = [number for number, turn in enumerate(turns) if any(_is_visible(events[at]) for at in turn)]
    kept = {
        len(turns) - 1,
        *(number for number, turn in enumerate(turns) if turn[-1] >= recent),
        *_last(events, turns, range(len(turns)), _is_action),
        *_last(events, turns, seen, _is_visible),
        *_loop(events, turns),
    }
    dropped = {at for number, turn in enumerate(turns) if number not in kept for at in turn}
    if dropped:
        dropped -= {at for gap in _gaps(turns, kept) for at in _carriers(events, gap)}
        contiguous = min(number for number in kept if kept.issuperset(range(number, len(turns))))
        run, sees_all = max(turns[contiguous][0], run or 0), sees_all and kept.issuperset(seen)
    taken_back = _taken_back(events, start, now, recent)
    left = _without_overwritten(events, [at for at in before if at not in dropped])
    rest = [*left, *range(recent, len(events))]
    skipped = None if run is None else len(taken_back) + sum(at < run for at in rest)
    return WorkingSet([*taken_back, *rest], skipped, sees_all)


def begins_anew(events: Iterable[Event]) -> bool:
    """Whether nothing from before these events can make a difference any more."""
    return any(type(event) in _BEGINNING for event in events)


def is_exact(events: Sequence[Event], run: Event | None, sees_all: bool) -> bool:
    """Whether policies see what they would see of the whole conversation.

    Args:
        events: those that count (`applied_events`).
        run: from this one on none is missing.
        sees_all: no turn that stories see is missing.
    """
    since = next((at for at, event in enumerate(events) if event is run), len(events))
    visible = sum(map(_is_visible, events))
    return sum(map(_is_action, events[since:])) >= EXACT_STATES and (sees_all or visible >= EXACT_STATES)


def _applied(events: Sequence[Event], positions: Sequence[int]) -> list[int]:
    """The positions of the events that count, by Rasa's own reckoning where they are not simply all of them."""
    since = positions[1:] if positions and type(events[positions[0]]) is SessionStarted else positions
    if all(type(events[at]) in SIMPLE or _is_action(events[at]) for at in since):
        return list(since)
    where = {id(events[at]): at for at in positions}
    tracker = DialogueStateTracker("", [])
    tracker.events.extend(events[at] for at in positions)
    return [where[id(event)] for event in tracker.applied_events()]


def _recent(events: Sequence[Event], start: int, now: Sequence[int]) -> int:
    """Where the latest messages begin, each with the action that waited for it.

    What they took back of earlier ones, they would take back again: then all stays for a while, or only what counts.
    """
    messages = [at for at in range(start, len(events)) if type(events[at]) is UserUttered]
    for count in (_RAW_MESSAGES, 1):
        if len(messages) < count:
            continue
        first = messages[-count]
        while first > start and not _is_action(events[first]):
            first -= 1
        before = _applied(events, range(start, first))
        if now[: len(before)] == before and len(events) - first <= _RAW_EVENTS:
            return first
    return start if len(events) - start <= _RAW_EVENTS or not messages else len(events)


def _taken_back(events: Sequence[Event], start: int, now: Sequence[int], recent: int) -> list[int]:
    """The last message and what took it back, where all that was taken back is left out: it names the channel."""
    messages = [at for at in range(start, len(events)) if type(events[at]) is UserUttered]
    if recent < len(events) or not messages or messages[-1] in now:
        return []
    return [messages[-1], *(at for at in range(messages[-1], len(events)) if type(events[at]) in _UNDOING)][:2]


def _turns(events: Sequence[Event], positions: Iterable[int]) -> list[Turn]:
    """Each ends with the action that waits for the next message, or before a message that nobody waited for."""
    turns: list[Turn] = [[]]
    for at in positions:
        event = events[at]
        if type(event) is UserUttered and any(type(events[other]) is UserUttered for other in turns[-1]):
            turns.append([])
        turns[-1].append(at)
        if _is_action(event) and event.action_name == ACTION_LISTEN_NAME:
            turns.append([])
    return [turn for turn in turns if turn]


def _last(
    events: Sequence[Event], turns: Sequence[Turn], among: Sequence[int], counts: Callable[[Event], bool]
) -> list[int]:
    """The last of some turns that have enough actions of a kind together."""
    chosen: list[int] = []
    total = 0
    for number in reversed(among):
        if total >= _WANTED:
            break
        found = sum(counts(events[at]) for at in turns[number])
        total += found
        if found:
            chosen.append(number)
    return chosen


def _loop(events: Sequence[Event], turns: Sequence[Turn]) -> list[int]:
    """Where the active form was started, with the message that is part of its state, and where it last ran."""
    started = [
        (number, events[at]) for number, turn in enumerate(turns) for at in turn if type(events[at]) is ActiveLoop
    ]
    if not started or not started[-1][1].name:
        return []
    name = started[-1][1].name
    runs = [
        number
        for number, turn in enumerate(turns)
        if any(_is_action(events[at]) and events[at].action_name == name for at in turn)
    ]
    return [started[-1][0], *runs[-1:]]


def _gaps(turns: Sequence[Turn], kept: set[int]) -> list[Turn]:
    gaps: list[Turn] = [[]]
    for number, turn in enumerate(turns):
        if number in kept:
            gaps.append([])
        else:
            gaps[-1] += turn
    return gaps


def _carriers(events: Sequence[Event], gap: Iterable[int]) -> list[int]:
    """The events of a gap that carry state beyond it; events of unknown kinds are all kept."""
    last: dict[tuple[str, str], int] = {}
    for at in gap:
        event = events[at]
        if _is_action(event):
            last.pop(("rejected", event.action_name or ""), None)
            last["action", ""] = at  # that waits for the next message, which is read as its answer
        elif isinstance(event, SlotSet):
            last["slot", event.key] = at
        elif isinstance(event, ActionExecutionRejected):
            last["rejected", event.action_name] = at
        elif isinstance(event, ReminderScheduled):
            last["reminder", event.name] = at
        elif isinstance(event, ActiveLoop | BotUttered | AllSlotsReset):
            last[event.type_name, ""] = at
        elif isinstance(event, ConversationPaused | ConversationResumed):
            last["pause", ""] = at
        elif not isinstance(event, _STATELESS):
            last["unknown", str(at)] = at
    return sorted(last.values())


def _without_overwritten(events: Sequence[Event], positions: Sequence[int]) -> list[int]:
    """Leave out slot values and replies that are followed by newer ones before anything looks at them.

    A form that asks and asks counts as one turn, however many answers it got.
    """
    kept: list[int] = []
    newer: set[tuple[str, str]] = set()
    for at in reversed(positions):
        event = events[at]
        if type(event) not in _OVERWRITTEN:
            newer.clear()
        else:
            what = (event.type_name, event.key if type(event) is SlotSet else "")
            if what in newer:
                continue
            newer.add(what)
        kept.append(at)
    return kept[::-1]


def _is_action(event: Event) -> bool:
    return type(event) is ActionExecuted


def _is_visible(event: Event) -> bool:
    return type(event) is ActionExecuted and not event.hide_rule_turn
