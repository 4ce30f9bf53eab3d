"""What the figures were measured on; nothing that names the machine or its owner."""

from __future__ import annotations

import os
import platform
import re
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path


def facts() -> list[tuple[str, str]]:
    """Names and values for the head of the report; call it before measuring, for the load of other programs."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    busy = "; **other programs were running: times and their ratios are rough**" if load > 0.5 * cores else ""
    return [
        ("date", datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ("machine", f"{_cpu()}, {cores} cores, {_memory()}"),
        ("software", f"Python {platform.python_version()}, Rasa {version('rasa')}, TensorFlow {version('tensorflow')}"),
        ("load when the run began", f"{load:.1f}{busy}"),
    ]


def _cpu() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    return found[1] if found else platform.machine()


def _memory() -> str:
    found = re.search(r"^MemTotal:\s*(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return f"{int(found[1]) / 1024**2:.0f} GB memory" if found else "memory unknown"


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
