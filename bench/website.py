"""The website channel under load: many open streams and steady messages on one Rasa process, nothing lost."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from honcho.environ import parse_procfile

from bench.plan import BenchError, Plan
from bench.report import Section, Table, megabytes, milliseconds
from kefu.channels.website.assets import load_assets
from kefu.channels.website.bundle import WIDGET
from kefu.launch.run import environment
from kefu.launch.training import train_if_changed
from kefu.settings import ROOT, Settings, settings

_PATIENCE = 180.0  # seconds until the parts answer
_PARTS = ("rasa", "actions")
_WIDGETS = (("rasa-webchat 1.0", 211_000), ("deep-chat 2.2", 111_000))  # bytes gzipped, of their own bundles


@dataclass(frozen=True)
class Load:
    """How much is asked of the server."""

    streams: int
    rate: float  # messages a second, all together
    seconds: float


_LOADS = {"quick": Load(100, 10, 10), "full": Load(500, 50, 30)}


def run(plan: Plan, folder: Path) -> Section:
    """Measure the shipped product in a folder of its own."""
    load = _LOADS[plan.name]
    train_if_changed()
    with _product(folder) as (found, rasa):
        before = _busy(rasa)
        output = subprocess.run(_client(found, load), cwd=ROOT, capture_output=True, text=True, timeout=600)
        if output.returncode:
            raise BenchError(f"the load failed:\n{output.stderr[-2000:]}")
        result = json.loads(output.stdout)
        memory, busy = _memory(rasa), _busy(rasa) - before
    return Section(
        "Website channel",
        f"{load.streams} visitors with an open event stream each, together {load.rate:.0f} messages a second for "
        f"{load.seconds:.0f} s, on one Rasa process with the shipped configuration, client on the same machine. "
        "A line waits 1 s for others that belong to it before it is answered. `python -m bench.website_client`.",
        (_fate(result), _times(result, memory, busy), _sizes()),
    )


def _client(found: Settings, load: Load) -> list[str]:
    sizes = ["--streams", str(load.streams), "--rate", str(load.rate), "--seconds", str(load.seconds)]
    return [sys.executable, "-m", "bench.website_client", f"{found.rasa_url}/webhooks/website", *sizes]


def _fate(result: dict[str, Any]) -> Table:
    names = ("sent", "acknowledged", "seen", "answered", "doubled", "streams_with_gaps")
    rows = tuple((name.replace("_", " "), str(result[name])) for name in names)
    return Table("What became of the messages", ("", "number"), rows)


def _times(result: dict[str, Any], memory: float, busy: float) -> Table:
    rows = tuple(
        (what, milliseconds(result[what]["p50"]), milliseconds(result[what]["p99"]))
        for what in ("acknowledge", "answer")
    )
    note = f"Rasa process at the end: {megabytes(memory)}; {1000 * busy / max(result['sent'], 1):.1f} ms CPU a message."
    return Table("From sending until", ("", "p50", "p99"), rows, note)


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


@contextmanager
def _product(folder: Path) -> Iterator[tuple[Settings, int]]:
    """Rasa and its action server as `make run` starts them; yields their settings and Rasa's process id."""
    rasa_port, actions_port = _free_port(), _free_port()
    found = Settings(
        var_dir=folder / "var", rasa_port=rasa_port, actions_port=actions_port, models_dir=settings().models_dir
    )
    variables = environment(found)
    subprocess.run([sys.executable, "-m", "kefu", "migrate"], env=variables, cwd=ROOT, check=True, timeout=60)
    commands = parse_procfile((ROOT / "Procfile").read_text()).processes
    started: list[subprocess.Popen[bytes]] = []
    try:
        with (folder / "log").open("wb") as log:
            for name in _PARTS:
                process = subprocess.Popen(
                    commands[name],
                    shell=True,
                    cwd=ROOT,
                    env=variables,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                started.append(process)
        for address in (f"{found.rasa_url}/webhooks/website/", f"{found.actions_url}/health"):
            _wait_for(address, folder / "log")
        yield found, started[0].pid
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


def _wait_for(address: str, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            if requests.get(address, timeout=5).status_code == 200:
                return
        except requests.RequestException:
            pass
        if time.monotonic() > deadline:
            raise BenchError(f"{address} does not answer:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _memory(process: int) -> float:
    """Bytes in memory now."""
    return float(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _busy(process: int) -> float:
    """CPU seconds so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
