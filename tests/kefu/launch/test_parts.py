"""Parts that live and die together: their lines, their codes, and that nothing outlives them."""

import asyncio
import io
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from honcho.printer import Message

from kefu.launch.parts import Parts

WAITS = "exec sleep 300"
STUBBORN = "trap '' TERM; echo ready; while :; do sleep 0.1; done"


def parts(folder: Path, closing: float = 20, **commands: str) -> Parts:
    return Parts(commands, dict(os.environ), folder, closing)


def ends(pid: str) -> bool:
    """Whether a process has ended, or is just about to."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except OSError:
            return True
    return False


async def pressed_once_printed(running: Parts, capsys: pytest.CaptureFixture, text: str, times: int = 1) -> str:
    """Ctrl-C as soon as the output holds a text; everything that was printed."""
    task, printed = asyncio.create_task(running.run()), ""
    while text not in printed:
        await asyncio.sleep(0)
        printed += capsys.readouterr().out
        assert not task.done(), printed
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)
        while "SIGINT received" not in printed:
            await asyncio.sleep(0)
            printed += capsys.readouterr().out
    assert await task == 0
    return printed + capsys.readouterr().out


async def test_the_first_that_ends_decides_and_takes_the_others_along(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    assert await parts(tmp_path, one="echo 你好; echo oops >&2; printf unfinished; exit 7", other=WAITS).run() == 7
    printed = capsys.readouterr().out
    for line in ("one    | 你好", "one    | oops", "one    | unfinished", "system | one stopped (rc=7)"):
        assert line in printed
    assert "sending SIGTERM to other" in printed and "other stopped (rc=-15)" in printed


async def test_no_part_may_end_by_itself_even_in_peace(tmp_path: Path) -> None:
    assert await parts(tmp_path, one="true", other=WAITS).run() == 1


async def test_ctrl_c_ends_all_in_peace(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    printed = await pressed_once_printed(parts(tmp_path, one=WAITS, other=WAITS), capsys, "other started")
    assert printed.count("stopped (rc=-15)") == 2 and "SIGKILL" not in printed


@pytest.mark.parametrize("moment", ["one started", "other started"])
async def test_ctrl_c_while_parts_are_still_being_started(
    tmp_path: Path, capsys: pytest.CaptureFixture, moment: str
) -> None:
    commands = {"one": WAITS, "other": WAITS, "third": WAITS}
    printed = await pressed_once_printed(parts(tmp_path, **commands), capsys, moment)
    assert printed.count(" started") == printed.count(" stopped")


async def test_who_does_not_listen_is_killed_in_the_end(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    printed = await pressed_once_printed(parts(tmp_path, 0.2, one=STUBBORN), capsys, "ready")
    assert "sending SIGKILL to one" in printed


async def test_ctrl_c_again_does_not_wait(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    printed = await pressed_once_printed(parts(tmp_path, 3600, one=STUBBORN), capsys, "ready", times=2)
    assert "sending SIGKILL to one" in printed


async def test_what_a_part_has_started_ends_with_it(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    leaves = f"sleep 300 & echo $! > {pid_file}; exit 3"  # it holds the output open, too
    assert await parts(tmp_path, one=leaves).run() == 3
    assert ends(pid_file.read_text().strip())


async def test_a_part_that_cannot_be_started_stops_the_others(tmp_path: Path) -> None:
    broken = parts(tmp_path / "no-such-folder", one=WAITS)
    with pytest.raises(FileNotFoundError):
        await broken.run()


async def test_a_line_may_be_long_and_need_not_be_text(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    code = "import sys; sys.stdout.buffer.write(b'x' * 300_000 + b'\\xff\\n')"
    await parts(tmp_path, one=f'{sys.executable} -c "{code}"').run()
    printed = capsys.readouterr().out
    assert printed.count("x") == 300_000 and printed.count("\ufffd\n") == 1


async def test_what_the_terminal_cannot_show_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="gbk")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert await parts(tmp_path, one="echo 好🎉; echo 还在; exit 7").run() == 7
    printed = terminal.buffer.getvalue().decode("gbk")
    assert "one    | 好?\n" in printed and "one    | 还在" in printed


async def test_when_a_part_cannot_be_heard_any_more_all_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running = parts(tmp_path, one="echo hello; exec sleep 300", other=WAITS)
    write = running._printer.write

    def breaks(message: Message) -> None:
        if message.data == b"hello":
            raise RuntimeError("told to")
        write(message)

    monkeypatch.setattr(running._printer, "write", breaks)
    with pytest.raises(RuntimeError, match="told to"):
        await running.run()


async def test_a_line_without_an_end_is_passed_on_as_it_comes(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    code = "import sys, time; sys.stdout.buffer.write(b'x' * 200_000); sys.stdout.flush(); time.sleep(300)"
    await pressed_once_printed(parts(tmp_path, one=f'exec {sys.executable} -c "{code}"'), capsys, "x" * 2**16)
