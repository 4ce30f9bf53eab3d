"""What serving imports, what that costs, and who asks for it: `python -m bench.imports [--lean]`.

Loads the newest model and parses one message in a process of its own, with `-X importtime`.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections import Counter

SERVE = """
import asyncio, resource, sys, time, warnings
warnings.simplefilter("ignore")
begun = time.perf_counter()
{lean}
import rasa.__main__, rasa.core.run, kefu.channels.rest, kefu.channels.website.channel, kefu.dialogue.nlg
from rasa.core.agent import Agent
imported = time.perf_counter()
asyncio.run(Agent.load("models").parse_message("我昨天充值200元没到账"))
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"{{time.perf_counter() - begun:.1f}} s ({{used.ru_utime + used.ru_stime:.1f}} s of CPU), "
      f"{{used.ru_maxrss / 1024:.0f}} MB, {{len(sys.modules)}} modules")
"""
LEAN = "from pathlib import Path; from kefu.launch import lean; lean.install(Path('models'))"
LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|( +)(\S+)")


def serve(lean: bool, *options: str) -> subprocess.CompletedProcess[str]:
    """A process that imports, loads and parses."""
    command = [sys.executable, *options, "-c", SERVE.format(lean=LEAN if lean else "")]
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as var:
        quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2", "KEFU_VAR_DIR": var}
        return subprocess.run(command, env={**os.environ, **quiet}, capture_output=True, text=True, check=True)


def report(importtime: str) -> None:
    """Print the packages by their own time, each with the chain that imported it first."""
    own: Counter[str] = Counter()
    chains: dict[str, list[str]] = {}
    open_modules: list[str] = []
    # Python writes a module after those that it imports: read backwards, the importers come first.
    for microseconds, indent, name in reversed(LINE.findall(importtime)):
        open_modules = [*open_modules[: len(indent) // 2], name]
        package = name.partition(".")[0]
        own[package] += int(microseconds)
        chains[package] = [module for module in reversed(open_modules) if module.partition(".")[0] != package]
    for package, spent in own.most_common(25):
        print(f"{spent / 1000:7.0f} ms  {package:20} <- {' <- '.join(chains[package][:4]) or 'itself'}")


if __name__ == "__main__":
    is_lean = "--lean" in sys.argv
    print(serve(is_lean).stdout.strip().splitlines()[-1])  # without the clock, which costs time itself
    report(serve(is_lean, "-X", "importtime").stderr)
