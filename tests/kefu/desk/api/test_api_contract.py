"""The API keeps its own OpenAPI description: schemathesis sends it what fits and what does not."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, strategies
from hypothesis import settings as hypothesis_settings
from pydantic import SecretStr
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from kefu.desk.app import create_app
from kefu.settings import settings
from tests.desk_clients import DESK_TOKEN
from tests.servers import free_port

STARTS_WITHIN = 120  # seconds, also on a machine that is busy with four of these
AUTH = {"Authorization": f"Bearer {DESK_TOKEN}"}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PICTURES = strategies.sampled_from([b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"GIF89a" + b"\0" * 40, b"<svg>", b""])
KINDS = ("image/png", "image/jpeg", "image/webp", "image/gif")
for kind in KINDS:
    schemathesis.openapi.media_type(kind, PICTURES)


@schemathesis.serializer(*KINDS)
def as_it_is(_: object, value: bytes) -> bytes:
    return value


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real application on a port, with one ticket; its workers have nobody to deliver to."""
    port, folder = free_port(), tmp_path_factory.mktemp("api")
    changed = {
        "database_url": f"sqlite:///{folder}/desk.db",
        "desk_token": SecretStr(DESK_TOKEN),
        "rasa_port": free_port(),
    }
    config = uvicorn.Config(create_app(settings().copy(update=changed)), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTS_WITHIN
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the desk did not start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(STARTS_WITHIN)
    assert not thread.is_alive(), "the desk did not stop"


@pytest.fixture(scope="module")
def ticket_id(served: str) -> str:
    new = {"brand": "post", "customer": "c1", "intent": "refund", "description": "退款没到"}
    answer = httpx.post(f"{served}/api/v1/tickets", json=new, headers={**AUTH, "Idempotency-Key": "k"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


@pytest.fixture(scope="module")
def api(served: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{served}/openapi.json", headers=AUTH)


# Without Rasa a conversation is an honest 502, which has a test of its own.
schema = schemathesis.pytest.from_fixture("api").include(path_regex="^/api/v1/").exclude(path_regex="/conversation$")


@schema.parametrize()
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_every_operation_keeps_to_its_description(case: schemathesis.Case, ticket_id: str) -> None:
    if case.path_parameters and "ticket_id" in case.path_parameters and len(str(case.path_parameters)) % 2:
        case.path_parameters = {**case.path_parameters, "ticket_id": ticket_id}  # half of them find something
    case.call_and_validate(headers=AUTH, checks=CHECKS)


def test_the_description_has_chinese_examples(served: str) -> None:
    described = httpx.get(f"{served}/openapi.json", headers=AUTH).json()
    for name in ("TicketIn", "MessageIn", "TicketOut"):
        assert not str(described["components"]["schemas"][name]["example"]).isascii()
