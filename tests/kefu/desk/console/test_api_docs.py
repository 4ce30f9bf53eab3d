"""The page that describes the API: every call is on it, and a browser asks nobody but the desk for it."""

import pytest
from fastapi import FastAPI

from kefu.desk.console.api_docs import operations
from kefu.desk.people.roles import Role
from tests.desk_clients import SignIn
from tests.kefu.desk.console.conftest import Served
from tests.kefu.desk.console.test_console_browser import Enter


async def test_every_call_of_the_api_is_described_with_what_it_takes(desk: FastAPI, signed_in: SignIn) -> None:
    page = (await (await signed_in(Role.TRAINER)).get("/docs")).text
    described = list(operations(desk.openapi()))
    there = {(one.method, one.path) for one in described}
    routes = {(method, route.path) for route in desk.routes for method in getattr(route, "methods", None) or ()}
    assert there == {(method, path) for method, path in routes if path.startswith("/api/v1/")}
    for one in described:
        assert one.path in page and one.summary in page
        assert one.body or one.method not in ("PATCH", "PUT"), one
    assert "退款一周没到账" in page and "idempotency-key" in page
    assert "open | assigned | waiting_customer | resolved | closed | reopened" in page
    assert "confidence&#34;: 0.9" in page  # made up from the kind where a schema has no example


async def test_the_description_is_for_those_who_may_read(signed_in: SignIn) -> None:
    browser = await signed_in(Role.TRAINER)
    assert (await browser.get("/openapi.json")).json()["paths"]["/api/v1/tickets"]
    for gone in ("/redoc", "/docs/oauth2-redirect"):
        assert (await browser.get(gone)).status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_a_browser_asks_nobody_else_for_the_page(served: Served, enter: Enter, width: int) -> None:
    screen = enter("sun", width)
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    screen.page.goto(f"{served.address}/docs")
    for detail in screen.page.locator("details").all():
        detail.locator("summary").click()
    assert screen.page.locator("pre").first.is_visible()
    assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert asked and all(address.startswith(served.address) for address in asked)
    assert screen.complaints == []
