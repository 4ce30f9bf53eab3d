"""The website channel under load: many open streams and steady messages on one process, nothing lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import models, sides, website_client
from bench.plan import BenchError, Plan
from bench.processes import Process, free_port, running
from bench.report import Section, Table, megabytes, milliseconds, seconds
from kefu.channels.website.assets import load_assets
from kefu.channels.website.bundle import WIDGET
from kefu.launch.run import environment
from kefu.migrate import migrate
from kefu.settings import ROOT, settings

_STARTING = 60.0  # seconds until the channel must answer
_GRACE = 30.0  # seconds over all that the client allows itself until it is given up
_BEHIND = 3.0  # seconds from the last message to the last answer, of which 1 is the joining window: more is a backlog
_HIGHER = (1.5, 2.0)  # times the load's rate; with more, the limit of one address would be met
_WIDGETS = (("rasa-webchat 1.0", 211_000), ("deep-chat 2.2", 111_000))  # bytes gzipped, of their own bundles


@dataclass(frozen=True)
class Load:
    """How much is asked of the server."""

    streams: int
    rate: float  # messages a second, all together
    seconds: float


@dataclass(frozen=True)
class Run:
    """What came of a load: the counts and latencies of bench/website_client.py, and what it took."""

    name: str
    load: Load
    result: dict[str, Any]
    memory: int  # bytes at the end
    cpu: float  # seconds a message

    @property
    def problem(self) -> str:
        """What became of the messages that it should not; empty where all is well."""
        faults = {
            "acknowledgements were missing": self.result["sent"] - self.result["acknowledged"],
            "answers were missing": self.result["sent"] - self.result["answered"],
            "messages were doubled": self.result["doubled"],
            "answers were other than in the rehearsal": self.result["wrong"],
            "lines came that answer nothing": self.result["surplus"],
            "streams had gaps": self.result["gaps"],
        }
        return ", ".join(f"{count} {what}" for what, count in faults.items() if count)

    @property
    def kept_up(self) -> bool:
        """Whether the rate was carried: nothing lost, and no backlog at the end."""
        return not self.problem and self.result["behind"] <= _BEHIND


_LOADS = {"quick": Load(100, 20, 5), "full": Load(500, 50, 20)}


def run(plan: Plan, folder: Path) -> Section:
    """Measure the channel over a bot that echoes, then the shipped product.

    Raises:
        BenchError: something was lost, and not because the rate was too high.
    """
    load = _LOADS[plan.name]
    model = models.own(folder)
    with channel(folder / "channel") as (process, url):
        runs = [checked(put("channel", process, url, load))]
    with sides.ours(model.path.parent, folder / "product") as side:
        url = side.url.replace("/rest/webhook", "/website")
        runs += rates(load, lambda load: put("product", side.rasa, url, load), is_full=plan.name == "full")
    intro = (
        f"{load.streams} visitors, each with an open event stream, on one process with the shipped limits; the client "
        f"is on the same machine and sends for {load.seconds:.0f} s, however long the answers take. *channel*: the "
        "website channel over a bot that echoes; *product*: one Rasa process with the shipped configuration, and its "
        "action server. `python -m bench.website_client`."
    )
    return Section("Website channel", intro, (_table(runs), _sizes()))


def rates(load: Load, put: Callable[[Load], Run], is_full: bool) -> list[Run]:
    """The load, and in a full run others, to find where the limit is: higher rates, or a lower where that failed.

    Raises:
        BenchError: something was lost at the lowest rate.
    """
    first = put(load)
    if is_full and not first.kept_up:
        return [checked(put(replace(load, rate=load.rate / 2))), first]
    runs = [checked(first)]
    for factor in _HIGHER if is_full else ():
        if runs[-1].kept_up:
            runs.append(put(replace(load, rate=load.rate * factor)))
    return runs


def checked(run: Run) -> Run:
    """The run.

    Raises:
        BenchError: something was lost, doubled or wrong.
    """
    if run.problem:
        raise BenchError(
            f"{run.name}, {run.load.streams} streams, {run.load.rate:.0f} messages/s, {run.result['sent']} in all: "
            f"{run.problem} {website_client.PATIENCE:.0f} s after the last message"
        )
    return run


def put(name: str, process: Process, url: str, load: Load) -> Run:
    """Put a server under load."""
    before = process.cpu_seconds()
    sizes = ["--streams", str(load.streams), "--rate", str(load.rate), "--seconds", str(load.seconds)]
    bound = 2 * website_client.OPENING + load.seconds + website_client.PATIENCE + website_client.SETTLING + _GRACE
    command = [sys.executable, "-m", "bench.website_client", url, *sizes]
    try:
        output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=bound)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{name}: the load was not over after {bound:.0f} s") from error
    process.check()
    if output.returncode:
        raise BenchError(f"{name}: the client failed:\n{output.stderr[-2000:]}")
    result = json.loads(output.stdout)
    busy = process.cpu_seconds() - before
    return Run(name, load, result, process.resident_bytes(), busy / result["sent"])


@contextmanager
def channel(folder: Path) -> Iterator[tuple[Process, str]]:
    """The channel over a bot that echoes, and its address."""
    port = free_port()
    found = settings().copy(update={"var_dir": folder / "var", "rasa_port": port})
    variables = {**sides.bare_environment(), **environment(found)}
    migrate(f"sqlite:///{folder / 'var/kefu.db'}")
    url = f"http://127.0.0.1:{port}/webhooks/website"
    with running([sys.executable, "-m", "bench.echo_server", str(port)], variables, folder, "channel") as process:
        process.wait_for(f"{url}/", _STARTING)
        yield process, url


def _table(runs: Sequence[Run]) -> Table:
    """One column a run."""

    def row(name: str, cell: Callable[[Run], str]) -> tuple[str, ...]:
        return name, *map(cell, runs)

    def count(name: str) -> tuple[str, ...]:
        return row(name, lambda run: str(run.result[name]))

    def latency(name: str, key: str, part: str) -> tuple[str, ...]:
        return row(f"{name}, {part}", lambda run: milliseconds(run.result[key][part]))

    rows = (
        *(count(name) for name in ("sent", "acknowledged", "answered")),
        row("lost, doubled or wrong", lambda run: f"**{run.problem}**" if run.problem else "none"),
        row("streams that broke", lambda run: str(run.result["breaks"])),
        *(latency("until acknowledged", "acknowledge", part) for part in ("p50", "p99")),
        *(latency("until answered", "answer", part) for part in ("p50", "p99")),
        row("last message to last answer", lambda run: seconds(run.result["behind"])),
        row("kept up", lambda run: "yes" if run.kept_up else "**no**"),
        row("CPU of the process a message", lambda run: milliseconds(run.cpu)),
        row("memory of the process at the end", lambda run: megabytes(run.memory)),
    )
    note = (
        "*Until answered*: 1 s of it is the joining window, in which a line waits for others that belong to it. "
        "*Answered*: line for line, once, as in a rehearsal without load. *Kept up*: nothing was lost, and "
        f"the last answer came within {_BEHIND:.0f} s of the last message. *CPU*: opening the streams included."
    )
    columns = ("", *(f"{run.name}, {run.load.rate:.0f} messages/s" for run in runs))
    return Table("What became of the messages", columns, rows, note)


def _sizes() -> Table:
    """What a page loads, gzipped, beside what others load."""
    assets = load_assets()
    ours = sum(len(assets[name].compressed) for name in WIDGET)
    rows = (("ours", f"{ours / 1000:.1f} kB"), *((name, f"{size / 1000:.0f} kB") for name, size in _WIDGETS))
    return Table(
        "Size of the widget, gzipped",
        ("", "size"),
        rows,
        "Loader, joined modules and style sheet; the others' bundles.",
    )
