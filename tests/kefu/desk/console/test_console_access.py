"""Who may see which page: every route of the console is found by itself and has to be named here."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from functools import lru_cache

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from kefu.database import Database
from kefu.desk.app import create_app
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.people.models import UserSession
from kefu.desk.people.roles import Role, Scope
from kefu.desk.people.users import Users
from kefu.desk.principal import COOKIE
from kefu.settings import settings
from tests.desk_clients import Browser, SignIn

EVERYBODY = set(Role)
AGENTS = {Role.AGENT, Role.ADMIN}
ALLOWED = {
    "/": EVERYBODY,
    "/account": EVERYBODY,
    "/canned": {*AGENTS, Role.TRAINER},
    "/attachments": AGENTS,
    "/dashboard": EVERYBODY,
    "/dashboard.csv": EVERYBODY,
    "/docs": EVERYBODY,
    "/deliveries": {*AGENTS, Role.OPERATOR},
    "/feedback": EVERYBODY,
    "/live": AGENTS,
    "/notices": {Role.OPERATOR, Role.ADMIN},
    "/presence": AGENTS,
    "/queue": AGENTS,
    "/sign-out": EVERYBODY,
    "/talks": AGENTS,
    "/tickets": AGENTS,
    "/users": {Role.ADMIN},
}
OPEN = ("/sign-in", "/health", "/openapi.json")
STREAMS = ("/live", "/talks/1/live")
HEADERS = ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy", "cache-control")


@lru_cache(maxsize=1)
def console_routes() -> list[tuple[str, str]]:
    """Method and address of every page; 1 and x stand for parameters."""
    found = []
    for route in create_app(settings()).routes:
        path = route.path
        if not path.startswith(("/api/", "/static", "/metrics", *OPEN)):
            for name in ("{talk_id:int}", "{number:int}"):
                path = path.replace(name, "1")
            for name in ("{number}", "{name}", "{picture_id}"):
                path = path.replace(name, "x")
            assert "{" not in path, path
            found += [(method, path) for method in route.methods - {"HEAD"}]
    return sorted(found)


def allowed(path: str) -> set[Role]:
    return ALLOWED["/" + path.split("/")[1]]


@pytest.fixture
async def database(fresh_database, tmp_path) -> AsyncIterator[Database]:
    opened = Database(fresh_database("sqlite", tmp_path))
    yield opened
    await opened.close()


def test_the_pages_were_found() -> None:
    assert {("GET", "/"), ("POST", "/talks/1/reply"), ("POST", "/users/x/disable")} <= set(console_routes())
    assert len(console_routes()) >= 40


@pytest.mark.parametrize("role", list(Role))
async def test_a_page_is_for_its_roles_only(signed_in: SignIn, role: Role) -> None:
    browser = await signed_in(role)
    for method, path in console_routes():
        if path == "/sign-out" or (path in STREAMS and role in allowed(path)):
            continue
        answer = await browser.request(method, path)
        assert (answer.status_code == 403) is (role not in allowed(path)), (method, path, answer.status_code)
        assert answer.status_code < 500
        if answer.status_code == 403:
            assert "没有权限" in answer.text


async def test_every_answer_has_the_security_headers(browser: Browser, signed_in: SignIn) -> None:
    trainer = await signed_in(Role.TRAINER)
    for caller in (browser, trainer):
        for method, path in [*console_routes(), ("GET", "/sign-in"), ("GET", "/health"), ("GET", "/no-such-page")]:
            answer = await caller.request(method, path)
            missing = [name for name in HEADERS if name not in answer.headers]
            assert not missing, (method, path, missing)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy and "script-src 'self'" in policy
            assert answer.headers["cache-control"] == "no-store"


async def test_static_files_may_be_kept_and_nothing_else_lies_there(browser: Browser) -> None:
    script = await browser.get("/static/console.js")
    assert script.status_code == 200 and "immutable" in script.headers["cache-control"]
    for name in ("../app.py", "%2e%2e/app.py", "vendor", "no-such-file.js"):
        assert (await browser.get(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": datetime(2026, 1, 1, tzinfo=timezone.utc)},
        {"expires_at": datetime(2026, 1, 1, tzinfo=timezone.utc)},
        {"seen_at": datetime.now(timezone.utc) - timedelta(hours=3)},
    ],
    ids=["revoked", "expired", "idle"],
)
async def test_a_session_that_is_over_leads_to_the_form(signed_in: SignIn, database: Database, change: dict) -> None:
    browser = await signed_in(Role.AGENT)
    assert (await browser.get("/")).status_code == 200
    async with database.write() as session:
        await session.execute(update(UserSession).values(**change))
    answer = await browser.get("/tickets/x")
    assert answer.status_code == 303 and answer.headers["location"] == "/sign-in?next=/tickets/x"
    part = await browser.get("/queue", headers={"HX-Request": "true"})
    assert part.status_code == 401 and part.headers["hx-redirect"] == "/sign-in"
    assert (await browser.get("/live", headers={"Accept": "text/event-stream"})).status_code == 401


async def test_a_disabled_user_is_out_at_once(signed_in: SignIn, database: Database) -> None:
    browser = await signed_in(Role.AGENT)
    await Users(database).disable("li")
    assert (await browser.get("/")).status_code == 303


async def test_a_role_that_was_taken_away_is_gone_at_once(signed_in: SignIn, database: Database) -> None:
    browser = await signed_in(Role.ADMIN)
    await Users(database).set_roles("li", [Role.TRAINER])
    assert (await browser.get("/users")).status_code == 403


async def test_a_bearer_token_opens_no_page(desk: FastAPI, program) -> None:
    caller = await program(Scope.ADMIN)
    for method, path in console_routes():
        assert (await caller.request(method, path)).status_code == 403, path


async def test_another_agents_talk_is_as_absent_as_none(signed_in: SignIn, database: Database) -> None:
    handoffs = HandoffService(database)
    talk_id = (await handoffs.ask(NewHandoff("post", "website", "c1", "asked", "refund"))).handoff.id
    assert talk_id == 1
    li, wang = await signed_in(Role.AGENT), await signed_in(Role.AGENT, name="wang")
    assert (await wang.get("/talks/1")).status_code == 200  # still waits: anybody may look and take
    assert (await li.post("/talks/1/take")).status_code == 303
    for method, part in (("GET", ""), ("GET", "/lines"), ("GET", "/live"), ("POST", "/reply"), ("POST", "/close")):
        others = await wang.request(method, f"/talks/1{part}", data={"text": "我来"} if method == "POST" else None)
        none = await wang.request(method, f"/talks/999{part}", data={"text": "我来"} if method == "POST" else None)
        assert others.status_code == none.status_code == 404, part
        assert others.text == none.text
    late = await wang.post("/talks/1/take")
    assert late.status_code == 409 and "已经有同事接了" in late.text
    assert (await handoffs.lines(1)) == []
    admin = await signed_in(Role.ADMIN, name="admin")
    assert "回复客户" not in (await admin.get("/talks/1")).text


@pytest.mark.parametrize("number", ["999999999999999999999", "2147483648", "-1", "abc", "1%00"])
async def test_odd_numbers_are_not_found(signed_in: SignIn, number: str) -> None:
    browser = await signed_in(Role.ADMIN)
    for method, path in (
        ("GET", f"/talks/{number}"),
        ("POST", f"/deliveries/{number}/retry"),
        ("POST", f"/notices/{number}/off"),
        ("GET", f"/tickets/{number}"),
        ("GET", f"/attachments/{number}"),
        ("POST", f"/users/{number}/disable"),
    ):
        assert (await browser.request(method, path)).status_code == 404, path


async def test_the_form_of_sign_in_can_not_be_sent_by_another_site(browser: Browser, desk: FastAPI) -> None:
    await Users(desk.state.database).add("li", "李敏", "correct-horse-9", [Role.AGENT])
    form = {"name": "li", "password": "correct-horse-9"}
    for sent in (form, {**form, "form": "guessed"}):
        assert (await browser.post("/sign-in", data=sent)).status_code == 403
        await browser.get("/sign-in")  # the cookie is there now, the token in the form still is not
    assert COOKIE not in browser.cookies


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"])
async def test_signing_in_leads_nowhere_else(browser: Browser, desk: FastAPI, next_page: str) -> None:
    await Users(desk.state.database).add("li", "李敏", "correct-horse-9", [Role.AGENT])
    page = await browser.get("/sign-in", params={"next": next_page})
    token = re.search(r'name="form" value="([^"]+)"', page.text)
    assert token
    form = {"name": "li", "password": "correct-horse-9", "form": token[1], "next": next_page}
    assert (await browser.post("/sign-in", data=form)).headers["location"] == "/"


async def test_without_any_user_the_form_says_how_to_make_the_first(browser: Browser, signed_in: SignIn) -> None:
    assert "python -m kefu user add" in (await browser.get("/sign-in")).text
    await signed_in(Role.ADMIN)
    assert "python -m kefu user add" not in (await browser.get("/sign-in")).text
