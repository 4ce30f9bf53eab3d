"""How thorough a run is; the parts of the benchmark ask the plan and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.report import Section


class BenchError(Exception):
    """A measurement could not be made."""


@dataclass(frozen=True)
class Plan:
    """Sizes of one run."""

    name: str
    stock_messages: int  # training messages when ours is compared with stock Rasa
    stock_epochs: int  # of DIETClassifier; `rasa init` has 100
    tested: int  # held-out messages at most, when compared with stock Rasa
    ablation_messages: int  # training messages at most, when parts of ours are left out


_ALL = 1_000_000

# 100 epochs over all training messages take DIET more than an hour on two cores.
QUICK = Plan("quick", stock_messages=2_500, stock_epochs=4, tested=1_000, ablation_messages=6_000)
FULL = Plan("full", stock_messages=3_500, stock_epochs=100, tested=_ALL, ablation_messages=_ALL)

Part = Callable[[Plan, Path], Section]  # measures in an empty folder, which is deleted afterwards
