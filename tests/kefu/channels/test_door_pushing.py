"""The door of channels that push: stored and acknowledged at once, answered once through the log."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from sqlalchemy import update

from kefu.channels import door as door_module
from kefu.channels.door import Door, NotStored
from kefu.channels.log import Logged, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage
from kefu.channels.rasa_agent import Remembered, remembered
from kefu.channels.wake import Wakeups
from kefu.database import Database
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.tickets import TicketService
from kefu.dialogue.lock_store import FairLockStore
from kefu.settings import settings
from tests.servers import free_port

PATIENCE = 20


class Rasa:
    """Stands where Rasa and its agent do: keeps a tracker, answers as told."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.before: Callable[[UserMessage], Any] | None = None
        self.after: Callable[[UserMessage], Any] | None = None

    @property
    def heard(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, UserUttered)]

    async def __call__(self, message: UserMessage) -> None:
        if self.before:
            await self.before(message)
        buttons = [{"title": "没解决", "payload": "/deny"}]
        user = UserUttered(message.text, message_id=message.message_id, metadata=message.metadata)
        bot = BotUttered(f"听到:{message.text}", {"buttons": buttons})
        await message.output_channel.send_response(message.sender_id, bot.message())
        self.events += [user, bot]
        if self.after:
            await self.after(message)

    def is_ready(self) -> bool:
        return True

    async def recall(self, conversation: str, message_ids: Sequence[str]) -> Remembered | None:
        return remembered(self.events, message_ids)


class Customer:
    """Sees the log, as the website and WeChat show it."""

    def __init__(self, database: Database) -> None:
        self.database, self.log, self.wakeups = database, MessageLog(database), Wakeups()

    def door(self, rasa: Rasa, **more: Any) -> Door:
        return Door(rasa, self.log, self.wakeups, rasa, **more)  # type: ignore[arg-type]

    async def lines(self) -> list[Logged]:
        return await self.log.after("web-1", 0)

    async def sees(self, *texts: str) -> list[Logged]:
        """Wait until the bot has said exactly these things."""
        said = await self.hears(len(texts))
        assert tuple(line.body.get("text") for line in said) == texts
        return said

    async def hears(self, number: int) -> list[Logged]:
        """Wait until the bot has said so many things; what it has said."""
        return await asyncio.wait_for(self._hears(number), PATIENCE)

    async def _hears(self, number: int) -> list[Logged]:
        async with self.wakeups.listen("web-1") as woken:
            while True:
                said = [line for line in await self.lines() if line.who == "bot"]
                if len(said) >= number:
                    return said
                await woken.wait(1)


@pytest.fixture
async def customer(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Customer]:
    monkeypatch.setattr(door_module, "database", lambda: database)
    joining(monkeypatch, 0)
    yield Customer(database)


