"""A running desk and a real browser to look at it."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from kefu.database import Database
from kefu.desk.people.roles import Role
from kefu.desk.people.users import Users
from tests.browser import SLOW, chromium, go_on
from tests.desk_clients import PASSWORD
from tests.servers import free_port

T = TypeVar("T")


@dataclass
class Served:
    """A desk in a process of its own."""

    address: str
    database_url: str

    def do(self, work: Callable[[Database], Awaitable[T]]) -> T:
        """Change something behind the desk's back, as another process would."""
        results: list[T] = []

        async def run() -> None:
            database = Database(self.database_url)
            try:
                results.append(await work(database))
            finally:
                await database.close()

        thread = threading.Thread(target=lambda: asyncio.run(run()))  # Playwright's loop runs in this one
        thread.start()
        thread.join()
        return results[0]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def served(
    request: pytest.FixtureRequest, fresh_database, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """`python -m kefu.desk` over an empty database of each kind, with one person of each role."""
    folder: Path = tmp_path_factory.mktemp("desk")
    url = fresh_database(request.param, folder)
    port = free_port()
    ports = {"KEFU_DESK_PORT": str(port), "KEFU_RASA_PORT": str(free_port()), "KEFU_HANDOFF_WAIT": "3600"}
    own = {"KEFU_VAR_DIR": os.environ["KEFU_VAR_DIR"], "KEFU_DATABASE_URL": url}
    process = subprocess.Popen([sys.executable, "-m", "kefu.desk"], env={**os.environ, **ports, **own})
    try:
        desk = Served(f"http://127.0.0.1:{port}", url)
        _wait_for(desk.address, process)
        desk.do(_hire)
        yield desk
    finally:
        process.terminate()
        assert process.wait(20) in (0, -15)


async def _hire(database: Database) -> bool:
    users = Users(database)
    for name, shown, role in (
        ("li", "李敏", Role.AGENT),
        ("wang", "王强", Role.AGENT),
        ("chen", "陈训练", Role.TRAINER),
        ("sun", "孙运维", Role.OPERATOR),
        ("zhao", "赵管理", Role.ADMIN),
    ):
        await users.add(name, shown, PASSWORD, [role])
    return True


def _wait_for(address: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the desk has ended"
        try:
            httpx.get(f"{address}/sign-in", timeout=2)
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the desk did not start")


@pytest.fixture(scope="module")
def browser_of_all(require_all: bool) -> Iterator[Browser]:
    """A browser; everybody gets a profile of his or her own in it."""
    with chromium(require_all) as running:
        yield running


@dataclass
class Screen:
    """Somebody in front of the console; what the browser complains about is kept."""

    page: Page
    complaints: list[str]


@pytest.fixture
def enter(served: Served, browser_of_all: Browser) -> Iterator[Callable[..., Screen]]:
    """Signs people in, each in a browser profile of his or her own."""
    contexts: list[BrowserContext] = []

    def sign_in(name: str = "li", width: int = 1280) -> Screen:
        context = browser_of_all.new_context(viewport={"width": width, "height": 844}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SLOW)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        page.goto(f"{served.address}/sign-in")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        go_on(page, page.get_by_role("button", name="登录"))
        assert "sign-in" not in page.url
        return Screen(page, complaints)

    yield sign_in
    for context in contexts:
        context.close()
