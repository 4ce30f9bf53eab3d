"""Talks: what an agent does reaches the customer with the same certainty as it is stored, and nobody is forgotten."""

import asyncio
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select

from kefu.channels.binding import Bindings, Outcome
from kefu.database import Database
from kefu.desk.handoffs import Ending, HandoffError, HandoffService, NewHandoff, State
from kefu.desk.lifecycle import Status
from kefu.desk.models import Handoff, Ticket
from kefu.desk.outbox.models import Delivery
from kefu.desk.talks import Agent, Talks
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from kefu.sealing import unseal

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=timezone.utc)  # 10:00 in China, a working day
MINUTE = timedelta(minutes=1)
LI, WANG = Agent("li", "李敏", 2), Agent("wang", "王强", 2)


@pytest.fixture
def talks(database: Database) -> Talks:
    return Talks(database, wait=180, silence=600)


async def ask(database: Database, conversation: str = "web-1", **more) -> int:
    packet = {"slots": {"question": "退款没到", "amount": "350"}, "faq_ids": ["refund.apply"], "transcript": []}
    new = NewHandoff("post", "website", conversation, "asked", "refund_arrival", packet=packet, **more)
    return (await HandoffService(database).ask(new, NOW)).handoff.id


async def told(database: Database) -> list[Delivery]:
    async with database.read() as session:
        query = select(Delivery).where(Delivery.kind == "customer").order_by(Delivery.id)
        return list((await session.execute(query)).scalars())


async def handoff(database: Database, talk_id: int) -> Handoff:
    found = await HandoffService(database).get(talk_id)
    assert found is not None
    return found


