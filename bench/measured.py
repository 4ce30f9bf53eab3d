"""What the engine's benchmark has measured, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from bench import lengths
from bench.plan import Plan
from bench.rasa_model import Trained
from bench.speed import Speed

_STOCK_EPOCHS = 100  # of `rasa init`


@dataclass(frozen=True)
class Cost:
    """What a side takes, apart from time a turn."""

    start_seconds: float
    resident_bytes: int  # of the Rasa process, after the load
    actions_bytes: int


@dataclass(frozen=True)
class Training:
    """Models, and how long they took to make."""

    stock: Trained  # on a sample
    stock_epochs: int
    ours: Trained  # on all of the data

    def stock_as_initialised(self) -> float:
        """Seconds that stock Rasa would take for all of the data in the 100 epochs of `rasa init`.

        Reckoned from the epochs that were run: an epoch of DIET takes as much longer as there are more messages; the
        rest of the pipeline is counted for the sample only.
        """
        found, done, more = self.stock, self.stock_epochs, self.ours.messages / self.stock.messages
        epochs = {name: median(seconds) for name, seconds in found.epochs.items()}
        others = sum((_STOCK_EPOCHS - done) * one for name, one in epochs.items() if name != "DIET")
        return found.seconds + others + (_STOCK_EPOCHS * more - done) * epochs["DIET"]


@dataclass(frozen=True)
class Measurements:
    """Everything; by the name of the side where there are several."""

    plan: Plan
    answers: dict[str, str]  # of the questions that were asked
    speed: dict[str, Speed]
    long: dict[str, list[float]]  # seconds of each turn of a long conversation
    short: dict[str, list[float]]  # seconds of turns 2 to 4 of short ones
    bursts: dict[str, list[float]]
    costs: dict[str, Cost]
    training: Training

    def turn(self, name: str, turn: int) -> float | None:
        """Seconds of a turn of a conversation of a side; None where it had none that long."""
        return median(self.short[name]) if turn == lengths.SHORT else lengths.around(self.long[name], turn)

    def growth(self, name: str, turn: int) -> float:
        """How many times as long as at turn 3 a turn takes; not a number where there was no such turn."""
        return (self.turn(name, turn) or float("nan")) / median(self.short[name])
