"""The desk's web application: who gets in, and what is seen."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from kefu.desk.people.roles import Role
from kefu.desk.people.users import Users
from kefu.desk.principal import COOKIE
from kefu.desk.tickets import NewTicket
from tests.desk_clients import DESK_TOKEN, PASSWORD, SignIn, new_browser, sign_in

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
async def ticket(desk: FastAPI) -> str:
    opened = await desk.state.tickets.open(NewTicket("post", "rest", "c1", "refund", HOSTILE, "k1"))
    return opened.ticket.id


async def test_sign_in_shows_the_queue_and_escapes_what_customers_wrote(signed_in: SignIn) -> None:
    page = await (await signed_in(Role.AGENT)).get("/")
    assert page.status_code == 200
    assert "退款" in page.text
    assert HOSTILE not in page.text
    assert "&lt;script&gt;" in page.text


async def test_the_cookie_is_out_of_reach_for_scripts_and_forms_of_other_sites(desk: FastAPI) -> None:
    await Users(desk.state.database).add("li", "小李", PASSWORD, [Role.AGENT])
    for address, secure in (("http://desk", False), ("https://desk", True)):
        client = new_browser(desk)
        client.base_url = address
        answer = await sign_in(client, "li")
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith(COOKIE) and "httponly" in cookie and "samesite=lax" in cookie
        assert ("; secure" in cookie) is secure


@pytest.mark.parametrize(("name", "password"), [("", ""), ("li", ""), ("li", "wrong"), ("", DESK_TOKEN), ("\0", "x")])
async def test_who_is_wrong_stays_outside(browser: AsyncClient, name: str, password: str) -> None:
    answer = await sign_in(browser, name, password)
    assert answer.status_code == 401
    assert "用户名、密码或动态码不对" in answer.text
    assert COOKIE not in answer.cookies
    assert (await browser.get("/")).headers["location"] == "/sign-in"


async def test_the_throttle_is_seen(browser: AsyncClient) -> None:
    answers = [await sign_in(browser, "li", "wrong") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "900"


async def test_sign_out_ends_the_session_on_the_server(signed_in: SignIn) -> None:
    browser = await signed_in(Role.AGENT)
    stolen = browser.cookies[COOKIE]
    await browser.post("/sign-out")
    browser.cookies.set(COOKIE, stolen)
    assert (await browser.get("/")).status_code == 303


async def test_sign_out_by_another_site_is_refused(signed_in: SignIn) -> None:
    browser = await signed_in(Role.AGENT, csrf=False)
    assert (await browser.post("/sign-out")).status_code == 403
    assert (await browser.post("/sign-out", data={"csrf": "forged"})).status_code == 403
    assert (await browser.get("/")).status_code == 200


async def test_a_forged_session_is_worth_nothing(browser: AsyncClient) -> None:
    browser.cookies.set(COOKIE, "eyJkZXNrIjogdHJ1ZX0=.x.y")
    assert (await browser.get("/")).status_code == 303


async def test_health_says_what_is_down_without_secrets(browser: AsyncClient) -> None:
    answer = await browser.get("/health")
    parts = answer.json()["parts"]
    assert answer.status_code == 503
    assert parts["database"]["up"]
    assert not parts["rasa"]["up"]
    assert parts["calendar"]["last_year"] >= 2026
    assert DESK_TOKEN not in answer.text
