"""A turn and its answer are stored in one transaction: there is never one without the other."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered

from kefu.channels import door as door_module
from kefu.channels import turn as turn_module
from kefu.channels.door import Door
from kefu.channels.inbox import Inbox
from kefu.channels.log import BOT, MessageLog
from kefu.channels.message import Inbound
from kefu.channels.prepare import prepare
from kefu.channels.rasa_agent import Remembered, remembered
from kefu.channels.turn import Turns
from kefu.conversations import ConversationLog
from kefu.conversations.turn_record import beside
from kefu.database import Database
from kefu.desk.forget import Person, forget
from kefu.desk.tickets import TicketService
from kefu.dialogue.tracker_store import AppendOnlyTrackerStore

LINE = Inbound("website", "web-1", "退款", "my", "m1")
After = Callable[[], Awaitable[None]]


class Rasa:
    """A turn of Rasa's over the real store: it answers, and saves."""

    def __init__(self, store: AppendOnlyTrackerStore) -> None:
        self._store = store
        self.says = ["好的", "还有吗"]
        self.before_saving: After | None = None
        self.after_saving: After | None = None

    async def __call__(self, message: UserMessage) -> None:
        tracker = await self._store.get_or_create_tracker(message.sender_id)
        tracker.update(UserUttered(message.text, message_id=message.message_id))
        for text in self.says:
            said = BotUttered(text)
            await message.output_channel.send_response(message.sender_id, said.message())
            tracker.update(said)
        if self.before_saving:
            await self.before_saving()
        await self._store.save(tracker)
        if self.after_saving:
            await self.after_saving()


@pytest.fixture
def store(conversations: ConversationLog) -> AppendOnlyTrackerStore:
    return AppendOnlyTrackerStore(domain=Domain.empty(), log=conversations)


@pytest.fixture
def rasa(store: AppendOnlyTrackerStore) -> Rasa:
    return Rasa(store)


@pytest.fixture
def door(rasa: Rasa, database: Database, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(door_module, "database", lambda: database)
    return Door(rasa)


async def unanswered(database: Database) -> int:
    return len(await Inbox(database).waiting(LINE.conversation))


async def raises() -> None:
    raise RuntimeError("told to")


async def test_when_the_turn_is_stored_its_answer_is(rasa: Rasa, door: Door, database: Database) -> None:
    async def look() -> None:
        assert await unanswered(database) == 0
        assert beside() is None, "it is stored once"

    rasa.after_saving = look
    replies = await door.receive(LINE)
    assert [reply["text"] for reply in replies] == ["好的", "还有吗"]
    assert await door.receive(LINE) == replies
    assert beside() is None


async def test_an_error_after_that_takes_nothing_back(rasa: Rasa, door: Door, database: Database) -> None:
    rasa.after_saving = raises
    assert [reply["text"] for reply in await door.receive(LINE)] == ["好的", "还有吗"]
    assert await TicketService(database).queue() == []


async def test_a_turn_that_is_not_stored_has_no_answer(
    rasa: Rasa, door: Door, store: AppendOnlyTrackerStore, conversations: ConversationLog, database: Database
) -> None:
    async def another_process_goes_on() -> None:
        other = Rasa(AppendOnlyTrackerStore(domain=Domain.empty(), log=conversations))
        channel = CollectingOutputChannel()
        turn = other(UserMessage("别处说的", channel, LINE.conversation, message_id="m2"))
        await contextvars.Context().run(asyncio.ensure_future, turn)

    rasa.before_saving = another_process_goes_on
    [reply] = await door.receive(LINE)
    assert "单号" in reply["text"]
    assert await unanswered(database) == 0
    kept = await store.retrieve(LINE.conversation)
    assert kept is not None
    assert [event.text for event in kept.events if isinstance(event, UserUttered)] == ["别处说的"]
    assert len(await TicketService(database).queue()) == 1


@pytest.mark.parametrize("fails", [False, True], ids=["whole", "half"])
@pytest.mark.parametrize("turns", [1, 2])
async def test_nothing_is_kept_of_who_was_forgotten_during_the_turn(
    rasa: Rasa, store: AppendOnlyTrackerStore, database: Database, turns: int, fails: bool
) -> None:
    async def is_forgotten() -> None:
        await forget(database, Person(conversation=LINE.conversation))

    async def says(message: UserMessage) -> None:
        if fails:
            message.output_channel.action_failed("action_ask")
        await rasa(message)

    inbox = Inbox(database, is_logged=True)
    asked = Turns(says, inbox, TicketService(database))
    if turns == 2:
        await Turns(rasa, inbox, TicketService(database)).answer(
            [await inbox.store(LINE, prepare(LINE.text, 2000))], is_first_try=True
        )
    rasa.before_saving = is_forgotten
    line = replace(LINE, text="我叫张三，住北京路8号", message_id="m9")
    answered = await asked.answer([await inbox.store(line, prepare(line.text, 2000))], is_first_try=True)
    assert answered.logged is None
    assert await TicketService(database).queue() == []
    assert await MessageLog(database).after(LINE.conversation, 0) == []
    assert await store.retrieve(LINE.conversation) is None


async def test_a_bot_that_says_nothing_is_apologised_for(rasa: Rasa, door: Door, database: Database) -> None:
    await door.receive(LINE)
    rasa.says = []
    [reply] = await door.receive(replace(LINE, text="银行卡退的", message_id="m2"))
    assert "单号" in reply["text"]
    [ticket] = await TicketService(database).queue()
    assert "银行卡退的" in ticket.description
    assert [line["text"] for line in ticket.transcript][:3] == ["退款", "好的", "还有吗"], "the talk before is with it"


async def test_what_customers_see_is_written_with_it(
    rasa: Rasa, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door_module, "database", lambda: database)
    log = MessageLog(database)
    door = Door(rasa, log)

    async def look() -> None:
        lines = await log.after(LINE.conversation, 0)
        assert [line.body["text"] for line in lines if line.who == BOT] == ["好的", "还有吗"]
        looked.set()

    looked = asyncio.Event()
    rasa.after_saving = look
    await door.take(LINE)
    await asyncio.wait_for(looked.wait(), 20)
    await door.close()
    assert len(await log.after(LINE.conversation, 0)) == 3


@pytest.mark.parametrize("breaks", ["apologise", "answer"])
async def test_half_a_turn_is_apologised_for_by_whoever_takes_over(
    rasa: Rasa, store: AppendOnlyTrackerStore, database: Database, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    async def recall(conversation: str, ids: Sequence[str]) -> Remembered | None:
        tracker = await store.retrieve(conversation)
        return None if tracker is None else remembered(tracker.events, ids)

    async def dies(*_: object, **__: object) -> None:
        raise ConnectionError("the process is gone")

    async def fails(message: UserMessage) -> None:
        message.output_channel.action_failed("action_ask")
        await rasa(message)

    rasa.says = ["几个问题就好"]
    inbox = Inbox(database)
    stored = await inbox.store(LINE, prepare(LINE.text, 2000))
    turns = Turns(fails, inbox, TicketService(database), recall)
    with monkeypatch.context() as patch, pytest.raises(ConnectionError):
        patch.setattr(*((turn_module, "apologise") if breaks == "apologise" else (Inbox, "answer")), dies)
        await turns.answer([stored], is_first_try=True)
    again = await inbox.waiting(LINE.conversation)
    answered = await turns.answer(again, is_first_try=False)
    first, apology = (reply["text"] for reply in answered.replies)
    assert first == "几个问题就好" and "没能接着办" in apology
    assert len(await TicketService(database).queue()) == 1
    assert await unanswered(database) == 0