async def test_taking_over_tells_the_customer_who_is_there_once(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    await talks.take(talk_id, LI, NOW)
    [notice] = await told(database)
    assert "李敏" in notice.body["text"] and notice.body["metadata"]["notice"] is True
    assert unseal(notice.target) == "web-1"
    with pytest.raises(HandoffError, match="已经有同事"):
        await talks.take(talk_id, WANG, NOW)
    assert len(await told(database)) == 1


async def test_two_agents_at_once_one_notice(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    results = await asyncio.gather(*(talks.take(talk_id, one, NOW) for one in (LI, WANG)), return_exceptions=True)
    assert sum(isinstance(result, HandoffError) for result in results) == 1
    assert len(await told(database)) == 1


async def test_a_line_is_stored_and_on_its_way_or_neither(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    assert await talks.reply(talk_id, LI, " 您好 ", "key-1", NOW)
    assert not await talks.reply(talk_id, LI, "您好", "key-1", NOW)
    with pytest.raises(HandoffError):
        await talks.reply(talk_id, WANG, "我来", "key-2", NOW)
    with pytest.raises(HandoffError):
        await talks.reply(talk_id, LI, " ", "key-3", NOW)
    lines = await HandoffService(database).lines(talk_id)
    notice, line = await told(database)
    assert [one.text for one in lines] == ["您好"] == [line.body["text"]]
    assert line.body["metadata"]["agent"] == "李敏"
    assert line.lane == notice.lane  # in the order in which they were said


async def test_closing_brings_the_bot_back_and_asks_for_a_rating(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    assert await talks.close(talk_id, LI, now=NOW) is None
    slot, *matter, said = (await told(database))[-1].body
    assert slot == {"event": "slot", "name": "handoff", "value": False}
    assert {"event": "slot", "name": "faq_id", "value": None} in matter, "好的 is no word on the bot's old answer"
    assert [button["title"] for button in said["data"]["buttons"]] == list("12345")
    assert (await handoff(database, talk_id)).ending == Ending.AGENT.value
    with pytest.raises(HandoffError, match="已经结束"):
        await talks.close(talk_id, LI, now=NOW)


async def test_closing_with_a_ticket_keeps_what_was_said_and_the_summary(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await HandoffService(database).say("web-1", "订单号 88", "m1", NOW)
    await talks.take(talk_id, LI, NOW)
    await talks.reply(talk_id, LI, "我去查", "k", NOW)
    number = await talks.close(talk_id, LI, "银行在处理，周五回访", follow_up=True, now=NOW)
    assert number and number in (await told(database))[-1].body[-1]["text"]
    ticket = await TicketService(database).get(number)
    assert ticket is not None and ticket.intent == "refund_arrival" and ticket.amount == 350
    assert [line["text"] for line in ticket.transcript] == ["订单号 88", "我去查"]
    assert [(said.kind, said.text) for said in await TicketMessages(database).of(number)] == [
        ("note", "银行在处理，周五回访")
    ]
    assert (await handoff(database, talk_id)).ticket_id == number


@pytest.mark.parametrize("ends", ["agent", "sweep"])
async def test_what_is_said_while_a_talk_is_being_ended_is_in_its_ticket(
    database: Database, talks: Talks, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    talk_id = await ask(database)
    handoffs = HandoffService(database)
    await talks.take(talk_id, LI, NOW)
    await handoffs.say("web-1", "订单号 88", "m1", NOW + MINUTE)
    leave = Talks._leave_ticket

    async def slowly(self: Talks, *arguments: Any, **named: Any) -> Ticket:
        ticket = await leave(self, *arguments, **named)
        assert await handoffs.say("web-1", "还有，我的卡也丢了", "m2", NOW + 2 * MINUTE)
        return ticket

    monkeypatch.setattr(Talks, "_leave_ticket", slowly)
    if ends == "agent":
        await talks.close(talk_id, LI, follow_up=True, now=NOW + 3 * MINUTE)
    else:
        assert await talks.sweep(NOW + 12 * MINUTE) == 1
    [ticket] = await TicketService(database).queue()
    assert [line["text"] for line in ticket.transcript] == ["订单号 88"]
    [late] = await TicketMessages(database).of(ticket.id)
    assert (late.kind, late.text, late.at) == ("customer", "还有，我的卡也丢了", NOW + 2 * MINUTE)


async def test_what_is_said_after_a_process_has_died_in_ending_a_talk_is_in_its_ticket(
    database: Database, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk_id = await ask(database)
    with monkeypatch.context() as patch:
        patch.setattr(HandoffService, "end_overdue", None)  # the ticket is there, the end is not
        assert await talks.sweep(NOW + 4 * MINUTE) == 0
    await HandoffService(database).say("web-1", "还在吗", "m1", NOW + 4 * MINUTE)
    assert await talks.sweep(NOW + 5 * MINUTE) == 1
    [ticket] = await TicketService(database).queue()
    assert (await handoff(database, talk_id)).ticket_id == ticket.id
    assert [said.text for said in await TicketMessages(database).of(ticket.id)] == ["还在吗"]


async def test_a_summary_without_a_ticket_is_refused_not_lost(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    with pytest.raises(HandoffError, match="小结"):
        await talks.close(talk_id, LI, "要回访", now=NOW)
    assert (await handoff(database, talk_id)).state == State.ACTIVE.value


async def test_another_agents_talk_can_not_be_closed_and_leaves_no_ticket(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    with pytest.raises(HandoffError):
        await talks.close(talk_id, WANG, "x", follow_up=True, now=NOW)
    assert await TicketService(database).queue() == []


async def test_whom_nobody_takes_gets_a_ticket_and_the_bot(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    assert await talks.sweep(NOW + 2 * MINUTE) == 0
    assert await talks.sweep(NOW + 4 * MINUTE) == 1
    assert await talks.sweep(NOW + 5 * MINUTE) == 0
    [ticket] = await TicketService(database).queue()
    [delivery] = await told(database)
    assert {"event": "slot", "name": "handoff", "value": False} in delivery.body
    assert {"event": "slot", "name": "ticket_id", "value": ticket.id} in delivery.body
    assert ticket.id in delivery.body[-1]["text"]
    assert ticket.description == "退款没到"
    assert (await handoff(database, talk_id)).ending == Ending.UNTAKEN.value


async def test_a_bound_customers_ticket_is_the_websites(database: Database, talks: Talks) -> None:
    bindings = Bindings(database)
    assert await bindings.redeem("wx-post-1", "post", (await bindings.new_code("web-1", "post")).text) is Outcome.BOUND
    await ask(database, "wx-post-1")
    assert await talks.sweep(NOW + 4 * MINUTE) == 1
    [ticket], [delivery] = await TicketService(database).queue(), await told(database)
    assert unseal(ticket.customer_sealed) == "web-1"
    assert unseal(delivery.target) == "wx-post-1", "where the talk was"


async def test_sweepers_in_many_processes_make_one_ticket_and_one_message(database: Database) -> None:
    await ask(database)
    sweepers = [Talks(database, wait=180, silence=600) for _ in range(4)]
    ended = await asyncio.gather(*(one.sweep(NOW + 4 * MINUTE) for one in sweepers))
    assert sum(ended) == 1
    assert len(await TicketService(database).queue()) == 1
    assert len(await told(database)) == 1


async def test_an_agent_who_stays_silent_is_replaced_by_the_bot(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    await HandoffService(database).say("web-1", "在吗", "m1", NOW + MINUTE)
    assert await talks.sweep(NOW + 9 * MINUTE) == 0
    assert await talks.sweep(NOW + 12 * MINUTE) == 1
    assert (await handoff(database, talk_id)).ending == Ending.SILENT.value
    with pytest.raises(HandoffError, match="已经结束"):
        await talks.reply(talk_id, LI, "来了", "k", NOW + 13 * MINUTE)


async def test_silence_counts_from_the_customers_unanswered_word(database: Database, talks: Talks) -> None:
    talk_id = await ask(database)
    await talks.take(talk_id, LI, NOW)
    await talks.reply(talk_id, LI, "请找一下订单号", "k", NOW + MINUTE)
    asked = NOW + 12 * MINUTE  # the customer has looked for it that long
    await HandoffService(database).say("web-1", "找到了，88", "m1", asked)
    assert await talks.sweep(asked + timedelta(seconds=1)) == 0
    await HandoffService(database).say("web-1", "在吗", "m2", asked + 9 * MINUTE)
    assert await talks.sweep(asked + 10 * MINUTE) == 0
    assert await talks.sweep(asked + 10 * MINUTE + timedelta(seconds=1)) == 1
    assert (await handoff(database, talk_id)).ending == Ending.SILENT.value


async def test_a_talk_about_a_ticket_goes_on_in_that_ticket(database: Database, talks: Talks) -> None:
    new = NewTicket("post", "website", "web-1", "complaint", "打不通电话", "k1")
    number = (await TicketService(database).open(new, NOW)).ticket.id
    await ask(database, ticket_id=number)
    assert await talks.sweep(NOW + 4 * MINUTE) == 1
    assert [ticket.id for ticket in await TicketService(database).queue()] == [number]
    assert number in (await told(database))[-1].body[-1]["text"]


async def test_a_ticket_that_is_over_does_not_hold_a_new_matter(database: Database, talks: Talks) -> None:
    new = NewTicket("post", "website", "web-1", "complaint", "打不通电话", "k1")
    old = (await TicketService(database).open(new, NOW - timedelta(days=30))).ticket.id
    await TicketWork(database).move(old, Status.CLOSED, "user:li", NOW - timedelta(days=20))
    talk_id = await ask(database, ticket_id=old)  # the slot still holds its number
    assert await talks.sweep(NOW + 4 * MINUTE) == 1
    [ticket] = await TicketService(database).queue()
    assert ticket.id != old and ticket.id in (await told(database))[-1].body[-1]["text"]
    assert (await handoff(database, talk_id)).ticket_id == ticket.id


async def test_one_talk_that_can_not_be_ended_does_not_hold_up_the_others(
    database: Database, talks: Talks, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = await ask(database, "web-1"), await ask(database, "web-2")
    async with database.write() as session:
        (await session.get(Handoff, broken)).conversation_sealed = "sealed with a key that is gone"
    assert await talks.sweep(NOW + 4 * MINUTE) == 1
    assert (await handoff(database, fine)).state == State.CLOSED.value
    assert f"talk {broken}" in caplog.text
