"""The whole phone number: for an agent who calls, written down each time; everybody else sees the masked one."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from kefu.database import Database
from kefu.desk.people.roles import Role
from kefu.desk.phone import phone_for
from kefu.desk.tickets import NewTicket, TicketService
from kefu.sealing import seal
from tests.desk_clients import SignIn

PHONE = "13812345678"
NEW = NewTicket("post", "rest", "web-1", "refund", "退款没到", "m1", phone="138****5678", phone_sealed=seal(PHONE))


@pytest.fixture
async def number(database: Database) -> str:
    return str((await TicketService(database).open(NEW)).ticket.id)


async def test_who_looks_is_written_down_and_no_page_is_out_of_date(database: Database, number: str) -> None:
    tickets = TicketService(database)
    before = await tickets.get(number)
    assert await phone_for(database, number, "user:li") == PHONE
    after, looked = await tickets.get(number), (await tickets.history(number))[-1]
    assert (looked.actor, looked.kind, looked.data) == ("user:li", "phone_seen", {})
    assert before.version == after.version


async def test_without_a_number_nothing_is_written(database: Database) -> None:
    tickets = TicketService(database)
    opened = await tickets.open(replace(NEW, phone=None, phone_sealed=None))
    assert await phone_for(database, opened.ticket.id, "user:li") is None
    assert await phone_for(database, "KF0000000000", "user:li") is None
    assert [event.kind for event in await tickets.history(opened.ticket.id)] == ["created"]


async def test_an_agent_sees_it_when_asked_for_and_nowhere_else(desk: FastAPI, signed_in: SignIn, number: str) -> None:
    agent, trainer = await signed_in(Role.AGENT), await signed_in(Role.TRAINER, name="chen")
    page = (await agent.get(f"/tickets/{number}")).text
    assert "看完整号码" in page and PHONE not in page
    whole = await agent.post(f"/tickets/{number}/phone")
    assert f"tel:{PHONE}" in whole.text and "回到工单" in whole.text
    part = await agent.post(f"/tickets/{number}/phone", headers={"HX-Request": "true"})
    assert f"tel:{PHONE}" in part.text and "<html" not in part.text
    assert (await trainer.post(f"/tickets/{number}/phone")).status_code == 403
    again = (await agent.get(f"/tickets/{number}")).text
    assert "看了完整手机号" in again and PHONE not in again


async def test_a_ticket_without_one_offers_none(database: Database, signed_in: SignIn) -> None:
    agent = await signed_in(Role.AGENT)
    bare = replace(NEW, phone=None, phone_sealed=None)
    number = (await TicketService(database).open(bare)).ticket.id
    assert "看完整号码" not in (await agent.get(f"/tickets/{number}")).text
    assert (await agent.post(f"/tickets/{number}/phone")).status_code == 404
