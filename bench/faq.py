"""FAQ search from 100 to 100,000 entries, with the index and the ranking of the product."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.load import quantile
from bench.picture import lines
from bench.plan import BenchError, Plan
from bench.report import Picture, Section, Table, megabytes, milliseconds, seconds
from bench.targets import reached
from kefu.settings import ROOT

SIZES = (100, 1_000, 10_000, 100_000)
_PATIENCE = 300.0  # seconds for one size
_INTRO = (
    "Entries made up from the real ones by `bench/faq_generator.py` (seeded): their questions about many services in "
    "many places, three wordings each and an answer of two sentences. Two of three queries are an entry's wording, "
    "the others customers' real questions; every second one comes with an intent as the classifier would name it. "
    "Through `kefu.knowledge.base.Snapshot`, which `kefu.knowledge.search` uses, brands and dates included; each size "
    "in a process of its own, one thread. Reading and checking the YAML files is not part of it."
)


@dataclass(frozen=True)
class Searched:
    """What was measured for one size."""

    wordings: int
    built: float  # seconds
    built_cpu: float
    bytes: int  # memory of the index
    took: list[float]  # seconds of each look-up


def run(plan: Plan, folder: Path) -> Section:
    """Measure all sizes."""
    print("FAQ search …", flush=True)
    found = {size: _measure(size, plan.faq_queries, folder) for size in SIZES}
    curve = {
        name: [(float(size), 1000 * quantile(one.took, q)) for size, one in found.items()]
        for name, q in (("p50", 0.5), ("p99", 0.99))
    }
    picture = lines("Time of a look-up by size of the FAQ", curve, "entries", "ms")
    table = Table("Search by size", _COLUMNS, tuple(_row(size, one) for size, one in found.items()))
    return Section("FAQ search", _INTRO, (_targets(found[SIZES[-1]]), table), (Picture("faq.svg", "Look-up", picture),))


_COLUMNS = ("entries", "wordings", "index built in", "CPU of that", "memory", "p50", "p99")


def _row(size: int, one: Searched) -> tuple[str, ...]:
    quantiles = (milliseconds(quantile(one.took, q)) for q in (0.5, 0.99))
    built = seconds(one.built), seconds(one.built_cpu)
    return f"{size:,}", f"{one.wordings:,}", *built, megabytes(max(0, one.bytes)), *quantiles


def _targets(largest: Searched) -> Table:
    slowest = quantile(largest.took, 0.99)
    rows = (
        ("look-up, p99", milliseconds(slowest), "< 5 ms", reached(slowest < 0.005)),
        ("index", seconds(largest.built), "< 3 s", reached(largest.built < 3)),
    )
    return Table(f"Targets at {SIZES[-1]:,} entries", ("", "measured", "target", "reached"), rows)


def _measure(size: int, queries: int, folder: Path) -> Searched:
    command = [sys.executable, "-m", "bench.faq_worker", str(size), str(queries)]
    try:
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=_PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"FAQ of {size} entries: not done after {_PATIENCE:.0f} s") from error
    if finished.returncode:
        raise BenchError(f"FAQ of {size} entries:\n{finished.stderr[-2000:]}")
    return Searched(**json.loads(finished.stdout))
