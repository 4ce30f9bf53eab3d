"""What customers hear when parts fail: the action server down, raising, slow or mad; the database locked."""

import hmac
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from honcho.environ import parse_procfile

from kefu.launch.run import environment
from kefu.secret_file import SECRETS_FILE, read_secrets
from kefu.settings import ROOT, Settings
from tests.e2e.conftest import Customer
from tests.e2e.test_conversations import HOTLINES, RECEIPT, receipt_of
from tests.misbehaving_actions import Stub
from tests.servers import free_port

pytestmark = pytest.mark.e2e

_PATIENCE = 180.0
_PAUSE = 0.2  # between two looks

MATTER = "叫个真人来"  # what the action server does; answers from the FAQ need none
QUESTIONS = {
    "matter": MATTER,
    "menu": "菜单",
    "ticket": "工单到哪一步了",
    "not ours": "给我讲个笑话",
    "button by nobody": "qr.forged.id",
    "long": "叫个真人来，气死我了，" * 300,
}


@dataclass
class Parts:
    """Rasa of its own; its action server is whatever the test puts there, or nothing."""

    settings: Settings
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.settings.var_dir / "kefu.db"

    def customer(self, brand: str = "post") -> Customer:
        return Customer(self.settings.rasa_url, brand)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """A line of the Procfile, as `kefu run` starts it."""
        command = parse_procfile((ROOT / "Procfile").read_text()).processes[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            part = subprocess.Popen(
                command,
                shell=True,
                cwd=ROOT,
                env=environment(self.settings),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(part)
        return part

    def stop(self, part: subprocess.Popen[bytes]) -> None:
        self.running.remove(part)
        os.killpg(part.pid, signal.SIGTERM)
        try:
            part.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(part.pid, signal.SIGKILL)
            part.wait(timeout=20)

    def stored(self, customer: Customer, message_id: str) -> list[str]:
        """Numbers of the tickets that hold a message that could not be answered: created or added to."""
        secret = read_secrets(self.settings.var_dir / SECRETS_FILE)["secret"]
        key = hmac.new(secret.encode(), f"failure:{customer.sender}:{message_id}".encode(), "sha256").hexdigest()
        query = """SELECT id FROM tickets WHERE idempotency_key = :key
                   UNION ALL SELECT ticket_id FROM ticket_events WHERE idempotency_key = :key"""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            return [row[0] for row in connection.execute(query, {"key": key})]
        finally:
            connection.close()

    @contextmanager
    def locked(self) -> Iterator[Callable[[], None]]:
        """Nobody else can write; yields what lets go."""
        connection = sqlite3.connect(self.database, isolation_level=None, timeout=10, check_same_thread=False)
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield connection.close  # rolls back
        finally:
            connection.close()

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        """Rasa can write to no file, as where no room is left."""
        part = self.running[0]
        usual, most = resource.prlimit(part.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(part.pid, resource.RLIMIT_FSIZE, (0, most))
        try:
            yield
        finally:
            resource.prlimit(part.pid, resource.RLIMIT_FSIZE, (usual, most))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parts]:
    folder = tmp_path_factory.mktemp("parts")
    found = Settings(var_dir=folder / "var", rasa_port=free_port(), actions_port=free_port(), desk_port=free_port())
    environment_ = environment(found)
    subprocess.run([sys.executable, "-m", "kefu", "migrate"], env=environment_, cwd=ROOT, check=True, timeout=60)
    started = Parts(found, folder)
    try:
        rasa = started.start("rasa")
        wait_until(lambda: answers(f"{found.rasa_url}/webhooks/rest/"), rasa, folder / "rasa.log")
        wait_until(lambda: has_model(started), rasa, folder / "rasa.log")
        yield started
    finally:
        for part in list(started.running):
            started.stop(part)


@pytest.fixture
def actions(parts: Parts) -> Iterator[None]:
    """The real action server."""
    part = parts.start("actions")
    try:
        wait_until(lambda: answers(f"{parts.settings.actions_url}/health"), part, parts.folder / "actions.log")
        yield
    finally:
        parts.stop(part)


@pytest.fixture
def stub(parts: Parts) -> Iterator[Stub]:
    opened = Stub(parts.settings.actions_port)
    try:
        yield opened
    finally:
        opened.close()


@pytest.mark.parametrize("brand", ["post", "my"])
@pytest.mark.parametrize("text", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_without_an_action_server_every_message_gets_an_apology_and_one_ticket(
    parts: Parts, text: str, brand: str
) -> None:
    customer, message_id = parts.customer(brand), uuid.uuid4().hex
    first = customer.say(text, message_id)
    said = apology_in(first)
    assert HOTLINES[brand] in said
    assert parts.stored(customer, message_id) == [receipt_of(said)]
    assert customer.say(text, message_id) == first
    assert parts.stored(customer, message_id) == [receipt_of(said)], "the repetition stores nothing"


@pytest.mark.parametrize("asks", ["我要登记", "没解决"])
def test_a_form_that_cannot_ask_is_an_apology_in_the_same_turn(parts: Parts, asks: str) -> None:
    customer, message_id = parts.customer(), uuid.uuid4().hex
    customer.hear("一杯奶茶扣了我18块两次")
    first = customer.say(asks, message_id)
    said = apology_in(first)
    assert first[-1]["text"] == said, "the last word"
    assert parts.stored(customer, message_id) == [receipt_of(said)]
    assert customer.say(asks, message_id) == first


def test_what_needs_no_action_is_answered_all_the_same(parts: Parts) -> None:
    assert "客服小助手" in parts.customer().hear("哈喽")


def test_questions_are_answered_without_an_action_server(parts: Parts) -> None:
    assert "手续费" in parts.customer().hear("提现要扣多少手续费")


def test_several_messages_in_a_row_are_all_kept(parts: Parts) -> None:
    customer = parts.customer()
    ids = [uuid.uuid4().hex for _ in range(4)]
    numbers = {receipt_of(apology_in(customer.say(f"{MATTER} {i}", id_))) for i, id_ in enumerate(ids)}
    assert len(numbers) == 1, "one matter"
    assert [parts.stored(customer, id_) for id_ in ids] == [list(numbers)] * 4


def test_the_same_message_at_once_is_one_ticket(parts: Parts) -> None:
    customer, message_id = parts.customer(), uuid.uuid4().hex
    with ThreadPoolExecutor(5) as pool:
        answers_ = list(pool.map(lambda _: customer.say(MATTER, message_id), range(5)))
    assert all(answer == answers_[0] for answer in answers_)
    assert len(parts.stored(customer, message_id)) == 1


def test_an_emergency_is_urgent_also_when_actions_fail(parts: Parts) -> None:
    customer = parts.customer()
    [receipt] = set(RECEIPT.findall(customer.hear("我卡里的钱被人盗刷了")))
    connection = sqlite3.connect(parts.database, timeout=10)
    try:
        found = connection.execute("SELECT priority FROM tickets WHERE id = ?", (receipt,)).fetchone()
    finally:
        connection.close()
    assert found == ("P1",)


@pytest.mark.parametrize("behaviour", ["raises", "dies in mid-answer", "slow", "talks nonsense", "says nothing"])
def test_an_action_server_that(parts: Parts, stub: Stub, behaviour: str) -> None:
    stub.behaviour = behaviour
    customer, message_id = parts.customer(), uuid.uuid4().hex
    first = customer.say(MATTER, message_id)
    said = apology_in(first)
    assert parts.stored(customer, message_id) == [receipt_of(said)]
    assert customer.say(MATTER, message_id) == first
    assert parts.stored(customer, message_id) == [receipt_of(said)]


def test_after_the_action_server_is_back_customers_are_answered(parts: Parts, request: pytest.FixtureRequest) -> None:
    customer = parts.customer()
    apology_in(customer.say("菜单"))
    request.getfixturevalue("actions")
    said = customer.hear("菜单")
    assert "系统刚才" not in said
    assert customer.say("充了钱半天不到账")[-1]["buttons"]


def test_a_form_goes_on_after_the_action_server_was_away(parts: Parts, request: pytest.FixtureRequest) -> None:
    customer = parts.customer()
    part = parts.start("actions")
    wait_until(lambda: answers(f"{parts.settings.actions_url}/health"), part, parts.folder / "actions.log")
    customer.hear("一杯奶茶扣了我18块两次")
    customer.hear("没解决")
    parts.stop(part)
    apology_in(customer.say("昨天"))
    request.getfixturevalue("actions")
    for _ in range(5):
        said = customer.hear("跳过")
        assert said.strip()
        if "请核对" in said:
            break
    assert "18元" in said
    assert RECEIPT.search(customer.hear("确认"))


def test_a_locked_database_is_an_apology_and_all_is_well_afterwards(parts: Parts, actions: None) -> None:
    customer, message_id = parts.customer("my"), uuid.uuid4().hex
    with parts.locked():
        said = customer.say("余额在哪里看", message_id)[0]["text"]
        assert "抱歉" in said
        assert HOTLINES["my"] in said
    again = customer.say("余额在哪里看", message_id)
    assert "抱歉" not in again[0]["text"], "it was never worked on, so it is now"
    assert again[-1]["buttons"]
    assert "手续费" in customer.hear("提现要扣多少手续费")


def test_a_message_that_met_a_locked_database_has_a_ticket_afterwards(parts: Parts, actions: None) -> None:
    """Issue 4, point 9: written by the channel or retried until stored, without the customer's help."""
    customer, message_id = parts.customer(), uuid.uuid4().hex
    with parts.locked():
        assert "抱歉" in customer.say(MATTER, message_id)[0]["text"]
    deadline = time.monotonic() + _PATIENCE
    while not parts.stored(customer, message_id):
        assert time.monotonic() < deadline, "nothing was stored"
        time.sleep(_PAUSE)
    assert len(parts.stored(customer, message_id)) == 1


@pytest.mark.parametrize("trouble", ["database locked", "disk full"])
def test_nothing_can_be_stored_while_the_action_fails(parts: Parts, stub: Stub, trouble: str) -> None:
    stub.behaviour = "waits, then raises"
    customer, message_id = parts.customer(), uuid.uuid4().hex
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(customer.say, MATTER, message_id)
        assert stub.asked.wait(_PATIENCE), "the message is stored and being worked on"
        with parts.locked() if trouble == "database locked" else parts.full_disk():
            stub.go_on.set()
            assert "抱歉" in answer.result(timeout=_PATIENCE)[0]["text"]
    stub.behaviour = "raises"
    said = apology_in(customer.say(MATTER, message_id))
    assert parts.stored(customer, message_id) == [receipt_of(said)]


def test_a_full_disk_is_an_apology_and_all_is_well_afterwards(parts: Parts) -> None:
    customer, others, message_id = parts.customer("my"), parts.customer(), uuid.uuid4().hex
    assert "手续费" in others.hear("提现要扣多少手续费")
    with parts.full_disk():
        for one in (customer, others):
            said = one.say("余额在哪里看", message_id)[0]["text"]
            assert "抱歉" in said
            assert HOTLINES[one.brand] in said
    for one in (customer, others):
        again = one.say("余额在哪里看", message_id)
        assert "抱歉" not in again[0]["text"], "it was never worked on, so it is now"
        assert one.say("余额在哪里看", message_id) == again


def test_readers_do_not_mind_a_writer_that_is_soon_gone(parts: Parts, actions: None) -> None:
    customer = parts.customer()
    with ThreadPoolExecutor(1) as pool, parts.locked() as let_go:
        answer = pool.submit(customer.say, "余额在哪里看")
        assert not answer.done()
        let_go()
        assert "抱歉" not in answer.result(timeout=_PATIENCE)[0]["text"]


# Helpers


def apology_in(replies: list[dict]) -> str:
    """The apology among the replies."""
    found = [reply["text"] for reply in replies if "抱歉，系统" in reply["text"]]
    assert len(found) == 1, replies
    assert re.search(r"KF\w{10}", found[0])
    return str(found[0])


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).status_code == 200
    except requests.RequestException:
        return False


def has_model(parts: Parts) -> bool:
    lines = (parts.settings.var_dir / "secrets.env").read_text().splitlines()
    token = dict(line.split("=", 1) for line in lines)["KEFU_RASA_TOKEN"]
    try:
        found = requests.get(f"{parts.settings.rasa_url}/status", params={"token": token}, timeout=5)
        return found.status_code == 200 and bool(found.json().get("model_file"))
    except requests.RequestException:
        return False


def wait_until(ready: Callable[[], bool], part: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not ready():
        late = time.monotonic() > deadline
        assert part.poll() is None and not late, log.read_text(errors="replace")[-3000:]
        time.sleep(_PAUSE)
