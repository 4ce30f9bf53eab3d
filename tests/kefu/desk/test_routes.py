"""Every route of the desk, found by itself: none is open by mistake, none takes the wrong scope or a forged form."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from kefu.desk.app import create_app
from kefu.desk.people.roles import Role, Scope
from kefu.settings import settings
from tests.desk_clients import Browser, Program, SignIn

PUBLIC = {"/health", "/sign-in"}
API = ("/api/v1/", "/openapi.json")
SAFE = {"GET", "HEAD"}
ADMIN_ONLY = ("/api/v1/webhooks",)


@dataclass(frozen=True)
class Route:
    method: str
    path: str

    @property
    def url(self) -> str:
        """The path with something in the place of every parameter."""
        return re.sub(r"{(\w+)(:\w+)?}", lambda found: "1" if found[2] or found[1].endswith("_id") else "x", self.path)

    @property
    def scope(self) -> Scope:
        """What a caller of the API needs."""
        if self.path.startswith(ADMIN_ONLY):
            return Scope.ADMIN
        return Scope.READ if self.method in SAFE else Scope.WRITE


def all_routes() -> list[Route]:
    app = create_app(settings())
    found = [(route.path, route.methods) for route in app.routes if hasattr(route, "methods")]
    mounts = [route.path for route in app.routes if not hasattr(route, "methods")]
    assert all(path.startswith("/static") for path in mounts), mounts
    return [Route(method, path) for path, methods in found for method in sorted(methods) if method != "HEAD"]


ROUTES = [route for route in all_routes() if route.path not in PUBLIC]
API_ROUTES = [route for route in ROUTES if route.path.startswith(API)]


def names(routes: list[Route]) -> list[str]:
    return [f"{route.method} {route.path}" for route in routes]


def test_the_routes_were_found() -> None:
    wanted = {"GET /", "POST /sign-out", "GET /metrics", "PATCH /api/v1/tickets/{ticket_id}"}
    assert wanted | {"GET /docs", "GET /openapi.json"} <= set(names(ROUTES))
    assert len(API_ROUTES) >= 17


@pytest.fixture
def database(fresh_database, tmp_path: Path):
    """Credentials do not depend on the kind of database: SQLite is enough for so many routes."""
    from kefu.database import Database

    return Database(fresh_database("sqlite", tmp_path))


async def test_nothing_is_open_without_credentials(browser: Browser) -> None:
    browser.headers["X-Forwarded-For"] = "203.0.113.9"  # /metrics is for this machine or a token
    for route in ROUTES:
        for headers in ({}, {"Authorization": "Bearer kefu_forged"}, {"Authorization": "Basic bGk6bGk="}):
            answer = await browser.request(route.method, route.url, headers=headers)
            to_sign_in = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
            assert answer.status_code == 401 or (to_sign_in and not route.path.startswith(API)), (route, answer)
            if route.path.startswith(API):
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_api_refuses_a_token_without_the_scope(program: Program) -> None:
    reader, writer = await program(Scope.READ), await program(Scope.WRITE)
    for route in API_ROUTES:
        for caller, held in ((reader, {Scope.READ}), (writer, {Scope.READ, Scope.WRITE})):
            answer = await caller.request(route.method, route.url)
            assert (answer.status_code == 403) is (route.scope not in held), (route, held, answer.text)


async def test_the_api_refuses_roles_without_the_scope(signed_in: SignIn) -> None:
    trainer, agent = await signed_in(Role.TRAINER, name="zhao"), await signed_in(Role.AGENT)
    for route in API_ROUTES:
        for caller, held in ((trainer, {Scope.READ}), (agent, {Scope.READ, Scope.WRITE})):
            answer = await caller.request(route.method, route.url)
            assert (answer.status_code == 403) is (route.scope not in held), (route, held, answer.text)


async def test_every_change_by_a_browser_wants_the_csrf_token(signed_in: SignIn) -> None:
    browser = await signed_in(Role.ADMIN, csrf=False)
    for route in ROUTES:
        if route.method not in SAFE:
            for headers in ({}, {"X-CSRF-Token": "forged"}):
                answer = await browser.request(route.method, route.url, headers=headers)
                assert answer.status_code == 403, (route, answer.text)


async def test_another_browsers_csrf_token_is_refused(signed_in: SignIn) -> None:
    one, other = await signed_in(Role.AGENT), await signed_in(Role.AGENT, name="wang", csrf=False)
    token = one.headers["X-CSRF-Token"]
    assert (await other.post("/sign-out", headers={"X-CSRF-Token": token})).status_code == 403


async def test_a_cookie_beside_a_wrong_token_does_not_count(signed_in: SignIn) -> None:
    browser = await signed_in(Role.ADMIN)
    answer = await browser.get("/api/v1/tickets", headers={"Authorization": "Bearer kefu_forged"})
    assert answer.status_code == 401


def test_every_api_route_says_what_it_needs(desk: FastAPI) -> None:
    for route in desk.routes:
        if isinstance(route, APIRoute) and route.path.startswith("/api/v1/"):
            assert route.summary and not route.summary.isascii(), route.path
            assert "application/problem+json" in route.responses[401]["content"], route.path
