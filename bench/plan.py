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
    parts: tuple[str, ...]  # of the report
    stock_messages: int  # training messages of stock Rasa, and of ours where the two understand side by side
    questions: int  # of the FAQ, which stock Rasa learns as well, so that both can be asked them
    stock_epochs: int  # of DIETClassifier, TEDPolicy and UnexpecTEDIntentPolicy; `rasa init` has 100
    train_together: bool  # both at the same time, which is quicker and makes both slower
    tested: int  # held-out messages at most, when compared with stock Rasa; 0: not compared
    ablation_messages: int  # training messages at most, when parts of our classifier are left out; 0: none is
    rounds: int  # in each, every side answers in turn
    alone: int  # messages of one client in a round
    together: int  # messages of each of eight clients in a round
    short_talks: int  # conversations in which turn 3 is looked at: one alone would be chance
    stock_turns: int  # of stock Rasa's long conversation; ours has 1000
    left_out: bool  # whether parts of the engine are switched off one by one
    faq_queries: int  # for each size of the FAQ


_ALL = 1_000_000

# 100 epochs over all training messages take DIET more than an hour on two cores; even one over a few needs a minute to
# build the graphs of DIET, TED and UnexpecTED.
QUICK = Plan(
    "quick",
    parts=("engine", "faq"),
    stock_messages=50,
    questions=24,
    stock_epochs=40,
    train_together=True,
    tested=0,
    ablation_messages=0,
    rounds=2,
    alone=20,
    together=6,
    short_talks=6,
    stock_turns=40,
    left_out=False,
    faq_queries=200,
)
FULL = Plan(
    "full",
    parts=("engine", "faq", "understanding", "website"),
    stock_messages=1_500,
    questions=_ALL,
    stock_epochs=25,
    train_together=False,
    tested=_ALL,
    ablation_messages=_ALL,
    rounds=5,
    alone=50,
    together=15,
    short_talks=12,
    stock_turns=300,
    left_out=True,
    faq_queries=1_000,
)

Part = Callable[[Plan, Path], Section]  # measures in an empty folder, which is deleted afterwards
