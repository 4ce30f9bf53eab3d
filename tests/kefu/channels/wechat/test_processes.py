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
from sqlalchemy import func, select

from kefu.channels.wechat.models import WechatNonce
from kefu.database import Database
from kefu.settings import ROOT, settings
from sim.wechat import delivery
from sim.wechat.accounts import Follower
from sim.wechat.platform import Platform
from sim.wechat.server import serving
from tests.kefu.channels.wechat.conftest import end_leases, environment, platform_account, until
from tests.servers import free_port
from tests.wechat_app import PATIENT


@dataclass
class Processes:
    """Processes of the channel, and the platform that calls them in turn."""

    database: Database
    folder: Path
    api_port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    async def start(self, port: int) -> subprocess.Popen[bytes]:
        """A process on a port; ready when this returns."""
        accounts = {"post": {"app_id": "wx-app-post", "api_url": f"http://127.0.0.1:{self.api_port}"}}
        found = {
            **os.environ,
            **environment(),
            "KEFU_DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            "KEFU_SECRET": settings().secret.get_secret_value(),
            "KEFU_JOIN_SECONDS": "0",
            "TEST_ACCOUNTS": json.dumps(accounts),
        }
        with (self.folder / f"{port}.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.wechat_app", str(port), str(self.folder / "notes")]
            process = subprocess.Popen(  # noqa: ASYNC220
                command, cwd=ROOT, env=found, stdout=log, stderr=subprocess.STDOUT
            )
        self.running.append(process)
        deadline = time.monotonic() + PATIENT
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

    def tell(self, **words: str | None) -> None:
        """Steer all processes, see tests.wechat_app: `go`, `late`, `die`; None takes a word back."""
        for name, word in words.items():
            path = (self.folder / "notes").with_suffix(f".{name}")
            path.unlink(missing_ok=True) if word is None else path.write_text(word)

    async def callbacks(self) -> int:
        """How many callbacks have come in, in all processes."""
        async with self.database.read() as session:
            return int((await session.execute(select(func.count()).select_from(WechatNonce))).scalar_one())

    @asynccontextmanager
    async def platform(self, *ports: int, timeout: float = 2 * PATIENT, tries: int = 3) -> AsyncIterator[Platform]:
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
        saying = asyncio.create_task(say(platform, "等我的钱呢"))
        await until(lambda: processes.turns() == ["等我的钱呢"])
        first.kill()
        first.wait()
        await saying
        processes.tell(go="")
        await end_leases(processes.database)
        await processes.start(port)
        await until(lambda: user(platform).heard() != [])
        await say(platform, "还在吗")  # answered after whatever was still to come
        await until(lambda: "还在吗" in user(platform).heard()[-1])
        assert user(platform).heard() == ["答 等我的钱呢", "答 还在吗"]


async def test_a_slow_action_and_repetitions_on_two_processes(processes: Processes) -> None:
    ports = free_port(), free_port()
    for port in ports:
        await processes.start(port)
    async with processes.platform(*ports) as platform:
        saying = asyncio.create_task(say(platform, "等查账单"))
        await until(lambda: processes.turns() == ["等查账单"])
        processes.tell(late="")
        number = await saying
        assert platform.callbacks == [(number, 200)], "the platform was answered before the turn had ended"
        assert user(platform).heard() == []
        processes.tell(go="", late=None)
        await until(lambda: user(platform).heard() != [])
        assert [(one.text, one.way) for one in user(platform).shown[1:]] == [("答 等查账单", "api")]

        platform.faults.lose_answers = 2  # the three tries go to different processes
        await say(platform, "退款")
        processes.tell(go=None)
        platform.faults.duplicate = 1  # both processes at once
        before = await processes.callbacks()
        saying = asyncio.create_task(say(platform, "等充值"))
        while await processes.callbacks() < before + 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        processes.tell(go="")
        await saying
        await say(platform, "还在吗")
        await until(lambda: "还在吗" in user(platform).heard()[-1])
        assert user(platform).heard() == ["答 等查账单", "答 退款", "答 等充值", "答 还在吗"]
        assert processes.turns() == ["等查账单", "退款", "等充值", "还在吗"]


async def test_many_users_of_two_processes_and_one_renewal_of_the_token(processes: Processes) -> None:
    ports = free_port(), free_port()
    for port in ports:
        await processes.start(port)
    async with processes.platform(*ports) as platform:
        users = [f"u{number}" for number in range(8)]
        for turn, given in (("一", 1), ("二", 2)):
            saying = [asyncio.create_task(say(platform, f"等{turn} {openid}", openid)) for openid in users]
            await until(lambda: len(processes.turns()) == given * len(users))  # noqa: B023
            processes.tell(late="")
            await asyncio.gather(*saying)
            processes.tell(go="", late=None)
            heard = [platform.follower("post", openid).heard for openid in users]
            await until(lambda: all(len(one()) == given for one in heard))  # noqa: B023
            assert [one()[-1] for one in heard] == [f"答 等{turn} {openid}" for openid in users]
            assert platform.tokens["wx-app-post"].given == given, "one process asks for all"
            processes.tell(go=None)
            platform.tokens["wx-app-post"].until = 0.0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_killed_at_any_moment_the_next_process_answers_once(processes: Processes) -> None:
    """Only between an arrival and its confirmation nobody can know: then it is twice rather than never."""
    port = free_port()
    process = await processes.start(port)
    for number, (moment, text, times) in enumerate(
        [
            ("seen", "退款", 1),
            ("taken", "退款", 1),
            ("claimed", "退款", 1),
            ("claimed by API", "等退款", 1),
            ("sent by API", "等退款", 2),
        ]
    ):
        openid, turns = f"o{number}", len(processes.turns())
        async with processes.platform(port, tries=1000) as platform:  # until the next process is there
            processes.tell(die=moment, go=None, late=None)
            saying = asyncio.create_task(say(platform, text, openid))
            if text.startswith("等"):
                await until(lambda: len(processes.turns()) > turns)  # noqa: B023
                processes.tell(late="")
                await saying
                processes.tell(late=None, go="")
            assert await asyncio.to_thread(process.wait, PATIENT) == 9, moment
            if moment != "claimed":  # there the repetition finds the claim of the first try
                await end_leases(processes.database)
            process = await processes.start(port)
            await saying
            shown = platform.follower("post", openid).shown
            await until(lambda: [one.who for one in shown].count("account") >= times)  # noqa: B023
            await say(platform, "还在吗", openid)  # answered after whatever was still to come
            await until(lambda: "还在吗" in shown[-1].text and shown[-1].who == "account")  # noqa: B023
            heard = [one.text for one in shown if one.who == "account"]
            assert heard == [*[f"答 {text}"] * times, "答 还在吗"], moment
