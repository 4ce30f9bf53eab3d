"""What could not be stored is in a ticket later; what was stored after all is answered, and not filed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kefu.channels import filing as filing_module
from kefu.channels.apology import reference_of
from kefu.channels.filing import Filing
from kefu.channels.inbox import Inbox
from kefu.channels.log import MessageLog
from kefu.channels.message import Inbound
from kefu.channels.prepare import Prepared
from kefu.database import Database
from kefu.desk.tickets import TicketService
from kefu.settings import settings

MESSAGE = Inbound("wechat", "wx-1", "我的钱呢", "post", "m1")
PREPARED = Prepared("我的钱呢", "我的钱呢")


class Clerk:
    """A process that files; ends when it is done with what it was given."""

    def __init__(self, database: Database, pushes: bool = True) -> None:
        self.announced: list[str] = []
        self.tickets = TicketService(database)
        self.inbox, self.log = Inbox(database, is_logged=pushes), MessageLog(database)
        self._filing = Filing(self.inbox, self.tickets, self.log if pushes else None, self._announce)

    async def files(self, message: Inbound) -> None:
        self._filing.file(message)
        await asyncio.wait(self._filing._tasks)

    async def lines(self) -> list[str]:
        return [line.body["text"] for line in await self.log.after("wx-1", 0)]

    async def _announce(self, conversation: str) -> None:
        self.announced.append(conversation)


@pytest.fixture
def clerk(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Clerk:
    monkeypatch.setattr(filing_module, "_RETRY_SECONDS", 0)
    monkeypatch.setattr(settings(), "var_dir", tmp_path)
    return Clerk(database)


async def test_a_message_is_filed_once_and_its_sender_told_the_number(clerk: Clerk) -> None:
    await clerk.files(MESSAGE)
    await clerk.files(MESSAGE)
    [ticket] = await clerk.tickets.queue()
    assert "我的钱呢" in ticket.description and reference_of(MESSAGE) in ticket.description
    said, told = await clerk.lines()
    assert said == "我的钱呢" and ticket.id in told
    assert clerk.announced[0] == "wx-1"


async def test_what_was_stored_after_all_is_not_filed(clerk: Clerk) -> None:
    await clerk.inbox.store(MESSAGE, PREPARED)
    await clerk.files(MESSAGE)
    assert await clerk.tickets.queue() == []
    assert [line.message.message_id for line in await clerk.inbox.waiting("wx-1")] == ["m1"]


async def test_what_is_filed_is_not_answered(clerk: Clerk) -> None:
    await clerk.files(MESSAGE)
    again = await clerk.inbox.store(MESSAGE, PREPARED)
    assert not again.is_new and again.seq == 1
    assert await clerk.inbox.waiting("wx-1") == []
    assert await clerk.inbox.abandoned("wechat") == []


async def test_without_a_log_only_what_was_answered_after_all_is_not_filed(clerk: Clerk, database: Database) -> None:
    asked = Clerk(database, pushes=False)
    answered, left = [await asked.inbox.store(replace(MESSAGE, message_id=name), PREPARED) for name in ("m1", "m2")]
    await asked.inbox.answer([answered], [{"text": "在查"}])
    await asked.files(answered.message)
    assert await asked.tickets.queue() == []
    await asked.files(left.message)
    assert len(await asked.tickets.queue()) == 1


@pytest.mark.parametrize("moment", ["set_aside", "open"])
async def test_a_try_whose_end_was_lost_is_finished_by_the_next(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    owner = clerk.inbox if moment == "set_aside" else clerk.tickets
    monkeypatch.setattr(owner, moment, _broken_once_after(getattr(owner, moment)))
    await clerk.files(MESSAGE)
    [ticket] = await clerk.tickets.queue()
    assert ticket.id in (await clerk.lines())[-1]


async def test_what_a_process_could_not_file_the_next_one_does(clerk: Clerk, database: Database) -> None:
    """Killed while the database was away; nothing readable lay about meanwhile."""
    clerk.inbox.set_aside = _broken  # type: ignore[method-assign]
    clerk._filing.file(MESSAGE)
    [kept] = (settings().var_dir / "unstored").iterdir()
    assert MESSAGE.text not in kept.read_text() and MESSAGE.conversation not in kept.read_text()
    kept.with_name("broken.sealed").write_text("no message")
    clerk._filing.close()
    following = Clerk(database)
    following._filing.take_up("rest")
    assert not following._filing._tasks, "another channel's"
    following._filing.take_up("wechat")
    await asyncio.wait(following._filing._tasks)
    [ticket] = await clerk.tickets.queue()
    assert "我的钱呢" in ticket.description
    assert not kept.exists()


async def test_a_flood_is_not_kept_without_end(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing_module, "_MOST", 2)
    for number in range(3):
        clerk._filing.file(replace(MESSAGE, message_id=f"m{number}"))
    assert len(clerk._filing._tasks) == 2
    await asyncio.wait(clerk._filing._tasks)


async def _broken(*_: object) -> bool:
    raise OSError("away")


def _broken_once_after(work: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    broken: list[bool] = []

    async def call(*arguments: object) -> object:
        done = await work(*arguments)
        if not broken:
            broken.append(True)
            raise OSError("the connection broke when it was done")
        return done

    return call
