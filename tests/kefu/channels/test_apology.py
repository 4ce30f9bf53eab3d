"""The ticket of a turn that failed: whose it is, and that nothing about it can fail it as well."""

from typing import Any

import pytest
from sqlalchemy import column, table

from kefu.channels import apology
from kefu.channels.apology import apologise
from kefu.channels.binding import Bindings, Outcome
from kefu.channels.message import Inbound
from kefu.channels.prepare import prepare
from kefu.database import Database
from kefu.desk import bound
from kefu.desk.tickets import TicketService
from kefu.sealing import unseal

LINE = Inbound("wechat", "wx-post-1", "退款没到", "post", "m1")


@pytest.fixture
async def tickets(database: Database) -> TicketService:
    """Those of a customer who has bound WeChat to the website."""
    bindings = Bindings(database)
    code = await bindings.new_code("web-1", "post")
    assert await bindings.redeem(LINE.conversation, "post", code.text) is Outcome.BOUND
    return TicketService(database)


async def customer_of_the_ticket(tickets: TicketService) -> str | None:
    [reply] = await apologise(tickets, LINE, prepare(LINE.text, 2000))
    [ticket] = await tickets.queue()
    assert ticket.id in reply["text"] and LINE.text in ticket.description
    return unseal(ticket.customer_sealed)


async def test_it_is_the_customers_whichever_channel_failed(tickets: TicketService) -> None:
    assert await customer_of_the_ticket(tickets) == "web-1"


async def test_who_it_is_may_stay_unknown(tickets: TicketService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bound, "_bindings", table("gone", column("conversation"), column("customer")))
    assert await customer_of_the_ticket(tickets) == LINE.conversation


async def test_a_talk_that_can_not_be_read_costs_only_the_talk(
    tickets: TicketService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def messages(*_: object) -> list[Any]:
        return [{"event": "user", "text": "您好"}, {"event": "bot", "text": "好", "metadata": "no mapping"}]

    monkeypatch.setattr(apology, "messages", messages)
    assert await customer_of_the_ticket(tickets) == "web-1"
