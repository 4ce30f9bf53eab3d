"""A process of its own for one size of the FAQ: `python -m bench.faq_worker SIZE QUERIES`; prints JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from pathlib import Path

from bench.corpus import read_measure
from bench.faq_generator import generate, questions
from kefu.knowledge import load_faq
from kefu.knowledge.base import Snapshot
from kefu.knowledge.ranking import Thresholds
from kefu.settings import ROOT

_WARM_UP = 20
_DAY = date(2026, 11, 23)


def measure(size: int, queries: int) -> dict[str, object]:
    """Index `size` entries and look questions up, half of them with the classifier's intent."""
    real = load_faq(ROOT / "data/faq")
    entries = generate(real, size)
    asked = questions(entries, [example.text for example in read_measure()], queries + _WARM_UP)
    intents = sorted({entry.intent for entry in real})
    before = _resident_bytes()
    start, cpu = time.perf_counter(), time.process_time()
    snapshot = Snapshot(entries, "bench")
    built, built_cpu = time.perf_counter() - start, time.process_time() - cpu
    took = []
    for number, text in enumerate(asked):
        intent = intents[number % len(intents)] if number % 2 else None
        start = time.perf_counter()
        snapshot.search(text, intent, ("post", "my")[number % 4 // 2], 3, _DAY, Thresholds())
        took.append(time.perf_counter() - start)
    return {
        "wordings": sum(1 + len(entry.variants) for entry in entries),
        "built": built,
        "built_cpu": built_cpu,
        "bytes": _resident_bytes() - before,
        "took": took[_WARM_UP:],
    }


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
