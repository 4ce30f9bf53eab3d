"""Callers of the desk for tests: browsers and programs, without network."""

import re
from collections.abc import Awaitable, Callable

import httpx
from fastapi import FastAPI

from kefu.desk.people.sessions import Sessions
from kefu.desk.principal import COOKIE

DESK_TOKEN = "desk-token-of-the-test"
PASSWORD = "correct-horse-9"

Browser = httpx.AsyncClient
SignIn = Callable[..., Awaitable[Browser]]
Program = Callable[..., Awaitable[Browser]]


async def sign_in(client: Browser, name: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
    """Open the form, fill it in, send it."""
    token = re.search(r'name="form" value="([^"]+)"', (await client.get("/sign-in")).text)
    assert token
    return await client.post("/sign-in", data={"name": name, "password": password, "code": code, "form": token[1]})


async def csrf_of(desk: FastAPI, client: Browser) -> str:
    """The CSRF token of a browser's session."""
    found = await Sessions(desk.state.database).find(client.cookies[COOKIE])
    assert found
    return found.csrf


def new_browser(desk: FastAPI, headers: dict[str, str] | None = None) -> Browser:
    """A client of the application, without network."""
    return Browser(transport=httpx.ASGITransport(desk), base_url="http://desk", headers=headers)
