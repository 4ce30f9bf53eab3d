"""Errors that are nobody's fault: in one form as well, without a word about the inside."""

import logging

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from kefu.database import Database
from kefu.desk.app import create_app
from kefu.desk.principal import COOKIE
from kefu.desk.tickets import NewTicket, TicketService
from kefu.settings import settings
from tests.desk_clients import DESK_TOKEN, new_browser
from tests.servers import free_port

AUTH = {"Authorization": f"Bearer {DESK_TOKEN}"}


async def test_a_database_that_is_away_is_a_503(caplog: pytest.LogCaptureFixture) -> None:
    url = f"postgresql://kefu:s3cret@127.0.0.1:{free_port()}/kefu"
    desk = create_app(settings().copy(update={"database_url": url, "desk_token": SecretStr(DESK_TOKEN)}))
    browser = new_browser(desk)
    answer = await browser.get("/api/v1/tickets", headers=AUTH)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"]
    browser.cookies.set(COOKIE, "a-session-that-nobody-can-look-up")
    page = await browser.get("/")
    assert (page.status_code, "数据库" in page.text) == (503, True)
    assert "s3cret" not in answer.text + page.text + caplog.text
    await desk.state.database.close()


def test_rasas_token_is_in_no_log() -> None:
    create_app(settings())
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)


SURROGATE = {"content": b'{"assignee": "\\ud800"}', "headers": {"Content-Type": "application/json"}}


@pytest.mark.parametrize(
    ("method", "place", "sent"),
    [
        ("GET", "/api/v1/tickets?brand=%00", {}),
        ("GET", "/api/v1/tickets?created_from=0001-01-01T00:00:00%2B14:00", {}),
        ("GET", "/api/v1/tickets/KF%00", {}),
        ("GET", "/api/v1/attachments/%00", {}),
        ("PATCH", "/api/v1/tickets/{id}", {"json": {"assignee": "a\0"}}),
        ("PATCH", "/api/v1/tickets/{id}", SURROGATE),
    ],
)
async def test_a_value_that_cannot_be_stored_is_the_callers_mistake(
    desk: FastAPI, database: Database, method: str, place: str, sent: dict
) -> None:
    """PostgreSQL refuses what SQLite takes; neither is "away", and trying again would not help."""
    opened = await TicketService(database).open(NewTicket("post", "rest", "web-1", "refund", "没到", "m1"))
    headers = {**AUTH, "If-Match": "*", **sent.pop("headers", {})}
    answer = await new_browser(desk).request(method, place.format(id=opened.ticket.id), headers=headers, **sent)
    assert answer.status_code < 500, answer.text
    assert answer.headers["content-type"].split("+")[-1].endswith("json")


async def test_what_is_wrong_is_said_in_chinese(desk: FastAPI) -> None:
    caller = new_browser(desk, {**AUTH, "Idempotency-Key": "k", "Content-Type": "application/json"})
    assert "不是合法的 JSON" in (await caller.post("/api/v1/tickets", content="{")).json()["detail"]
    good = {"brand": "post", "customer": "c", "intent": "refund", "description": "没到"}
    for wrong, said in (({"x": 1}, "不认识这一项"), ({"phone": "1"}, "格式不对"), ({"time": "2026-13-45"}, "值不对")):
        assert said in str((await caller.post("/api/v1/tickets", json={**good, **wrong})).json()["detail"]), wrong
