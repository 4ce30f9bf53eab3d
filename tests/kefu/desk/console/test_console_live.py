"""Streams of changes: for who is signed in, as long as he or she is."""

import asyncio

import pytest
from fastapi import FastAPI

from kefu.desk.console import live
from kefu.desk.people.roles import Role
from kefu.desk.people.sessions import Sessions
from kefu.desk.people.users import Users
from kefu.desk.principal import COOKIE
from tests.desk_clients import SignIn

PATIENCE = 20.0


@pytest.mark.parametrize("how", ["signed out", "disabled"])
async def test_a_stream_ends_with_its_session_and_says_so(
    desk: FastAPI, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(live, "_PATIENCE", 0.05)
    browser = await signed_in(Role.AGENT)
    reading = asyncio.create_task(browser.get("/live"))  # comes back when the stream has ended
    await asyncio.wait({reading}, timeout=0.5)
    assert not reading.done()
    if how == "signed out":
        await Sessions(desk.state.database).end(browser.cookies[COOKIE])
    else:
        await Users(desk.state.database).disable("li")
    answer = await asyncio.wait_for(reading, PATIENCE)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: changed") == 2  # at the start, and the one by which the page finds out
    assert "data: \r\n" in answer.text or "data: \n" in answer.text  # never any content
