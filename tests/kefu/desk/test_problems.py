"""Errors that are nobody's fault: in one form as well, without a word about the inside."""

import logging

import pytest
from pydantic import SecretStr

from kefu.desk.app import create_app
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
    page = await browser.get("/sign-in")
    assert page.status_code == 503
    assert "s3cret" not in answer.text + page.text + caplog.text
    await desk.state.database.close()


def test_rasas_token_is_in_no_log() -> None:
    create_app(settings())
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
