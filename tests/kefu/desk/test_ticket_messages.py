"""What is said about a ticket: once, to whom it concerns, and pushed to the customer."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from kefu.database import Database
from kefu.desk.errors import TicketError, Unacceptable
from kefu.desk.lifecycle import Status
from kefu.desk.merge import merge
from kefu.desk.models import Ticket
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import Outbox
from kefu.desk.people.roles import Role
from kefu.desk.people.users import Users
from kefu.desk.ticket_messages import LONGEST, TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import Changes, TicketWork
from kefu.sealing import unseal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
LATER = NOW + timedelta(minutes=10)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1")


@pytest.fixture
def messages(database: Database) -> TicketMessages:
    return TicketMessages(database)


@pytest.fixture
async def ticket(database: Database) -> AsyncIterator[Ticket]:
    yield (await TicketService(database).open(NEW, NOW)).ticket


async def outbox(database: Database) -> list[Delivery]:
    async with database.read() as session:
        return list((await session.execute(select(Delivery).order_by(Delivery.id))).scalars())


async def test_a_reply_is_stored_pushed_and_ends_the_wait(
    messages: TicketMessages, ticket: Ticket, database: Database
) -> None:
    said = await messages.reply(ticket.id, "您好，钱已退回", "user:li", "小李", "r1", now=LATER)
    assert (said.ticket.first_response_at, said.ticket.waiting_since) == (LATER, None)
    [delivery] = await Outbox(database).of_ticket([ticket.id])
    assert delivery.body["text"].endswith("您好，钱已退回")
    assert ticket.id in delivery.body["data"]["buttons"][0]["payload"]
    assert delivery.body["event"] == "bot"
    assert delivery.body["metadata"]["agent"] == "小李"
    assert delivery.body["metadata"]["push_id"] == f"desk:message:{said.message.id}"
    assert unseal(delivery.target) == "web-1"
    assert "web-1" not in delivery.target + delivery.lane
    event = (await TicketService(database).history(ticket.id))[-1]
    assert (event.actor, event.kind, event.data) == ("user:li", "reply", {"message": said.message.id})


async def test_the_same_key_says_nothing_twice(messages: TicketMessages, ticket: Ticket, database: Database) -> None:
    first = await messages.reply(ticket.id, "您好", "user:li", "小李", "r1")
    again = await messages.reply(ticket.id, "您好", "user:li", "小李", "r1")
    assert (again.created, again.message.id) == (False, first.message.id)
    assert len(await messages.of(ticket.id)) == len(await outbox(database)) == 1


async def test_a_note_stays_inside(messages: TicketMessages, ticket: Ticket, database: Database) -> None:
    said = await messages.note(ticket.id, "客户情绪激动", "user:li", "n1")
    assert await outbox(database) == []
    assert said.ticket.waiting_since == NOW


async def test_waiting_for_the_customer_and_the_customer_coming_back(
    messages: TicketMessages, ticket: Ticket, database: Database
) -> None:
    await TicketWork(database).change(ticket.id, Changes(Status.ASSIGNED), "user:li", tell=False)
    asked = await messages.reply(ticket.id, "请发截图", "user:li", "小李", "r1", Status.WAITING_CUSTOMER, LATER)
    assert asked.ticket.status == "waiting_customer"
    assert len(await outbox(database)) == 1  # the reply itself says what is wanted
    back = await messages.from_customer(ticket.id, "我的卡号6222021234567890128", "c1", now=LATER + timedelta(hours=1))
    assert back.ticket.status == "open"
    assert back.ticket.waiting_since == LATER + timedelta(hours=1)
    assert "6222021234567890128" not in back.message.text


async def test_the_customer_reopens_what_was_resolved_for_a_week(
    messages: TicketMessages, ticket: Ticket, database: Database
) -> None:
    await TicketWork(database).move(ticket.id, Status.RESOLVED, "user:li", NOW)
    with pytest.raises(TicketError, match="新的"):
        await messages.from_customer(ticket.id, "还是不行", "c0", now=NOW + timedelta(days=7, seconds=1))
    back = await messages.from_customer(ticket.id, "还是不行", "c1", now=NOW + timedelta(days=6))
    assert back.ticket.status == "reopened"


async def test_a_closed_ticket_takes_notes_but_no_reply(
    messages: TicketMessages, ticket: Ticket, database: Database
) -> None:
    await TicketWork(database).move(ticket.id, Status.CLOSED, "user:li", NOW)
    before = len(await outbox(database))
    with pytest.raises(TicketError, match="已关闭"):
        await messages.reply(ticket.id, "您好", "user:li", "小李", "r1")
    assert len(await outbox(database)) == before
    assert (await messages.note(ticket.id, "重复登记", "user:li", "n1")).created
    assert [message.kind for message in await messages.of(ticket.id)] == ["note"]


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x07", "好" * (LONGEST + 1)])
async def test_what_is_no_message_is_refused(messages: TicketMessages, ticket: Ticket, text: str) -> None:
    with pytest.raises(Unacceptable):
        await messages.reply(ticket.id, text, "user:li", "小李", "r1")
    assert await messages.of(ticket.id) == []


async def test_a_reply_to_a_merged_ticket_reaches_the_survivor(
    messages: TicketMessages, ticket: Ticket, database: Database
) -> None:
    """zammad/zammad#983: there it is lost."""
    other = replace(NEW, intent="refund_arrival", idempotency_key="m2")
    survivor = (await TicketService(database).open(other, NOW)).ticket
    await messages.note(ticket.id, "先看这里", "user:li", "n1", NOW)
    await merge(database, ticket.id, survivor.id, "user:li", NOW)
    said = await messages.from_customer(ticket.id, "还在等", "c1", now=LATER)
    assert said.ticket.id == survivor.id
    assert [message.text for message in await messages.of(survivor.id)] == ["先看这里", "还在等"]
    again = await TicketService(database).open(replace(NEW, idempotency_key="m3", description="还是没到"), LATER)
    assert (again.ticket.id, again.created) == (survivor.id, False)
    repeated = await TicketService(database).open(NEW, LATER)
    assert repeated.ticket.id == survivor.id


