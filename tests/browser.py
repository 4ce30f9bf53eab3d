"""Chromium for tests, with a new empty profile and no traffic of its own, and patience for a busy machine."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.servers import missing

SLOW = 30_000  # ms that an expectation may take to come true; most take a few
_USUAL = 5_000  # ms: Playwright's own

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium(require_all: bool) -> Iterator[Browser]:
    """A running browser; contexts opened in it share nothing. What is expected of its pages may take SLOW."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        missing("Chromium", require_all)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        expect.set_options(timeout=SLOW)
        yield browser
        expect.set_options(timeout=_USUAL)
        browser.close()


def go_on(page: Page, button: Locator) -> None:
    """Press what leads to a page and wait for its scripts: before them, Enter only makes a line in a box."""
    with page.expect_event("load"):
        button.click()
