"""`python -m bench [--full]`: run all parts and write bench/RESULTS.md. `make bench` calls this."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import engine, faq, machine, understanding, website
from bench.plan import FULL, QUICK, BenchError, Part, Plan
from bench.report import Section, render

PARTS: dict[str, Part] = {
    "engine": engine.run,
    "faq": faq.run,
    "understanding": understanding.run,
    "website": website.run,
}
RESULTS = Path(__file__).parent / "RESULTS.md"


def main(arguments: list[str] | None = None) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="all parts, and thoroughly")
    parser.add_argument("--messages", type=int, help="training messages of stock Rasa")
    parser.add_argument(
        "--epochs", type=int, help="epochs of stock Rasa's DIETClassifier, TEDPolicy and UnexpecTEDIntentPolicy"
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some of the parts (quick: engine and faq)")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the report goes (default: bench/RESULTS.md)")
    options = parser.parse_args(arguments)
    plan = FULL if options.full else QUICK
    changed = {"stock_messages": options.messages, "stock_epochs": options.epochs}
    plan = replace(plan, **{name: value for name, value in changed.items() if value})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the servers are stopped then, too
    try:
        report, sections = _run(plan, options.only or plan.parts, _command(options))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    options.out.write_text(report, encoding="utf-8")
    for section in sections:
        for picture in section.pictures:
            (options.out.parent / picture.file).write_text(picture.svg, encoding="utf-8")
    print(f"written: {options.out.name}")
    return 0


def _run(plan: Plan, names: Sequence[str], command: str) -> tuple[str, list[Section]]:
    facts = machine.facts()
    start = time.perf_counter()
    sections = []
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as temporary:
        os.environ["KEFU_VAR_DIR"] = str(Path(temporary, "var"))  # the product's own files stay untouched
        for name in names:
            folder = Path(temporary, name)
            folder.mkdir()
            sections.append(PARTS[name](plan, folder))
    facts += [("command", f"`{command}`"), ("mode", f"{plan.name}, {(time.perf_counter() - start) / 60:.1f} minutes")]
    return render("Benchmark results", facts, sections), sections


def _command(options: argparse.Namespace) -> str:
    """What to type for the same run."""
    if not options.only and not options.messages and not options.epochs:
        return "make bench FULL=1" if options.full else "make bench"
    words = ["python -m bench", "--full" if options.full else ""]
    words += [f"--{name} {value}" for name in ("messages", "epochs") if (value := getattr(options, name))]
    words += ["--only", *options.only] if options.only else []
    return " ".join(filter(None, words))


if __name__ == "__main__":
    sys.exit(main())
