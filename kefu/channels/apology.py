"""What a customer hears when a turn failed, and the ticket that keeps what was written."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from kefu.brands import DEFAULT_BRAND, brand_or_neutral
from kefu.channels.message import Inbound
from kefu.channels.prepare import Prepared
from kefu.conversations.log import messages
from kefu.desk.bound import customer_of
from kefu.desk.lifecycle import Priority
from kefu.desk.tickets import NewTicket, TicketService
from kefu.dialogue.emergency import find_emergency
from kefu.dialogue.transcript import LONGEST, faq_ids, transcript
from kefu.sealing import pseudonym
from kefu.topics import OTHER_MATTER

logger = logging.getLogger(__name__)

CUT_NOTICE = "这条消息有点长，我只看了前 {limit} 个字。如果要紧的在后面，请再发一次。"
APOLOGY = "抱歉，系统刚才出了点问题，没能回答您。已经替您记下，单号 {reference}，客服会跟进；着急的话请打 {hotline}。"
APOLOGY_MIDWAY = (
    "抱歉，系统刚才出了点问题，没能接着办。已经替您记下，单号 {reference}，客服会跟进；着急的话请打 {hotline}。"
)
APOLOGY_UNSTORED = (
    "抱歉，系统现在忙不过来，这条消息没能处理。请过几分钟再发一次；着急的话请打 {hotline}(编号 {reference})。"
)


async def apologise(
    tickets: TicketService, message: Inbound, prepared: Prepared, is_midway: bool = False
) -> list[dict[str, Any]]:
    """Say sorry, with the number of a ticket that holds what the customer wrote and the talk before; again is the same.

    Args:
        is_midway: something was said in this turn already, and then it went no further.
    """
    customer = await customer_of(tickets.database, message.conversation)
    known = await _talk(tickets, message.conversation)
    opened = await tickets.open(replace(_failure_ticket(message, prepared, customer), **known))
    words = APOLOGY_MIDWAY if is_midway else APOLOGY
    return [text_reply(message, words.format(reference=opened.ticket.id, hotline=_hotline(message)))]


def apology_unstored(message: Inbound) -> list[dict[str, Any]]:
    """Say sorry for a message that could not even be stored."""
    return [text_reply(message, APOLOGY_UNSTORED.format(reference=reference_of(message), hotline=_hotline(message)))]


def reference_of(message: Inbound) -> str:
    """What a customer can name such a message by: no two have the same; in the log, and in the ticket made later."""
    return pseudonym("reference", message.conversation, message.message_id)[:8]


def text_reply(message: Inbound, text: str) -> dict[str, Any]:
    """A reply of the door's own."""
    return {"recipient_id": message.conversation, "text": text}


def with_cut_notice(message: Inbound, replies: Sequence[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """The replies to a message of which only the first `limit` characters were read."""
    return [text_reply(message, CUT_NOTICE.format(limit=limit)), *replies]


async def _talk(tickets: TicketService, conversation: str) -> dict[str, Any]:
    """What a ticket holds of the talk before; nothing where that can't be read: the ticket matters more."""
    try:
        said = await tickets.database.quick_read(lambda cursor: messages(cursor, conversation, LONGEST))
        return {"transcript": transcript(said), "faq_ids": faq_ids(said)}
    except Exception as error:
        logger.warning("a ticket without the talk before: %s", type(error).__name__)
        return {}


def _failure_ticket(message: Inbound, prepared: Prepared, customer: str) -> NewTicket:
    """A ticket for a message that was not answered; an emergency stays one."""
    emergency = find_emergency(prepared.text)
    return NewTicket(
        brand=message.brand or DEFAULT_BRAND,
        channel=message.channel,
        customer=customer,
        intent=emergency.intent if emergency else OTHER_MATTER,
        description=f"系统故障时没能回答的消息：{prepared.original}",
        idempotency_key=f"failure:{message.conversation}:{message.message_id}",
        priority=Priority.P1 if emergency else Priority.P2,
        phone_sealed=prepared.sealed.get("phone"),
    )


def _hotline(message: Inbound) -> str:
    return brand_or_neutral(message.brand).hotline