async def test_what_could_not_be_delivered_is_tried_again_when_the_customer_writes(
    messages: TicketMessages, ticket: Ticket, database: Database
) -> None:
    await messages.reply(ticket.id, "您好", "user:li", "小李", "r1", now=LATER)
    for number, write in enumerate((messages.from_customer, None)):
        async with database.write() as session:
            delivery = (await session.execute(select(Delivery))).scalar_one()
            delivery.state, delivery.attempts = "failed", 100
        if write:
            await write(ticket.id, "在吗", f"c{number}", now=LATER)
        else:
            await TicketService(database).open(replace(NEW, idempotency_key="again"), LATER)
        [delivery] = await outbox(database)
        assert (delivery.state, delivery.attempts) == ("pending", 0)


@pytest.fixture
async def li(database: Database) -> str:
    await Users(database).add("li", "小李", "correct-horse-9", [Role.AGENT])
    return "user:li"


async def test_whoever_answers_what_nobody_has_has_it(
    messages: TicketMessages, ticket: Ticket, database: Database, li: str
) -> None:
    said = await messages.reply(ticket.id, "请发截图", li, "小李", "r1", Status.WAITING_CUSTOMER, LATER)
    assert (said.ticket.assignee, said.ticket.status) == ("li", "waiting_customer")
    assert len(await outbox(database)) == 1  # the answer is the news
    history = [(event.kind, event.data.get("to")) for event in await TicketService(database).history(ticket.id)]
    taken = [("reply", None), ("assignee", "li"), ("status", "assigned"), ("status", "waiting_customer")]
    assert history[1:] == taken
    assert said.ticket.version == ticket.version + len(taken)  # a stale page can say who did what


async def test_a_reopened_ticket_stays_with_the_agent_who_had_it(
    messages: TicketMessages, ticket: Ticket, database: Database, li: str
) -> None:
    await Users(database).add("wang", "小王", "correct-horse-9", [Role.AGENT])
    work = TicketWork(database)
    await work.assign(ticket.id, "wang", "user:wang", now=NOW)
    await work.move(ticket.id, Status.RESOLVED, "user:wang", NOW)
    await work.move(ticket.id, Status.REOPENED, "user:wang", NOW)
    said = await messages.reply(ticket.id, "请发截图", li, "小李", "r1", Status.WAITING_CUSTOMER, LATER)
    assert (said.ticket.assignee, said.ticket.status) == ("wang", "waiting_customer")


async def test_a_program_that_answers_takes_nothing(messages: TicketMessages, ticket: Ticket) -> None:
    said = await messages.reply(ticket.id, "已退回", "token:crm", "crm", "r1", now=LATER)
    assert (said.ticket.assignee, said.ticket.status) == (None, "open")
