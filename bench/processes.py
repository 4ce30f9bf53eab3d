"""Servers as processes: started, waited for, looked at and stopped by their ids."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.plan import BenchError

_LOOK_EVERY = 0.05  # seconds
_GRACE = 15.0  # seconds that a process has to end in


def free_port() -> int:
    """A loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], folder: Path, name: str) -> Iterator[Process]:
    """Run a command in a folder until the end of the block; its output goes to `<name>.log` there."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        started = subprocess.Popen(command, env=dict(environment), cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield Process(started, name, log)
    finally:
        started.terminate()
        try:
            started.wait(_GRACE)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


class Process:
    """A running process."""

    def __init__(self, process: subprocess.Popen[bytes], name: str, log: Path) -> None:
        self._process = process
        self._name = name
        self._log = log

    def resident_bytes(self) -> int:
        """Memory in use, shared libraries included.

        Raises:
            BenchError: the process has ended.
        """
        self.check()
        pages = int(Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()

    def cpu_seconds(self) -> float:
        """Processor time used so far, of all threads.

        Raises:
            BenchError: the process has ended.
        """
        self.check()
        fields = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def check(self) -> None:
        """Raise BenchError, with the end of the output, where the process has ended."""
        code = self._process.poll()
        if code is not None:
            tail = "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            raise BenchError(f"{self._name} has ended with {code}:\n{tail}")

    def wait_for(self, url: str, seconds: float, body: bytes | None = None, refused: str = "\0") -> None:
        """Wait until the address answers 200 with something more than an empty list.

        Args:
            url: what to get; with a body, where to post it as JSON.
            seconds: the patience.
            refused: words that make an answer none.

        Raises:
            BenchError: the process ended, or the time is over.
        """
        deadline = time.monotonic() + seconds
        while not _answers(url, body, refused):
            self.check()
            if time.monotonic() > deadline:
                tail = "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
                raise BenchError(f"{self._name} did not answer within {seconds:.0f} s:\n{tail}")
            time.sleep(_LOOK_EVERY)


def _answers(url: str, body: bytes | None, refused: str) -> bool:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            said = answer.read().decode()
            return answer.status == 200 and said not in ("", "[]") and refused not in said
    except (OSError, urllib.error.HTTPError):
        return False
