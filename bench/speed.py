"""The FAQ turn with one client and with eight, all sides in turn, round after round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from bench.load import Load, put, quantile
from bench.plan import Plan
from bench.questions import talks
from bench.sides import Side

CLIENTS = 8
_WARM_UP = 4  # messages of each client before the clock counts

T = TypeVar("T")


@dataclass
class Speed:
    """All rounds of one side."""

    alone: list[Load] = field(default_factory=list)
    together: list[Load] = field(default_factory=list)
    cpu_seconds: list[tuple[float, float]] = field(default_factory=list)  # a turn of eight clients: Rasa, its actions
    different: int = 0  # answers that are not those the question got when it was asked alone

    @property
    def rate(self) -> float:
        """Answers a second with eight clients: the round in the middle."""
        return median(load.rate for load in self.together)

    def alone_quantile(self, q: float) -> float:
        """Seconds of the answer at a quantile, one client."""
        return quantile((turn.seconds for load in self.alone for turn in load.turns), q)

    def together_quantile(self, q: float) -> float:
        """Seconds of the answer at a quantile, eight clients."""
        return quantile((turn.seconds for load in self.together for turn in load.turns), q)

    @property
    def cpu(self) -> tuple[float, float]:
        """Processor seconds of a turn: Rasa, its actions; the round in the middle of each."""
        rasa, actions = zip(*self.cpu_seconds, strict=True)
        return median(rasa), median(actions)

    @property
    def answers(self) -> int:
        """How many answers there were."""
        return sum(len(load.turns) for load in (*self.alone, *self.together))


def interleaved(sides: Sequence[T], rounds: int) -> Iterator[tuple[int, T]]:
    """Who is measured when: all in turn, each round beginning with another one."""
    for number in range(rounds):
        for place in range(len(sides)):
            yield number, sides[(number + place) % len(sides)]


def measure(plan: Plan, sides: Sequence[Side], answers: dict[str, str], name: str = "speed") -> dict[str, Speed]:
    """Measure sides by name.

    Args:
        plan: how many rounds, and messages in each.
        sides: running, with names of their own.
        answers: what is asked, with the answer that the first turn of a conversation gets.
        name: of the conversations; use each once for a side.
    """
    found = {side.name: Speed() for side in sides}
    asked = list(answers)
    for side in sides:
        put(side.url, talks(f"{name}-warm", asked, CLIENTS, _WARM_UP))
    for number, side in interleaved(sides, plan.rounds):
        speed = found[side.name]
        alone = talks(f"{name}-alone-{number}", asked, 1, plan.alone)
        together = talks(f"{name}-together-{number}", asked, CLIENTS, plan.together)
        speed.alone.append(put(side.url, alone))
        before = side.rasa.cpu_seconds(), side.actions.cpu_seconds()
        load = put(side.url, together)
        after = side.rasa.cpu_seconds(), side.actions.cpu_seconds()
        speed.together.append(load)
        turns = len(load.turns)
        speed.cpu_seconds.append(((after[0] - before[0]) / turns, (after[1] - before[1]) / turns))
        told = [text for talk in (*alone, *together) for text in talk.messages]
        turns_told = [*speed.alone[-1].turns, *load.turns]
        speed.different += sum(turn.text != answers[text] for text, turn in zip(told, turns_told, strict=True))
    return found