def joining(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(door_module, "settings", lambda: settings().copy(update={"join_seconds": seconds}))


def line(text: str, message_id: str) -> Inbound:
    return Inbound("website", "web-1", text, "my", message_id)


async def die(database: Database) -> None:
    """Let the process that has leases be dead."""
    async with database.transaction() as transaction:
        long_ago = datetime.now(timezone.utc) - timedelta(seconds=1)
        await transaction.execute(update(InboundMessage.__table__).values(leased_by="dead", lease_until=long_ago))


async def test_a_line_is_acknowledged_and_answered_in_the_log(customer: Customer) -> None:
    rasa = Rasa()
    door = customer.door(rasa)
    taken = await door.take(line("你好", "m1"))
    again = await door.take(line("你好", "m1"))
    assert (taken.seq, taken.is_new, again.seq, again.is_new) == (1, True, 1, False)
    [said] = await customer.sees("听到:你好")
    assert said.seq == 2
    assert said.body["buttons"][0]["payload"].startswith("qr.")
    assert (await door.take(line("你好", "m1"))).seq == 1
    await door.close()
    assert rasa.heard == ["你好"]


async def test_lines_in_quick_succession_are_one_turn(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    joining(monkeypatch, 0.5)
    rasa = Rasa()
    door = customer.door(rasa)
    for number, text in enumerate(["你好", "我的卡6222020200", "112233445"]):
        await door.take(line(text, f"m{number}"))
    await customer.sees("听到:你好\n我的卡[银行卡号]")
    await door.close()
    everything = str([row.body for row in await customer.lines()])
    assert "6222020200" not in everything
    assert "112233445" not in everything, "what only both lines together show is taken out of each"


async def test_a_button_is_not_waited_for(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    joining(monkeypatch, 0)
    rasa = Rasa()
    door = customer.door(rasa)
    await door.take(line("你好", "m1"))
    await customer.sees("听到:你好")
    await door.close()
    joining(monkeypatch, 3600)
    door = customer.door(rasa)
    await door.take(line("没解决", "m2"))
    await customer.sees("听到:你好", "听到:/deny")
    await door.close()


async def test_lines_of_one_conversation_are_answered_in_order(customer: Customer) -> None:
    rasa = Rasa()
    doors = [customer.door(rasa), customer.door(rasa)]
    for number in range(6):
        await doors[0].take(line(f"第{number}句", f"m{number}"))
    await customer.sees(*(f"听到:第{number}句" for number in range(6)))
    for door in doors:
        await door.close()


async def test_without_the_database_a_line_is_not_acknowledged(customer: Customer) -> None:
    rasa = Rasa()
    door = customer.door(rasa)
    working = customer.database.quick
    customer.database.quick = None  # type: ignore[assignment]
    with pytest.raises(NotStored):
        await door.take(line("你好", "m1"))
    customer.database.quick = working  # type: ignore[method-assign]
    await door.take(line("你好", "m1"))
    await customer.sees("听到:你好")
    await door.close()
    assert rasa.heard == ["你好"]


async def test_a_failed_turn_is_an_apology_with_a_ticket(customer: Customer) -> None:
    rasa = Rasa()

    async def breaks(_: UserMessage) -> None:
        raise RuntimeError("the tracker could not be saved")

    rasa.after = breaks
    door = customer.door(rasa)
    await door.take(line("我的钱呢", "m1"))
    [said] = await customer.hears(1)
    [ticket] = await TicketService(customer.database).queue()
    assert ticket.id in said.body["text"]
    assert "听到" not in said.body["text"]
    await door.close()


async def test_what_a_dead_process_left_is_answered_once(customer: Customer) -> None:
    """The process died before the turn."""
    rasa = Rasa()
    never = asyncio.Event()

    async def hangs(_: UserMessage) -> None:
        await never.wait()

    dead = customer.door(rasa)
    rasa.before = hangs
    await dead.take(line("你好", "m1"))
    await kill(dead)
    await die(customer.database)
    rasa.before = None
    alive = customer.door(rasa)
    alive.recover("website")
    await customer.sees("听到:你好")
    assert (await alive.take(line("你好", "m1"))).seq == 1
    await alive.close()
    assert rasa.heard == ["你好"]


async def test_a_turn_on_record_is_not_run_again(customer: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process died after the tracker was saved and before the answer was stored; then came another line."""
    joining(monkeypatch, 0.5)
    rasa = Rasa()
    saved, never = asyncio.Event(), asyncio.Event()

    async def hangs(_: UserMessage) -> None:
        saved.set()
        await never.wait()

    rasa.after = hangs
    dead = customer.door(rasa)
    await dead.take(line("你好", "m1"))
    await dead.take(line("我的钱", "m2"))
    await saved.wait()
    await dead.take(line("没到账", "m3"))
    await kill(dead)
    await die(customer.database)
    rasa.after = None
    alive = customer.door(rasa)
    alive.recover("website")
    said = await customer.sees("听到:你好\n我的钱", "听到:没到账")
    assert said[0].body["buttons"]
    await alive.close()
    assert rasa.heard == ["你好\n我的钱", "没到账"]


@pytest.mark.parametrize("late", [True, False])
async def test_a_line_that_came_after_a_turn_began_is_not_lost_with_it(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """The process dies when a person has the lines of the turn; another line has come, too late for it or nearly."""
    joining(monkeypatch, 3600)
    rasa, handoffs = Rasa(), HandoffService(customer.database)
    talk = (await handoffs.ask(NewHandoff("my", "website", "web-1", "asked", "other"))).handoff.id
    said, never = asyncio.Event(), asyncio.Event()

    async def relays(message: UserMessage) -> None:
        await handoffs.say("web-1", message.text, message.message_id)
        if not said.is_set():
            said.set()
            await never.wait()

    rasa.before = relays
    door = customer.door(rasa)
    for number, text in enumerate(["我的卡", "丢了"]):
        await door.take(line(text, f"m{number}"))
    door._workers.notice("web-1", is_urgent=True)
    await asyncio.wait_for(said.wait(), PATIENCE)
    await door.take(line("尾号8888", "m2"))
    await kill(door)
    last = (await door._inbox.waiting("web-1"))[1]
    async with customer.database.transaction() as transaction:
        at = last.received_at + timedelta(seconds=3600.2 if late else 3599)
        newest = update(InboundMessage.__table__).where(InboundMessage.message_id == "m2")
        await transaction.execute(newest.values(received_at=at))
    await die(customer.database)
    alive = customer.door(rasa)
    await take_over(alive)
    await customer.hears(1)
    await alive.close()
    assert "尾号8888" in (await handoffs.lines(talk))[-1].text


async def test_a_message_that_always_ends_the_process_is_given_up_with_a_ticket(customer: Customer) -> None:
    """Killed in the middle of its turn four times, and with what is counted as in a running product."""
    rasa = Rasa()
    begun, never = asyncio.Event(), asyncio.Event()

    async def hangs(_: UserMessage) -> None:
        begun.set()
        await never.wait()

    rasa.before = hangs
    door = customer.door(rasa)
    await door.take(line("你好", "m1"))
    for _ in range(4):
        await asyncio.wait_for(begun.wait(), PATIENCE)
        begun.clear()
        await kill(door)
        await die(customer.database)
        door = customer.door(rasa)
        await take_over(door)
    [said] = await customer.hears(1)
    assert "单号" in said.body["text"]
    assert not begun.is_set()
    await door.close()


async def test_a_turn_that_could_not_begin_is_not_counted_as_tried(customer: Customer) -> None:
    """Redis is away for longer than a message that ends the process is tried, then it is back."""
    rasa = Rasa()
    door = customer.door(rasa)
    closed = FairLockStore(redis_url=f"redis://127.0.0.1:{free_port()}")
    working, door._workers._order = door._workers._order, closed
    await door.take(line("你好", "m1"))
    for _ in range(8):
        await idle(door)
        await die(customer.database)
        await take_over(door)
    await idle(door)
    assert [row.who for row in await customer.lines()] == ["customer"]
    door._workers._order = working
    await die(customer.database)
    await take_over(door)
    await customer.sees("听到:你好")
    await door.close()
    await closed.close()
    assert await TicketService(customer.database).queue() == []


async def test_closing_finishes_what_is_in_flight_and_takes_nothing_new(customer: Customer) -> None:
    rasa = Rasa()
    started, may_go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: UserMessage) -> None:
        started.set()
        await may_go_on.wait()

    rasa.before = slow
    door = customer.door(rasa)
    await door.take(line("你好", "m1"))
    await started.wait()
    closing = asyncio.create_task(door.close())
    await asyncio.sleep(0)
    with pytest.raises(NotStored):
        await door.take(line("在吗", "m2"))
    may_go_on.set()
    await closing
    await customer.sees("听到:你好")


async def test_the_answer_is_delivered_after_it_is_stored(customer: Customer) -> None:
    seen: list[tuple[str, list[str], int]] = []

    async def deliver(conversation: str, lines: Sequence[Logged]) -> None:
        seen.append((conversation, [row.body["text"] for row in lines], len(await customer.lines())))

    door = customer.door(Rasa(), deliver=deliver)
    await door.take(line("你好", "m1"))
    await customer.sees("听到:你好")
    await door.close()
    assert seen == [("web-1", ["听到:你好"], 2)]


async def test_typing_is_shown_while_the_bot_works(customer: Customer) -> None:
    door = customer.door(Rasa())
    async with customer.wakeups.listen("web-1") as woken:
        await door.take(line("你好", "m1"))
        await customer.sees("听到:你好")
        await door.close()
    assert woken.signals == [{"who": "bot", "on": True}, {"who": "bot", "on": False}]


async def take_over(door: Door) -> None:
    """As the recovery of a living process does."""
    assert await door._inbox.abandoned("website") == ["web-1"]
    door._workers.notice("web-1", is_urgent=True)


async def idle(door: Door) -> None:
    """Until the door works on nothing, whether it was answered or left."""
    if tasks := [task for _, task in door._workers._at_work.values()]:
        await asyncio.wait(tasks, timeout=PATIENCE)


async def kill(door: Door) -> None:
    """As kill -9 does: everything stops where it is."""
    tasks = [task for _, task in door._workers._at_work.values()]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
