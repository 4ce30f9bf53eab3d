"""The action server's start: warm, and without Rasa itself."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import yaml

from kefu.knowledge import knowledge_base
from kefu.launch import actions_server
from kefu.settings import Settings
from tests.servers import free_port


def test_takes_its_port_from_the_settings() -> None:
    assert actions_server.arguments(Settings(actions_port=6055))[-2:] == ["--port", "6055"]


def test_what_answers_are_made_of_is_loaded_before_the_first_question() -> None:
    knowledge_base.cache_clear()
    actions_server.warm()
    assert knowledge_base.cache_info().currsize == 1


@pytest.fixture
def server(root: Path, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A started action server: address and process id."""
    port = free_port()
    environment = {**os.environ, "KEFU_ACTIONS_PORT": str(port), "KEFU_VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-m", "kefu.launch.actions_server"]
    silent = subprocess.DEVNULL
    started = subprocess.Popen(command, cwd=root, env=environment, stdout=silent, stderr=silent)
    url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 120
    try:
        while not _answers(f"{url}/health"):
            assert started.poll() is None and time.monotonic() < deadline
            time.sleep(0.1)
        yield url, started.pid
    finally:
        started.terminate()
        started.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.RequestException:
        return False


def test_serves_all_actions_without_tensorflow(server: tuple[str, int], root: Path) -> None:
    url, pid = server
    served = {action["name"] for action in requests.get(f"{url}/actions", timeout=5).json()}
    assert served == set(yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["actions"])
    assert "tensorflow" not in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="replace")
