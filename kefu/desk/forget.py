"""Deleting all that is kept about a person, in one transaction, with a report of what it was."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.brands import brands
from kefu.database import Database
from kefu.desk.errors import Unacceptable, UnknownTicket
from kefu.desk.models import Attachment, Feedback, Ticket, TicketEvent, TicketMessage
from kefu.desk.other_tables import delete_where, tables
from kefu.desk.outbox.models import Delivery
from kefu.sealing import fingerprints, unseal

# Tables of other parts that hold conversations by id in clear, as far as this database has them.
BY_CONVERSATION = {
    "inbound_messages": ("conversation", "收到的消息"),
    "messages": ("conversation", "消息记录"),
    "uploads": ("conversation", "上传的图片"),
    "conversation_events": ("sender_id", "对话事件"),
    "conversation_states": ("sender_id", "对话状态"),
    "conversation_snapshots": ("sender_id", "对话快照"),
    "wechat_replies": ("conversation", "微信待发消息"),
    "wechat_media": ("conversation", "发到微信的图片"),
    "wechat_users": ("conversation", "微信用户"),
    "bindings": ("conversation", "微信绑定"),
    "binding_codes": ("conversation", "绑定码"),
    "binding_tries": ("conversation", "输错的绑定码"),
}
_HANDOFFS = ("handoffs", "customer_key", "转人工记录")

Report = dict[str, int]


@dataclass(frozen=True)
class Person:
    """Whom to forget; one of the three is known."""

    conversation: str | None = None
    ticket: str | None = None
    phone: str | None = None


async def forget(database: Database, person: Person) -> Report:
    """Delete a person's conversations, tickets (with messages, history, pictures), feedback and deliveries.

    A phone leads to its tickets, a ticket to its conversation, a conversation to the one that is bound to it
    and to all tickets of both.

    Returns:
        How many of what were deleted, by a name for operators.

    Raises:
        KeyError: there is no such ticket.
        Unacceptable: nothing names a person, or a ticket's conversation can't be opened.
    """
    async with database.write("forget") as session:
        named = await _named(session, person)
        conversations = await _with_bound(session, await _conversations(session, named, person))
        tickets = await _tickets_of(session, named, conversations)
        report = await _delete_tickets(session, tickets)
        report["评价"] = await delete_where(session, Feedback, Feedback.customer_key.in_(_customer_keys(conversations)))
        lanes = [f"customer:{key}" for one in conversations for key in fingerprints(one)]
        report["待发消息"] += await delete_where(session, Delivery, Delivery.lane.in_(lanes))
        report |= await _delete_elsewhere(session, conversations)
    database.wipe()
    return report


async def _named(session: AsyncSession, person: Person) -> list[Ticket]:
    if person.ticket:
        ticket = await session.get(Ticket, person.ticket)
        if ticket is None:
            raise UnknownTicket(person.ticket)
        return [ticket]
    if person.phone:
        query = select(Ticket).where(Ticket.phone_key.in_(fingerprints("phone", person.phone)))
        return list((await session.execute(query)).scalars())
    if not person.conversation:
        raise Unacceptable("要写明是谁：会话号、单号或手机号")
    return []


async def _conversations(session: AsyncSession, named: Collection[Ticket], person: Person) -> list[str]:
    opened = [(ticket.id, unseal(ticket.customer_sealed)) for ticket in named]
    lost = [ticket_id for ticket_id, conversation in opened if conversation is None]
    if lost:
        raise Unacceptable(f"打不开工单 {'、'.join(lost)} 的客户信息：请把当时的密钥放进 KEFU_OLD_SECRETS")
    found = {conversation for _, conversation in opened if conversation}
    return sorted(found | ({person.conversation} if person.conversation else set()))


async def _with_bound(session: AsyncSession, conversations: list[str]) -> list[str]:
    """Also those of the same customer on the other channel: WeChat's `conversation`, the website's `customer`."""
    bindings = (await tables(session, ["bindings"])).get("bindings")
    if bindings is None:
        return conversations
    wechat, website = bindings.c.conversation, bindings.c.customer
    query = select(wechat, website).where(wechat.in_(conversations) | website.in_(conversations))
    pairs = (await session.execute(query)).all()
    return sorted({*conversations, *(one for pair in pairs for one in pair)})


async def _tickets_of(session: AsyncSession, named: Collection[Ticket], conversations: list[str]) -> list[str]:
    query = select(Ticket.id).where(Ticket.customer_key.in_(_customer_keys(conversations)))
    return sorted({*(await session.execute(query)).scalars(), *(ticket.id for ticket in named)})


def _customer_keys(conversations: list[str]) -> list[str]:
    return list(chain.from_iterable(fingerprints(brand, one) for one in conversations for brand in brands()))


async def _delete_tickets(session: AsyncSession, tickets: list[str]) -> Report:
    """The parts first: their numbers belong into the report."""
    parts: dict[str, Any] = {"消息": TicketMessage, "图片": Attachment, "历史": TicketEvent, "待发消息": Delivery}
    report = {name: await delete_where(session, table, table.ticket_id.in_(tickets)) for name, table in parts.items()}
    gone = or_(Ticket.id.in_(tickets), Ticket.merged_into.in_(tickets))
    return {"工单": await delete_where(session, Ticket, gone), **report}


async def _delete_elsewhere(session: AsyncSession, conversations: list[str]) -> Report:
    wanted = {name: (column, label, conversations) for name, (column, label) in BY_CONVERSATION.items()}
    table, column, label = _HANDOFFS
    wanted[table] = (column, label, _customer_keys(conversations))
    report = {}
    for name, found in (await tables(session, wanted)).items():
        column, label, values = wanted[name]
        report[label] = await delete_where(session, found, found.c[column].in_(values))
    return report
