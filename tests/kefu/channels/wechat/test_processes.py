"""The channel in several real processes over one database: killed, restarted, side by side."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from kefu.database import Database
from kefu.settings import ROOT, settings
from sim.wechat import delivery
from sim.wechat.accounts import Follower
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.kefu.channels.wechat.conftest import environment, platform_account, until
from tests.servers import free_port


@dataclass
class Processes:
    """Processes of the channel, and the platform that calls them in turn."""

    database: Database
    folder: Path
    api_port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def start(self, port: int, die_after: str = "") -> subprocess.Popen[bytes]:
        """A process on a port; ready when this returns. `die_after`: see tests.wechat_app."""
        accounts = {"post": {"app_id": "wx-app-post", "api_url": f"http://127.0.0.1:{self.api_port}"}}
        found = {
            **os.environ,
            **environment(),
            "KEFU_DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            "KEFU_SECRET": settings().secret.get_secret_value(),
            "KEFU_JOIN_SECONDS": "0",
            "TEST_DIE_AFTER": die_after,
            "TEST_ACCOUNTS": json.dumps(accounts),
        }
        with (self.folder / f"{port}.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.wechat_app", str(port), str(self.folder / "notes")]
            process = subprocess.Popen(  # noqa: ASYNC220
                command, cwd=ROOT, env=found, stdout=log, stderr=subprocess.STDOUT
            )
        self.running.append(process)
        deadline = time.monotonic() + 60
        async with httpx.AsyncClient(trust_env=False) as client:
            while True:
                assert process.poll() is None and time.monotonic() < deadline, (self.folder / f"{port}.log").read_text()
                try:
                    await client.get(f"http://127.0.0.1:{port}/webhooks/wechat/")
                    return process
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)

    def turns(self) -> list[str]:
        """The texts that the bots of all processes were given."""
        notes = self.folder / "notes"
        return [line.split(" ", 1)[1] for line in notes.read_text().splitlines()] if notes.exists() else []

    @asynccontextmanager
    async def platform(self, *ports: int, timeout: float = 5.0, tries: int = 3) -> AsyncIterator[Platform]:
        """The platform, which calls the processes on the ports in turn."""
        account = platform_account(f"http://127.0.0.1:{ports[0]}")
        account.replicas = [f"http://127.0.0.1:{port}/webhooks/wechat/post" for port in ports]
        platform = Platform([account], timeout=timeout, tries=tries)
        async with serving(platform, self.api_port):
            yield platform


@pytest.fixture
def processes(database: Database, tmp_path: Path) -> Iterator[Processes]:
    found = Processes(database, tmp_path)
    yield found
    for process in found.running:
        process.kill()
        process.wait()


def user(platform: Platform) -> Follower:
    return platform.follower("post", "o1")


async def say(platform: Platform, text: str, openid: str = "o1") -> str:
    return await delivery.say(platform, "post", openid, text)


async def test_killed_between_receipt_and_answer(processes: Processes) -> None:
    """Nothing lost and nothing twice: a live process takes the message up and the courier brings the answer."""
    port = free_port()
    first = await processes.start(port)
    async with processes.platform(port, tries=1) as platform:  # the platform gives up at once: we are alone with it
        saying = asyncio.create_task(say(platform, "慢2 我的钱呢"))
        await until(lambda: processes.turns() == ["慢2 我的钱呢"])
        first.kill()
        await saying
        await processes.start(port)
        await until(lambda: user(platform).heard() != [], patience=40)
        await say(platform, "还在吗")  # answered after whatever was still to come
        await until(lambda: "还在吗" in user(platform).heard()[-1])
        assert user(platform).heard() == ["答 慢2 我的钱呢", "答 还在吗"]


async def test_a_slow_action_of_six_seconds_and_repetitions_on_two_processes(processes: Processes) -> None:
    ports = free_port(), free_port()
    for port in ports:
        await processes.start(port)
    async with processes.platform(*ports) as platform:
        began = time.monotonic()
        number = await say(platform, "慢6 查账单")
        assert time.monotonic() - began < 5, "the platform was answered in time"
        assert platform.callbacks == [(number, 200)]
        await until(lambda: user(platform).heard() != [])
        assert [(one.text, one.way) for one in user(platform).shown[1:]] == [("答 慢6 查账单", "api")]

        platform.faults.lose_answers = 2  # the three tries go to different processes
        await say(platform, "退款")
        platform.faults.duplicate = 1  # both processes at once
        await say(platform, "慢0.5 充值")
        await say(platform, "还在吗")
        await until(lambda: "还在吗" in user(platform).heard()[-1])
        assert user(platform).heard() == ["答 慢6 查账单", "答 退款", "答 慢0.5 充值", "答 还在吗"]
        assert processes.turns() == ["慢6 查账单", "退款", "慢0.5 充值", "还在吗"]

        users = [f"u{number}" for number in range(8)]
        platform.tokens["wx-app-post"].until = 0.0
        await asyncio.gather(*(say(platform, f"慢5 {openid}", openid) for openid in users))
        await until(lambda: all(platform.follower("post", openid).heard() for openid in users), patience=20)
        assert [platform.follower("post", openid).heard() for openid in users] == [[f"答 慢5 {one}"] for one in users]
        assert platform.tokens["wx-app-post"].given == 2, "the first token, and one renewal for all processes"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_killed_at_any_moment_another_process_answers_once(processes: Processes) -> None:
    """Only between an arrival and its confirmation nobody can know: then it is twice rather than never."""
    mortal, live = free_port(), free_port()
    await processes.start(live)
    for number, (moment, text, times) in enumerate(
        [
            ("seen", "退款", 1),
            ("taken", "退款", 1),
            ("claimed", "退款", 1),
            ("claimed by API", "慢5 退款", 1),
            ("sent by API", "慢5 退款", 2),
        ]
    ):
        process = await processes.start(mortal, die_after=moment)
        async with processes.platform(live, mortal) as platform:  # the first try goes to the last address
            platform.accounts["post"].replicas.reverse()
            await say(platform, text, f"o{number}")
            shown = platform.follower("post", f"o{number}").shown
            await until(lambda: [one.who for one in shown].count("account") >= times, patience=30)  # noqa: B023
            assert process.wait() == 9, moment
            await say(platform, "还在吗", f"o{number}")  # answered after whatever was still to come
            await until(lambda: "还在吗" in shown[-1].text and shown[-1].who == "account", patience=30)  # noqa: B023
            heard = [one.text for one in shown if one.who == "account"]
            assert heard == [*[f"答 {text}"] * times, "答 还在吗"], moment
