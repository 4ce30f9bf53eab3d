"""What the desk writes to its log."""

import re
import subprocess
import sys

_LINES = """
import logging
from kefu.desk.__main__ import set_up_logging
set_up_logging("{level}")
for name in ("kefu.desk.merge", "httpx"):
    logging.getLogger(name).info("from %s", name)
    logging.getLogger(name).warning("warned by %s", name)
"""


def written(level: str) -> list[str]:
    command = [sys.executable, "-c", _LINES.format(level=level)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()


def test_lines_have_time_level_and_name_and_libraries_only_warn() -> None:
    lines = written("INFO")
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", line) for line in lines)
    assert [line.split(maxsplit=2)[2] for line in lines] == [
        "INFO     kefu.desk.merge  - from kefu.desk.merge",
        "WARNING  kefu.desk.merge  - warned by kefu.desk.merge",
        "WARNING  httpx  - warned by httpx",
    ]


def test_the_setting_decides_how_much() -> None:
    assert [line.rsplit(" - ", 1)[1] for line in written("ERROR")] == ["warned by httpx"]
