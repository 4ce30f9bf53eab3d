"""Where the time of our FAQ turn goes: `python -m bench.profiling [turns]`, cProfile over both processes under load.

Serves the newest model of models/. The profiler slows everything down and sees the main thread only: read shares.
"""

from __future__ import annotations

import os
import pstats
import sys
import tempfile
from pathlib import Path

from bench import questions, sides
from bench.load import put
from kefu.settings import ROOT

_LINES = 45


def main() -> None:
    """Put the profiled product under load, and print what took longest."""
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as temporary:
        folder = Path(temporary)
        os.environ["KEFU_VAR_DIR"] = str(folder / "var")
        asked = questions.candidates()
        with sides.ours(ROOT / "models", folder / "ours", profiled=True) as side:
            before = side.rasa.cpu_seconds(), side.actions.cpu_seconds()
            load = put(side.url, questions.talks("profiled", asked, 8, turns // 8))
            spent = side.rasa.cpu_seconds() - before[0], side.actions.cpu_seconds() - before[1]
        print(f"{load.rate:.0f} messages/s under the profiler; CPU: Rasa {spent[0]:.1f} s, actions {spent[1]:.1f} s")
        for name in ("rasa", "actions"):
            print(f"== {name}")
            found = pstats.Stats(str(folder / "ours" / f"{name}.prof"))
            for order in ("tottime", "cumulative"):
                found.sort_stats(order).print_stats(_LINES)


if __name__ == "__main__":
    main()
