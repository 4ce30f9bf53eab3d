"""What is measured side by side: stock Rasa, ours, and a floor below which no pair of servers can come."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from honcho.environ import parse_procfile

from bench.load import APOLOGY
from bench.processes import Process, free_port, running
from kefu.launch.run import environment
from kefu.migrate import migrate
from kefu.settings import ROOT, settings

_PATIENCE = 300.0  # seconds until a server must answer
_FIRST_QUESTION = "怎么申请退款？"


@dataclass(frozen=True)
class Side:
    """A running bot (or, the floor, something that only passes messages on)."""

    name: str
    url: str  # speaks Rasa's REST protocol
    rasa: Process
    actions: Process
    start_seconds: float  # of the Rasa process, until it has answered a question for the first time


@contextmanager
def ours(
    models: Path,
    folder: Path,
    changes: Mapping[str, str] | None = None,
    credentials: Mapping[str, None] | None = None,
    name: str = "ours",
    profiled: bool = False,
) -> Iterator[Side]:
    """The product as its Procfile starts it, without the desk, with files of its own.

    Args:
        models: the folder whose newest model it serves.
        folder: where it works; made if it is not there.
        changes: environment variables (KEFU_…) that are not as shipped.
        credentials: other channels than the shipped ones.
        name: of the side.
        profiled: leave `rasa.prof` and `actions.prof` in the folder at the end.
    """
    ports = {"rasa_port": free_port(), "actions_port": free_port(), "desk_port": free_port()}
    paths = {"var_dir": folder / "var", "models_dir": models}
    found = settings().copy(update={**ports, **paths})
    variables = {**bare_environment(), **environment(found), **(changes or {})}
    migrate(variables.get("KEFU_DATABASE_URL") or f"sqlite:///{folder / 'var/kefu.db'}")
    _write(folder / "credentials.yml", credentials or _yaml(ROOT / "credentials.yml"))  # `rasa run` looks here
    commands = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes
    if profiled:
        commands = {name: _profiled(name, command) for name, command in commands.items()}
    with (
        running(["sh", "-c", commands["actions"]], variables, folder, "actions") as actions,
        _answering(name, ["sh", "-c", commands["rasa"]], variables, folder, actions, ports) as side,
    ):
        yield side


@contextmanager
def stock(model: Path, folder: Path) -> Iterator[Side]:
    """Rasa's defaults: SQLite, locks in memory, its own REST channel; the actions are the product's."""
    ports = {"rasa_port": free_port(), "actions_port": free_port(), "desk_port": free_port()}
    found = settings().copy(update={**ports, "var_dir": folder / "var", "models_dir": model.parent})
    variables = {**bare_environment(), **environment(found), "KEFU_PATCHES": "none"}
    migrate(f"sqlite:///{folder / 'var/kefu.db'}")
    store = {"type": "SQL", "dialect": "sqlite", "db": str(folder / "tracker.db")}
    address = {"url": f"http://127.0.0.1:{ports['actions_port']}/webhook"}
    _write(folder / "endpoints.yml", {"action_endpoint": address, "tracker_store": store})
    _write(folder / "credentials.yml", {"bench.stock_channel.StockRest": None})
    rasa = [sys.executable, "-m", "rasa"]
    serve = [*rasa, "run", "--model", str(model), "--interface", "127.0.0.1", "--port", str(ports["rasa_port"])]
    act = [*rasa, "run", "actions", "--actions", "actions", "--port", str(ports["actions_port"])]
    with (
        running(act, variables, folder, "actions") as actions,
        _answering("stock", serve, variables, folder, actions, ports) as side,
    ):
        yield side


@contextmanager
def floor(folder: Path) -> Iterator[Side]:
    """A bare Sanic server that passes each message on to another one, over a kept connection."""
    ports = {"rasa_port": free_port(), "actions_port": free_port()}
    variables = {**bare_environment(), "PYTHONPATH": str(ROOT)}

    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "bench.floor", *arguments]

    front = command(str(ports["rasa_port"]), f"http://127.0.0.1:{ports['actions_port']}/webhook")
    with (
        running(command(str(ports["actions_port"])), variables, folder, "actions") as back,
        _answering("floor", front, variables, folder, back, ports) as side,
    ):
        yield side


@contextmanager
def _answering(
    name: str,
    command: list[str],
    variables: Mapping[str, str],
    folder: Path,
    actions: Process,
    ports: Mapping[str, int],
) -> Iterator[Side]:
    """Start a side's Rasa once its actions are there, and time it."""
    actions.wait_for(f"http://127.0.0.1:{ports['actions_port']}/health", _PATIENCE)
    url = f"http://127.0.0.1:{ports['rasa_port']}/webhooks/rest/webhook"
    question = json.dumps({"sender": "first", "message": _FIRST_QUESTION}).encode()
    start = time.perf_counter()
    with running(command, variables, folder, name) as rasa:
        rasa.wait_for(url, _PATIENCE, question, refused=APOLOGY)
        yield Side(name, url, rasa, actions, time.perf_counter() - start)


def _profiled(name: str, command: str) -> str:
    """A command of the Procfile under cProfile."""
    modules = command.replace("exec rasa ", "exec python -m rasa ")
    return modules.replace("exec python ", f"exec python -m cProfile -o {name}.prof ")


def bare_environment() -> dict[str, str]:
    """Ours, without settings of the product that somebody has made in the shell.

    Python keeps what it compiles, as usual: else our modules are compiled at every start, and stock Rasa's never.
    """
    left_out = ("KEFU_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(left_out)}


def _yaml(path: Path) -> object:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
