"""Runs the parts of the product: child processes, their output in one stream; when one ends, all end.

All of it happens on one event loop. (honcho's manager acts within signal handlers and forked helpers: a Ctrl-C while it
starts left it waiting for ever, decision 0058. Reading the Procfile and printing lines are still honcho's.)
"""

import asyncio
import io
import os
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from honcho.colour import get_colours
from honcho.printer import Message, Printer

_SYSTEM = "system"
_CHUNK = 2**16  # bytes
_LONGEST = 2**16  # bytes of a line that is kept until its end comes


class Parts:
    """Processes that live and die together."""

    def __init__(
        self, commands: Mapping[str, str], environment: Mapping[str, str], folder: Path, closing: float
    ) -> None:
        """Nothing is started yet.

        Args:
            commands: by the name that stands before each line; run by a shell.
            environment: of all of them.
            folder: where they work.
            closing: seconds in which each must end by itself when it is told to; then it is killed.
        """
        self._commands, self._environment, self._folder, self._closing = commands, environment, folder, closing
        self._colours = dict(zip(commands, get_colours(), strict=False))
        self._printer = Printer(sys.stdout, width=max(map(len, [*commands, _SYSTEM])))
        self._running: dict[str, Process] = {}
        self._over = asyncio.Event()
        self._code = 0

    async def run(self) -> int:
        """Start all, and wait until all have ended.

        Returns:
            0 after SIGINT or SIGTERM; after `end` what was given there; else the code of the part that ended first, or
            1 where that was 0: no part may end by itself.

        Raises:
            OSError: a part can't be started; the others have been stopped.
        """
        _write_anything()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._signalled, number)
        followed = [asyncio.create_task(self._follow(name, command)) for name, command in self._commands.items()]
        await self._over.wait()
        self._send(signal.SIGTERM)
        _, late = await asyncio.wait(followed, timeout=self._closing)
        if late:
            self._send(signal.SIGKILL)
        await asyncio.gather(*followed)
        return self._code

    def end(self, code: int) -> None:
        """Stop all; the first call decides the exit code."""
        if not self._over.is_set():
            self._code = code
            self._over.set()

    def _signalled(self, number: signal.Signals) -> None:
        self._say(_SYSTEM, f"{number.name} received")
        if self._over.is_set():  # pressed again: no more patience
            self._send(signal.SIGKILL)
        self.end(0)

    async def _follow(self, name: str, command: str) -> None:
        """One part from its start to its end, which is everybody's, however it comes about."""
        try:
            if not self._over.is_set():
                self.end(await self._run(name, command) or 1)
        finally:
            self.end(1)

    async def _run(self, name: str, command: str) -> int:
        """Start a part, pass its lines on; its code."""
        process = await asyncio.create_subprocess_shell(
            command, stdout=PIPE, stderr=STDOUT, env=self._environment, cwd=self._folder, start_new_session=True
        )
        self._running[name] = process
        self._say(_SYSTEM, f"{name} started (pid={process.pid})")
        if self._over.is_set():  # while it was being started
            self._send(signal.SIGTERM, name)
        lines = asyncio.create_task(self._relay_or_end(name, process))
        code = await process.wait()
        _signal_group(process.pid, signal.SIGKILL)  # what it has started and left behind
        await lines
        del self._running[name]
        self._say(_SYSTEM, f"{name} stopped (rc={code})")
        return code

    async def _relay_or_end(self, name: str, process: Process) -> None:
        """End all where lines can't be passed on: nobody reads the pipe any more, and the part would stand still."""
        try:
            await self._relay(name, process)
        except Exception:
            self.end(1)
            raise

    async def _relay(self, name: str, process: Process) -> None:
        assert process.stdout is not None
        rest = b""
        while chunk := await process.stdout.read(_CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._say(name, line)
            if len(rest) >= _LONGEST:
                self._say(name, rest)
                rest = b""
        if rest:
            self._say(name, rest)

    def _send(self, number: signal.Signals, *names: str) -> None:
        for name in names or list(self._running):
            process = self._running[name]
            self._say(_SYSTEM, f"sending {number.name} to {name} (pid {process.pid})")
            _signal_group(process.pid, number)

    def _say(self, name: str, line: str | bytes) -> None:
        with suppress(OSError, ValueError):  # whoever read the output has gone, or it was closed: the parts go on
            self._printer.write(Message("line", line, datetime.now(), name, self._colours.get(name)))


def _write_anything() -> None:
    """A terminal that has not every character (GBK) shows a ? for those that it lacks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended
        os.killpg(pid, number)
