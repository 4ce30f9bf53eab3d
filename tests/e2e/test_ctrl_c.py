"""Ctrl-C at any moment of the start: the command ends, every part with it, and nothing has to be killed."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import start_product

pytestmark = pytest.mark.e2e

_PATIENCE = 180.0  # seconds for a moment to come
_END = 60.0  # seconds in which all must be gone; what has to be killed after 20 says so


class Start:
    """A product that is starting; all its processes are known by the folder in their environment."""

    def __init__(self, folder: Path) -> None:
        self.process = start_product(folder)
        self._mark = f"KEFU_VAR_DIR={folder / 'var'}\0".encode()
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)  # one by one, as they come

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def alive(self) -> list[int]:
        """The ids of its processes, whoever their parents are."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                is_ours = self._mark in (folder / "environ").read_bytes() + b"\0"
                is_dead = "\nState:\tZ" in (folder / "status").read_text()
            except OSError:  # it has ended meanwhile
                continue
            if is_ours and not is_dead:
                found.append(int(folder.name))
        return found

    def until(self, holds: Callable[["Start"], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not holds(self):
            assert self.process.poll() is None, f"it has ended early:\n{self.output}"
            assert time.monotonic() < deadline, f"the moment did not come:\n{self.output}"
            time.sleep(0.001)

    def stop(self, signals: int = 1) -> None:
        """Ctrl-C: the terminal sends it to the whole group."""
        for _ in range(signals):
            os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> int:
        """Wait for the end; the exit code.

        Raises:
            subprocess.TimeoutExpired: it hangs.
        """
        code = self.process.wait(_END)
        self._reader.join(_END)
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = Start(tmp_path)
    yield started
    for left in started.alive():
        os.kill(left, signal.SIGKILL)
    started.process.wait()


MOMENTS: dict[str, Callable[[Start], bool]] = {
    "the first child is there": lambda start: len(start.alive()) > 1,
    "three are there": lambda start: len(start.alive()) > 3,
    "the first line is printed": lambda start: "started" in start.output,
    "the last part is started": lambda start: "desk started" in start.output,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_during_the_start_leaves_nothing(start: Start, moment: str) -> None:
    start.until(MOMENTS[moment])
    start.stop()
    try:
        code = start.end()
    except subprocess.TimeoutExpired:
        pytest.fail(f"it hangs:\n{start.output}")
    assert start.alive() == []
    assert code == 0, start.output
    assert "Traceback" not in start.output and "SIGKILL" not in start.output
