"""The website over real processes: killed in mid-turn, without a database, and two behind one database and Redis."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from kefu.launch.run import environment
from kefu.settings import ROOT, Settings
from tests.e2e.test_failures import answers, has_model, wait_until
from tests.redis_server import private_redis
from tests.servers import empty_postgres, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.postgres]

QUESTION = "菜单"  # answered by the action server
_PATIENCE = 120.0


class Actions:
    """An action server that answers each request with a text, when it may."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.was_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()
        actions = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                actions.asked.append(request["tracker"]["latest_message"]["text"])
                actions.was_asked.set()
                actions.may_answer.wait(_PATIENCE)
                body = json.dumps({"events": [], "responses": [{"text": "请选一项。"}]}).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # Rasa is dead

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.1,), daemon=True).start()

    def close(self) -> None:
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Replica:
    """One Rasa of several."""

    settings: Settings
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"{self.settings.rasa_url}/webhooks/website"

    def start(self) -> None:
        shared = {"KEFU_DATABASE_URL": self.settings.database_url, "KEFU_REDIS_URL": self.settings.redis_url}
        quick = {"KEFU_JOIN_SECONDS": "0", "KEFU_ACTION_TIMEOUT": str(_PATIENCE)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kefu.launch.rasa_server"],
                cwd=ROOT,
                env={**environment(self.settings), **shared, **quick},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running, parts = self.process, Parts(self.settings)
        wait_until(lambda: answers(f"{self.settings.rasa_url}/webhooks/rest/"), running, self.log)
        wait_until(lambda: has_model(parts), running, self.log)  # type: ignore[arg-type]

    def kill(self) -> None:
        """At once, without a word to anybody."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None


@dataclass
class Parts:
    """What `has_model` looks at."""

    settings: Settings


@dataclass
class Replicas:
    """Two Rasas, their action server, their database and Redis."""

    one: Replica
    other: Replica
    actions: Actions
    database_url: str

    @contextmanager
    def without_database(self) -> Iterator[None]:
        """Nobody is connected to the database, and nobody can connect."""
        url = make_url(self.database_url)
        server = create_engine(
            url.set(drivername="postgresql+psycopg2", database="postgres"), isolation_level="AUTOCOMMIT"
        )
        with server.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false"))
            try:
                end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
                connection.execute(end, {"name": url.database})
                yield
            finally:
                connection.execute(text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true"))
        server.dispose()


@dataclass
class Visitor:
    """Somebody on the website; talks to whichever replica is named."""

    token: str
    lines: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def say(self, to: Replica, words: str, message_id: str) -> requests.Response:
        body = {"id": message_id, "text": words}
        return requests.post(f"{to.url}/messages", json=body, headers=self.headers, timeout=_PATIENCE)

    def wait_for(self, at: Replica, lines: int) -> list[str]:
        """The texts of the conversation once it has so many lines, from a stream of events."""
        headers = {**self.headers, "Last-Event-ID": "0"}
        with requests.get(f"{at.url}/events", headers=headers, stream=True, timeout=_PATIENCE) as answer:
            assert answer.status_code == 200, answer.text
            texts = []
            for row in answer.iter_lines(chunk_size=1):
                if row.startswith(b'data: {"seq"'):
                    texts.append(json.loads(row.removeprefix(b"data: "))["text"])
                    if len(texts) == lines:
                        return texts
        raise AssertionError(texts)

    def sees(self, at: Replica) -> list[str]:
        """The texts of the conversation now."""
        answer = requests.get(f"{at.url}/history", headers=self.headers, timeout=_PATIENCE)
        return [line["text"] for line in answer.json()["lines"]]


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory, postgres_url: str, require_all: bool) -> Iterator[Replicas]:
    folder, database_url = tmp_path_factory.mktemp("replicas"), empty_postgres(postgres_url)
    actions_port = free_port()
    actions = Actions(actions_port)
    with private_redis(require_all) as redis_url:
        common = {"var_dir": folder / "var", "actions_port": actions_port, "desk_port": free_port()}
        shared = {"database_url": database_url, "redis_url": redis_url}
        one, other = (
            Replica(Settings(rasa_port=free_port(), **common, **shared), folder / f"{name}.log")
            for name in ("one", "other")
        )
        migration = {**environment(one.settings), "KEFU_DATABASE_URL": database_url}
        subprocess.run([sys.executable, "-m", "kefu", "migrate"], env=migration, cwd=ROOT, check=True, timeout=180)
        try:
            one.start()
            other.start()
            yield Replicas(one, other, actions, database_url)
        finally:
            one.kill()
            other.kill()
            actions.close()


@pytest.fixture
def visitor(replicas: Replicas) -> Visitor:
    for replica in (replicas.one, replicas.other):
        if replica.process is None:
            replica.start()
    answer = requests.post(f"{replicas.one.url}/session", json={"brand": "my"}, timeout=_PATIENCE)
    replicas.actions.asked.clear()
    replicas.actions.was_asked.clear()
    return Visitor(answer.json()["token"])


def new_id() -> str:
    return uuid.uuid4().hex


def test_a_line_taken_by_one_process_reaches_a_stream_of_the_other(replicas: Replicas, visitor: Visitor) -> None:
    message_id = new_id()
    assert visitor.say(replicas.one, QUESTION, message_id).status_code == 202
    assert visitor.wait_for(replicas.other, 2) == [QUESTION, "请选一项。"]
    assert visitor.say(replicas.other, QUESTION, message_id).json() == {"id": message_id, "seq": 1}
    assert visitor.say(replicas.other, QUESTION, new_id()).json()["seq"] == 3
    assert visitor.wait_for(replicas.one, 4)[2:] == [QUESTION, "请选一项。"]
    assert len(replicas.actions.asked) == 2


def test_what_a_killed_process_took_is_answered_once_by_the_other(replicas: Replicas, visitor: Visitor) -> None:
    message_id = new_id()
    replicas.actions.may_answer.clear()
    assert visitor.say(replicas.one, QUESTION, message_id).status_code == 202
    assert replicas.actions.was_asked.wait(_PATIENCE)
    replicas.one.kill()
    replicas.actions.may_answer.set()
    assert visitor.wait_for(replicas.other, 2) == [QUESTION, "请选一项。"]
    assert visitor.say(replicas.other, QUESTION, message_id).json()["seq"] == 1
    assert visitor.sees(replicas.other) == [QUESTION, "请选一项。"]


def test_what_a_killed_process_took_is_answered_once_after_its_restart(replicas: Replicas, visitor: Visitor) -> None:
    replicas.other.kill()
    message_id = new_id()
    replicas.actions.may_answer.clear()
    assert visitor.say(replicas.one, QUESTION, message_id).status_code == 202
    assert replicas.actions.was_asked.wait(_PATIENCE)
    replicas.one.kill()
    replicas.actions.may_answer.set()
    replicas.one.start()
    assert visitor.wait_for(replicas.one, 2) == [QUESTION, "请选一项。"]
    assert visitor.say(replicas.one, QUESTION, message_id).json()["seq"] == 1
    assert visitor.sees(replicas.one) == [QUESTION, "请选一项。"]


def test_a_process_that_is_told_to_stop_finishes_its_turn(replicas: Replicas, visitor: Visitor) -> None:
    replicas.other.kill()
    replicas.actions.may_answer.clear()
    assert visitor.say(replicas.one, QUESTION, new_id()).status_code == 202
    assert replicas.actions.was_asked.wait(_PATIENCE)
    stopping = replicas.one.process
    assert stopping is not None
    stopping.terminate()
    replicas.actions.may_answer.set()
    stopping.wait(_PATIENCE)
    replicas.one.process = None
    replicas.one.start()
    assert visitor.wait_for(replicas.one, 2) == [QUESTION, "请选一项。"]
    assert len(replicas.actions.asked) == 1, "not run again after the restart"


def test_without_the_database_nothing_is_acknowledged_and_nothing_lost(replicas: Replicas, visitor: Visitor) -> None:
    message_id = new_id()
    with replicas.without_database():
        refused = visitor.say(replicas.one, QUESTION, message_id)
        assert (refused.status_code, "Retry-After" in refused.headers) == (503, True)
        assert not replicas.actions.asked
    assert visitor.say(replicas.one, QUESTION, message_id).status_code == 202
    assert visitor.wait_for(replicas.other, 2) == [QUESTION, "请选一项。"]
    assert len(replicas.actions.asked) == 1
