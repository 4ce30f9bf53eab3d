"""`make run`: starts all, stops all, and says in one line what is in the way."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from kefu.launch.training import QUIET
from tests.e2e.conftest import Product, start_product, wait_for_addresses
from tests.servers import free_port

pytestmark = pytest.mark.e2e


def test_health_names_every_part_with_its_version(product: Product) -> None:
    health = requests.get(f"{product.desk}/health", timeout=60).json()
    assert health["up"] is True
    assert set(health["parts"]) == {"rasa", "model", "actions", "database", "faq", "calendar"}
    assert health["parts"]["rasa"]["version"] == "3.6.21"


def test_api_wants_its_token(product: Product) -> None:
    assert requests.get(f"{product.rasa}/status", timeout=60).status_code == 401
    assert requests.get(f"{product.desk}/api/v1/tickets", timeout=60).status_code == 401


def test_secrets_are_private_to_their_owner(product: Product) -> None:
    assert (product.var / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_parse_answers_the_intents_of_the_contract(product: Product) -> None:
    token = {"token": product.secret("KEFU_RASA_TOKEN")}
    parsed = requests.post(
        f"{product.rasa}/model/parse", params=token, json={"text": "退款多久到账"}, timeout=60
    ).json()
    assert parsed["intent"]["name"] == "refund_arrival"
    assert len(parsed["intent_ranking"]) >= 3


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    process = start_product(tmp_path)
    addresses = wait_for_addresses(process)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "SIGKILL" not in output, "every part ends by itself"
    for address in addresses.values():
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=2)
    assert not processes_of_group(process.pid)


def test_a_crash_of_one_part_ends_all(tmp_path: Path) -> None:
    process = start_product(tmp_path)
    wait_for_addresses(process)
    victim = next(pid for pid, command in children_of(process.pid) if "kefu.desk" in command)
    os.kill(victim, 9)
    output, _ = process.communicate(timeout=120)
    assert process.returncode not in (0, None)
    assert "desk stopped" in output


def test_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        failed = run_once(tmp_path, KEFU_RASA_PORT=str(port))
    assert failed.returncode != 0
    assert failed.stderr.strip().count("\n") == 0
    assert f"端口 {port}" in failed.stderr


def run_once(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    ports = {f"KEFU_{name}_PORT": str(free_port()) for name in ("RASA", "ACTIONS", "DESK")}
    return subprocess.run(
        [sys.executable, "-m", "kefu", "run"],
        # What other tests import sets TensorFlow's level to 1, which a user's shell does not.
        env={**os.environ, **QUIET, "KEFU_VAR_DIR": str(folder / "var"), **ports, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def children_of(pid: int) -> list[tuple[int, str]]:
    """All processes of the group that `pid` leads, with their command lines."""
    listed = subprocess.run(["ps", "-eo", "pid,sid,args"], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listed.splitlines()[1:])
    ours = sessions_below(pid)
    return [(int(row[0]), row[2]) for row in rows if int(row[0]) in ours and len(row) == 3]


def sessions_below(pid: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines()[1:])}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def processes_of_group(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid,sid"], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()[1:]]
    return [int(row[0]) for row in rows if int(row[1]) == pid]
