"""A browser and a server with faults to order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error

from tests.browser import SLOW, chromium
from tests.widget_chat import Chat
from tests.widget_server import FakeServer, fake_server


@pytest.fixture(scope="module")
def browser(require_all: bool) -> Iterator[Browser]:
    with chromium(require_all) as running:
        yield running


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with fake_server() as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1200, "height": 800})
    opened.set_default_timeout(SLOW)
    yield opened
    opened.close()


@pytest.fixture
def errors() -> list[str]:
    """What went wrong in pages, by the browser's word; a test that wants none asserts it."""
    return []


@pytest.fixture
def visit(context: BrowserContext, server: FakeServer, errors: list[str]) -> Callable[..., Chat]:
    """Open a page with the widget; by default the demo page."""

    def go(path: str = "/", **options: Any) -> Chat:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(_text(error)))
        page.goto(server.url + path, **options)
        return Chat(page)

    return go


def _text(error: Error) -> str:
    return f"{error.name}: {error.message}"
