"""Puts a side under load through bench/load_client.py, and what is read from its answers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from os.path import commonprefix

from bench.plan import BenchError
from kefu.channels import apology
from kefu.settings import ROOT

APOLOGY = commonprefix([apology.APOLOGY, apology.APOLOGY_UNSTORED])  # how our answer begins where there is none
_GRACE = 120.0  # seconds over the load's own limit until the client is given up


@dataclass(frozen=True)
class Talk:
    """What one client says in one conversation."""

    sender: str
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Turn:
    """A message's answer: how long it took, and what it was."""

    seconds: float
    status: int
    text: str


@dataclass(frozen=True)
class Load:
    """All answers to a load, by conversation."""

    wall: float  # seconds from the first request to the last answer
    talks: tuple[tuple[Turn, ...], ...]

    @property
    def turns(self) -> list[Turn]:
        """The answers of all conversations."""
        return [turn for talk in self.talks for turn in talk]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.turns) / self.wall


def put(url: str, talks: Sequence[Talk], seconds: float = 120.0, is_probe: bool = False) -> Load:
    """Have the talks held side by side.

    Args:
        url: a REST webhook on this machine.
        talks: each gets a connection of its own.
        seconds: after which no more messages are sent.
        is_probe: answers may be missing.

    Raises:
        BenchError: the client failed, or an answer is missing: such a run says nothing (a probe does).
    """
    job = {"url": url, "seconds": seconds, "talks": [vars(talk) for talk in talks]}
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "bench.load_client"],
            input=json.dumps(job),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds + _GRACE,
        )
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{url}: the load was not over after {seconds + _GRACE:.0f} s") from error
    if finished.returncode:
        raise BenchError(f"{url}: the client failed:\n{finished.stderr[-2000:]}")
    found = json.loads(finished.stdout)
    load = Load(found["wall"], tuple(tuple(Turn(*turn) for turn in talk) for talk in found["talks"]))
    missing = [turn for turn in load.turns if turn.status != 200 or not turn.text or turn.text.startswith(APOLOGY)]
    if missing and not is_probe:
        raise BenchError(f"{url}: {len(missing)} of {len(load.turns)} answers are missing (status {missing[0].status})")
    return load


def quantile(values: Iterable[float], q: float) -> float:
    """The value at a quantile, such as 0.5: the smallest that at least this share of all does not exceed.

    Raises:
        ValueError: there are no values.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, min(len(ordered), ceil(q * len(ordered))) - 1)]
