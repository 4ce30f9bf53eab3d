"""Who starts the product is not shown what Rasa's libraries think of each other."""

import os
import subprocess
import sys

_IMPORT = """
from kefu.launch.quiet import without_deprecations
without_deprecations()
import rasa.core.run
from rasa.utils.common import configure_logging_and_warnings
configure_logging_and_warnings()
import packaging.requirements, packaging.markers
"""


def test_nothing_is_deprecated_at_the_start() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
    command = [sys.executable, "-W", "default", "-c", _IMPORT]
    finished = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    shown = finished.stderr.splitlines()
    assert [line for line in shown if "rasa" in line and "Deprecat" in line] == []
    assert [line for line in shown if "PyparsingDeprecationWarning" in line or "MovedIn20Warning" in line] == []
