"""The desk's web application: who gets in, and what is seen."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from kefu.desk.app import create_app
from kefu.desk.tickets import NewTicket
from kefu.migrate import migrate
from kefu.settings import settings

TOKEN = "desk-token-of-the-test"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    url = f"sqlite:///{tmp_path}/desk.db"
    migrate(url)
    created = create_app(settings().copy(update={"database_url": url, "desk_token": SecretStr(TOKEN)}))
    await created.state.tickets.open(NewTicket("post", "rest", "c1", "refund", HOSTILE, "k1"))
    yield created
    await created.state.database.close()


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk", follow_redirects=True) as client:
        yield client


def routes(app: FastAPI) -> list[tuple[str, str]]:
    return [(method, route.path) for route in app.routes for method in getattr(route, "methods", ())]


async def test_nothing_but_health_and_sign_in_is_open(app: FastAPI, browser: httpx.AsyncClient) -> None:
    public = {"/health", "/sign-in", "/sign-out", "/docs", "/docs/oauth2-redirect", "/redoc", "/openapi.json"}
    for method, path in routes(app):
        if path not in public and method != "HEAD":
            answer = await browser.request(method, path.replace("{ticket_id}", "KF0000000000"))
            assert answer.status_code == 401 or "登录" in answer.text, (method, path)
            assert "refund" not in answer.text


async def test_sign_in_shows_the_queue_and_escapes_what_customers_wrote(browser: httpx.AsyncClient) -> None:
    page = await browser.post("/sign-in", data={"token": TOKEN})
    assert page.status_code == 200
    assert "退款" in page.text
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text


async def test_wrong_token_stays_outside(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/sign-in", data={"token": "wrong"})).status_code == 401
    assert "口令" in (await browser.get("/")).text


async def test_sign_out_ends_the_session(browser: httpx.AsyncClient) -> None:
    await browser.post("/sign-in", data={"token": TOKEN})
    await browser.post("/sign-out")
    assert HOSTILE[1:7] not in (await browser.get("/")).text


async def test_a_forged_session_is_worth_nothing(browser: httpx.AsyncClient) -> None:
    browser.cookies.set("kefu_desk", "eyJkZXNrIjogdHJ1ZX0=.x.y")
    assert "口令" in (await browser.get("/")).text


async def test_api_lists_and_reads_tickets(browser: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    [ticket] = (await browser.get("/api/v1/tickets", headers=headers)).json()
    read = (await browser.get(f"/api/v1/tickets/{ticket['id']}", headers=headers)).json()
    assert read["description"] == HOSTILE
    assert [event["kind"] for event in read["history"]] == ["created"]
    assert "customer_sealed" not in read
    assert (await browser.get("/api/v1/tickets/KF0000000000", headers=headers)).status_code == 404
    assert (await browser.get("/api/v1/tickets?limit=0", headers=headers)).status_code == 422


async def test_health_says_what_is_down_without_secrets(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/health")
    parts = answer.json()["parts"]
    assert answer.status_code == 503
    assert parts["database"]["up"]
    assert not parts["rasa"]["up"]
    assert TOKEN not in answer.text
