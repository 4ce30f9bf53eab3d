"""The whole product, started as `make run` starts it, on free ports with a fresh var/."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers import free_port

_PATIENCE = 180.0


@dataclass
class Product:
    """A running product."""

    rasa: str
    desk: str
    var: Path
    process: subprocess.Popen[str]

    def secret(self, name: str) -> str:
        """A value of var/secrets.env."""
        lines = (self.var / "secrets.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)[name]

    def customer(self, brand: str = "post") -> "Customer":
        """Somebody new."""
        return Customer(self.rasa, brand)


@dataclass
class Customer:
    """Talks over the REST channel."""

    rasa: str
    brand: str
    sender: str = field(default_factory=lambda: f"e2e-{uuid.uuid4().hex[:12]}")

    def say(self, text: str, message_id: str | None = None) -> list[dict[str, Any]]:
        """Send a message; the replies."""
        metadata = {"brand": self.brand, "message_id": message_id or uuid.uuid4().hex}
        body = {"sender": self.sender, "message": text, "metadata": metadata}
        answer = requests.post(f"{self.rasa}/webhooks/rest/webhook", json=body, timeout=120)
        answer.raise_for_status()
        replies: list[dict[str, Any]] = answer.json()
        assert replies, f"no answer to {text!r}"
        return replies

    def hear(self, text: str) -> str:
        """Send a message; all that the bot says, joined."""
        return "\n".join(reply["text"] for reply in self.say(text))


def start_product(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """`python -m kefu run` with its own var/, free ports, and patience for what actions take on a busy machine."""
    ports = {f"KEFU_{name}_PORT": str(free_port()) for name in ("RASA", "ACTIONS", "DESK")}
    return subprocess.Popen(
        [sys.executable, "-m", "kefu", "run"],
        env={**os.environ, "KEFU_VAR_DIR": str(folder / "var"), "KEFU_ACTION_TIMEOUT": "30", **ports, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for_addresses(process: subprocess.Popen[str]) -> dict[str, str]:
    """Read the output until the addresses are printed; name → address."""
    seen: list[str] = []
    deadline = time.monotonic() + _PATIENCE
    assert process.stdout is not None
    for line in process.stdout:
        seen.append(line)
        if line.strip().startswith("健康检查"):
            addresses = [text.split() for text in seen if "http" in text]
            return {parts[0]: parts[1] for parts in addresses if parts[1].startswith("http")}
        if time.monotonic() > deadline:
            break
    raise AssertionError("the product did not start:\n" + "".join(seen[-40:]))


def stop_product(process: subprocess.Popen[str]) -> int:
    """Ctrl-C; the exit code."""
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=120)
    return process.returncode


@contextmanager
def running_product(folder: Path, **environment: str) -> Iterator[Product]:
    """A product that is stopped at the end."""
    process = start_product(folder, **environment)
    try:
        addresses = wait_for_addresses(process)
        rasa = addresses["网页(邮政数字钱包)"].split("/webhooks")[0]
        drain(process)
        yield Product(rasa, addresses["工单台"].rstrip("/"), folder / "var", process)
    finally:
        if process.poll() is None:
            stop_product(process)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One running product for all end-to-end tests."""
    with running_product(tmp_path_factory.mktemp("product")) as running:
        yield running


def drain(process: subprocess.Popen[str]) -> None:
    """Keep reading the output, so that no part blocks on a full pipe."""
    import threading

    stdout = process.stdout
    assert stdout is not None
    threading.Thread(target=lambda: [None for _ in stdout], daemon=True).start()
