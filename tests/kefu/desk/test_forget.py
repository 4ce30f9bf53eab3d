"""Forgetting a person: everything about him or her is gone, nothing about anybody else is."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from sqlalchemy import inspect, select, text

from kefu.channels.binding import Bindings
from kefu.channels.models import Binding, InboundMessage
from kefu.database import Database
from kefu.desk.attachments import Attachments
from kefu.desk.errors import Unacceptable
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.desk.forget import BY_CONVERSATION, Person, forget
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.sealing import seal

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1")
PHONE = {"phone": "138****8000", "phone_sealed": seal("13800138000")}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


async def leave_traces(database: Database, customer: str, **facts: str) -> str:
    """A ticket with everything that belongs to one, feedback, a message; returns the ticket's number."""
    new = replace(NEW, customer=customer, idempotency_key=customer, **facts)
    ticket = (await TicketService(database).open(new, NOW)).ticket
    await TicketMessages(database).reply(ticket.id, "您好", "user:li", "小李", "r", now=NOW)
    await Attachments(database).add(ticket.id, "a.png", PNG, "customer", NOW)
    await FeedbackService(database).store(NewFeedback("my", "rest", customer, "rating", customer, stars=1))
    handoffs = HandoffService(database)
    await handoffs.ask(NewHandoff("post", "rest", customer, "asked", "refund"), NOW)
    await handoffs.say(customer, "有人吗", "h1", NOW)
    message = {"channel": "rest", "brand": "post", "text": "退款", "received_at": NOW}
    async with database.write() as session:
        session.add(InboundMessage(conversation=customer, message_id="m", **message))
    return ticket.id


async def counts(database: Database) -> dict[str, int]:
    """How many rows each table holds."""
    async with database.read() as session:
        connection = await session.connection()
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        return {name: (await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one() for name in names}


@pytest.mark.parametrize("by", ["conversation", "ticket", "phone"])
async def test_all_traces_go_and_the_report_says_what_they_were(database: Database, by: str) -> None:
    await leave_traces(database, "web-2")
    others = await counts(database)
    number = await leave_traces(database, "web-1", **PHONE)
    person = {"conversation": "web-1", "ticket": number, "phone": "13800138000"}[by]
    report = await forget(database, Person(**{by: person}))
    assert await counts(database) == others
    wanted = {"工单": 1, "消息": 1, "图片": 1, "历史": 3, "待发消息": 1, "评价": 1, "收到的消息": 1, "转人工记录": 1}
    assert report.items() >= wanted.items()
    async with database.read() as session:
        assert (await session.execute(select(InboundMessage.conversation))).scalars().all() == ["web-2"]
    assert not any((await forget(database, Person(conversation="web-1"))).values())


async def test_a_phone_leads_to_every_conversation_of_its_owner(database: Database) -> None:
    await leave_traces(database, "web-1", **PHONE)
    await leave_traces(database, "wx-7", **PHONE)
    assert (await forget(database, Person(phone="13800138000")))["工单"] == 2
    assert (await counts(database))["inbound_messages"] == 0


@pytest.mark.parametrize("named", ["web-1", "wx-7"])
async def test_a_bound_channel_is_forgotten_with_the_other(database: Database, named: str) -> None:
    await leave_traces(database, "web-1")
    await leave_traces(database, "wx-7")
    async with database.write() as session:
        session.add(Binding(conversation="wx-7", customer="web-1", code="x", bound_at=NOW))
    report = await forget(database, Person(conversation=named))
    assert (report["工单"], report["微信绑定"]) == (2, 1)
    assert (await counts(database))["inbound_messages"] == 0


async def test_who_is_not_known_is_not_forgotten(database: Database) -> None:
    await leave_traces(database, "web-1")
    before = await counts(database)
    with pytest.raises(KeyError):
        await forget(database, Person(ticket="KF0000000000"))
    with pytest.raises(Unacceptable):
        await forget(database, Person())
    with pytest.raises(Unacceptable):
        await forget(database, Person(phone=""))
    assert not any((await forget(database, Person(phone="13900139000"))).values())
    assert await counts(database) == before


async def test_who_is_bound_on_another_channel_is_the_same_person(database: Database) -> None:
    await leave_traces(database, "web-2")
    others = await counts(database)
    for customer in ("web-1", "wx-post-1"):
        await leave_traces(database, customer)
    bindings = Bindings(database)
    await bindings.redeem("wx-post-1", "post", "ABCDEFGH")
    await bindings.redeem("wx-post-1", "post", (await bindings.new_code("web-1", "post")).text)
    await bindings.new_code("web-1", "post")
    report = await forget(database, Person(conversation="wx-post-1"))
    assert await counts(database) == others
    assert (report["工单"], report["微信绑定"], report["绑定码"]) == (2, 1, 1)


async def test_no_table_with_conversations_is_forgotten(database: Database) -> None:
    async with database.read() as session:
        connection = await session.connection()
        columns = await connection.run_sync(
            lambda sync: {
                name: {column["name"] for column in inspect(sync).get_columns(name)}
                for name in inspect(sync).get_table_names()
            }
        )
    holding = {name for name, found in columns.items() if found & {"conversation", "sender_id"}}
    assert holding <= set(BY_CONVERSATION)
    assert {"inbound_messages", "messages", "uploads"} <= holding
