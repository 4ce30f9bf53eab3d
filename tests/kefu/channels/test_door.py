"""The door: whatever happens behind it, the customer gets exactly one answer."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered

from kefu.channels import door as door_module
from kefu.channels.door import Door
from kefu.channels.inbox import Inbox
from kefu.channels.message import Inbound
from kefu.channels.models import InboundMessage
from kefu.channels.prepare import Prepared
from kefu.channels.rasa_agent import Remembered, remembered
from kefu.database import Database
from kefu.desk.tickets import TicketService


class Bot:
    """Stands where Rasa does: remembers what it was given, answers as told."""

    def __init__(self, behave: Callable[[UserMessage], Any]) -> None:
        self.heard: list[UserMessage] = []
        self._behave = behave

    async def __call__(self, message: UserMessage) -> None:
        self.heard.append(message)
        await self._behave(message)


async def echo(message: UserMessage) -> None:
    buttons = [{"title": "没解决", "payload": "/deny"}]
    await message.output_channel.send_text_with_buttons(message.sender_id, f"听到:{message.text}", buttons)


async def silent(message: UserMessage) -> None:
    pass


async def broken(message: UserMessage) -> None:
    raise RuntimeError("no model")


@pytest.fixture
def open_door(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[[Bot], Door]:
    monkeypatch.setattr(door_module, "database", lambda: database)
    return Door


def message(text: str, message_id: str = "m1", conversation: str = "web-1") -> Inbound:
    return Inbound("website", conversation, text, "my", message_id)


async def test_gives_rasa_masked_text_with_the_brand(open_door: Callable[[Bot], Door]) -> None:
    bot = Bot(echo)
    replies = await open_door(bot).receive(message("我的号13812345678"))
    heard = bot.heard[0]
    assert "13812345678" not in heard.text + str(heard.metadata)
    assert (heard.metadata["brand"], heard.input_channel, heard.message_id) == ("my", "website", "m1")
    assert replies[0]["text"].startswith("听到")


async def test_a_channel_may_not_know_the_wallet(open_door: Callable[[Bot], Door], database: Database) -> None:
    bot = Bot(broken)
    [reply] = await open_door(bot).receive(Inbound("website", "web-1", "退款没到", None, "m1"))
    assert bot.heard[0].metadata["brand"] is None
    assert "钱包 App" in reply["text"]
    assert "400" not in reply["text"], "the hot-line of a wallet that may not be his"
    assert len(await TicketService(database).queue()) == 1


async def test_repeated_and_simultaneous_messages_are_one_turn(open_door: Callable[[Bot], Door]) -> None:
    bot = Bot(echo)
    door = open_door(bot)
    answers = await asyncio.gather(*(door.receive(message("你好")) for _ in range(5)))
    answers.append(await door.receive(message("你好")))
    assert len(bot.heard) == 1
    assert all(answer == answers[0] for answer in answers)


async def test_a_caller_that_goes_away_does_not_stop_the_turn(open_door: Callable[[Bot], Door]) -> None:
    heard_it, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(heard: UserMessage) -> None:
        heard_it.set()
        await may_answer.wait()
        await echo(heard)

    bot = Bot(slow)
    door = open_door(bot)
    caller = asyncio.create_task(door.receive(message("你好")))
    await heard_it.wait()
    caller.cancel()
    may_answer.set()
    assert "听到" in (await door.receive(message("你好")))[0]["text"]
    assert len(bot.heard) == 1


async def speaks_then_breaks(message: UserMessage) -> None:
    await echo(message)
    raise RuntimeError("the tracker could not be saved")


async def relays(message: UserMessage) -> None:
    await message.output_channel.send_custom_json(message.sender_id, {"relayed": True})


@pytest.mark.parametrize("behave", [silent, broken, speaks_then_breaks])
async def test_silence_and_errors_become_an_apology_with_a_ticket(
    open_door: Callable[[Bot], Door], database: Database, behave: Any
) -> None:
    door = open_door(Bot(behave))
    replies = await door.receive(message("我的钱呢"))
    again = await door.receive(message("我的钱呢"))
    tickets = await TicketService(database).queue()
    assert [ticket.id in replies[0]["text"] for ticket in tickets] == [True]
    assert "我的钱呢" in tickets[0].description
    assert again == replies


async def speaks_then_an_action_fails(message: UserMessage) -> None:
    await echo(message)
    message.output_channel.action_failed("ticket_form")


async def test_half_an_answer_is_followed_by_an_apology_with_a_ticket(
    open_door: Callable[[Bot], Door], database: Database
) -> None:
    door = open_door(Bot(speaks_then_an_action_fails))
    half, apology = replies = await door.receive(message("钱包里少了钱"))
    [ticket] = await TicketService(database).queue()
    assert half["text"] == "听到:钱包里少了钱"
    assert ticket.id in apology["text"]
    assert "没能接着办" in apology["text"]
    assert await door.receive(message("钱包里少了钱")) == replies
    assert len(await TicketService(database).queue()) == 1


async def test_a_relayed_message_is_no_silence(open_door: Callable[[Bot], Door], database: Database) -> None:
    replies = await open_door(Bot(relays)).receive(message("人工在吗"))
    assert [reply["custom"] for reply in replies] == [{"relayed": True}]
    assert await TicketService(database).queue() == []


async def test_a_message_in_another_processs_hands_is_waited_for(open_door: Callable[[Bot], Door]) -> None:
    heard_it, may_answer = asyncio.Event(), asyncio.Event()

    async def slow(heard: UserMessage) -> None:
        heard_it.set()
        await may_answer.wait()
        await echo(heard)

    one, other = open_door(Bot(slow)), open_door(Bot(broken))
    first = asyncio.create_task(one.receive(message("你好")))
    await heard_it.wait()
    second = asyncio.create_task(other.receive(message("你好")))
    await asyncio.sleep(0)
    may_answer.set()
    assert await second == await first


async def test_a_repeated_message_of_a_dead_process_is_answered_from_the_tracker(
    open_door: Callable[..., Door], database: Database
) -> None:
    """The process died after Rasa had stored the turn, before the answer was."""

    class Agent:
        async def recall(self, conversation: str, message_ids: Sequence[str]) -> Remembered | None:
            return remembered(events, message_ids)

    events = [UserUttered("你好", message_id="m1"), BotUttered("您好", {"buttons": [{"title": "好", "payload": "/x"}]})]
    await Inbox(database).store(message("你好"), Prepared("你好", "你好"))
    async with database.transaction() as transaction:
        row = InboundMessage.__table__
        await transaction.execute(row.update().values(lease_until=datetime.now(timezone.utc) - timedelta(seconds=1)))
    bot = Bot(echo)
    replies = await open_door(bot, agent=Agent()).receive(message("你好"))
    assert [reply["text"] for reply in replies] == ["您好"]
    assert replies[0]["buttons"][0]["payload"].startswith("qr.")
    assert not bot.heard
    assert await open_door(bot).receive(message("你好")) == replies


async def test_no_database_still_gets_an_apology(open_door: Callable[[Bot], Door], database: Database) -> None:
    bot = Bot(echo)
    door = open_door(bot)
    await database.close()
    database.write = database.quick = None  # type: ignore[assignment]  # as if it were gone for good
    replies = await door.receive(message("你好"))
    assert "400-000-1188" in replies[0]["text"]
    assert not bot.heard, "nothing is worked on that could not be stored"


async def test_buttons_are_pressed_by_id_by_title_and_by_number(open_door: Callable[[Bot], Door]) -> None:
    bot = Bot(echo)
    door = open_door(bot)
    first = await door.receive(message("你好", "m1"))
    await door.receive(message(first[0]["buttons"][0]["payload"], "m2"))
    await door.receive(message("没解决", "m3"))
    await door.receive(message("1", "m4"))
    assert [heard.text for heard in bot.heard] == ["你好", "/deny", "/deny", "/deny"]
    assert bot.heard[1].metadata["original"] == "没解决"


async def test_a_long_message_is_answered_and_said_to_be_cut(open_door: Callable[[Bot], Door]) -> None:
    replies = await open_door(Bot(echo)).receive(message("长" * 50_000))
    assert "2000" in replies[0]["text"]
    assert len(replies) == 2
