"""How a turn's time grows with the conversation, and how long a burst of one customer's messages takes."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from bench.load import Load, Talk, put
from bench.questions import talks
from bench.sides import Side

SHORT = 3  # the turn that the others are compared with
AT = (SHORT, 100, 300, 1000)
BURST = 10
_AROUND = 10  # turns before and behind
_PATIENCE = 240.0  # seconds for one long conversation


def turn_times(side: Side, questions: Sequence[str], turns: int) -> list[float]:
    """Seconds of each turn of one conversation; fewer turns where the time is over before."""
    return [turn.seconds for turn in put(side.url, talks("long", questions, 1, turns), _PATIENCE).turns]


def short_times(side: Side, questions: Sequence[str], count: int) -> list[float]:
    """Seconds of turns 2, 3 and 4 of so many short conversations."""
    loads = [put(side.url, talks(f"short-{number}", questions, 1, SHORT + 1)) for number in range(count)]
    return [turn.seconds for load in loads for turn in load.turns[SHORT - 2 :]]


def around(times: Sequence[float], turn: int) -> float | None:
    """The median of the turns around one; None where the conversation was not that long."""
    if len(times) < turn:
        return None
    return median(times[max(0, turn - 1 - _AROUND) : turn + _AROUND])


def burst(side: Side, question: str, name: str) -> float:
    """Seconds from ten messages of one customer at once to the last answer."""
    load: Load = put(side.url, [Talk(name, (question,))] * BURST)
    return load.wall
