"""Talks between agents and customers: what an agent does reaches the customer, and nobody is forgotten.

Every step stores the handoff's change and what the customer is told in one transaction; the outbox brings it there.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.brands import brand_or_default
from kefu.database import Database
from kefu.desk.bound import customer_of
from kefu.desk.handoffs import Ending, HandoffError, HandoffService, taking
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.models import Handoff, HandoffLine, Ticket
from kefu.desk.outbox.customers import push, push_id
from kefu.desk.ticket_messages import LONGEST, TicketMessages, hear
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.visible import visible
from kefu.sealing import unseal
from kefu.show import parse_amount, show_moment
from kefu.text import mask

logger = logging.getLogger(__name__)

_MATTER = ("faq_id", "topic", "question", "guide", "tried", "asks")  # what the bot had talked about before
_BACK_TO_BOT = {"handoff": False, **dict.fromkeys(_MATTER)}
_STARS = "12345"

TAKEN = "客服{agent}来了，请直接说。"
_RATE = "方便的话给刚才的服务打个分（1 最差，5 最好），不打也没关系。"
ENDED = f"人工服务结束了，有别的事随时问我。{_RATE}"
ENDED_WITH_TICKET = f"人工服务先到这里，事情我们接着办，单号 {{ticket}}，有结果就发在这里。{_RATE}"
_INSTEAD = "着急请打 {hotline}。现在由我接着帮您。"
UNTAKEN = f"抱歉，客服还在忙，没能马上接。事情已经登记好了，单号 {{ticket}}，{{due}}前给您答复。{_INSTEAD}"
SILENT = f"抱歉，客服暂时没有回复。事情已经登记好了，单号 {{ticket}}，同事会接着办，有结果就发在这里。{_INSTEAD}"


@dataclass(frozen=True)
class Agent:
    """Who talks: the name in the history, the name that customers see, and how many talks at once."""

    name: str
    display: str
    capacity: int


class Talks:
    """Live conversations of agents with customers, over a database."""

    def __init__(self, database: Database, wait: float, silence: float) -> None:
        """Talks over a database.

        Args:
            wait: seconds after which a customer whom nobody has taken gets a ticket instead.
            silence: seconds for which an agent may owe an answer before the bot is back.
        """
        self._database = database
        self._handoffs = HandoffService(database)
        self._tickets = TicketService(database)
        self._messages = TicketMessages(database)
        self._wait, self._silence = timedelta(seconds=wait), timedelta(seconds=silence)

    async def take(self, talk_id: int, agent: Agent, now: datetime | None = None) -> Handoff:
        """Take a waiting customer over, and say who is there; raises as `HandoffService.take_over`."""
        moment = now or _now()
        async with self._database.write(*taking(talk_id, agent.name)) as session:
            talk = await self._handoffs.take_over(session, talk_id, agent.name, agent.capacity, moment)
            await _tell(session, talk, "taken", TAKEN.format(agent=agent.display), moment)
            return talk

    async def reply(self, talk_id: int, agent: Agent, text: str, key: str, now: datetime | None = None) -> bool:
        """Say something to the customer; False where a line with this key was said before.

        Raises:
            KeyError: there is no such talk.
            HandoffError: it is not this agent's, it is over, or the text is empty or too long.
        """
        moment = now or _now()
        async with self._database.write(f"handoff-id:{talk_id}") as session:
            talk = await self._handoffs.reply(session, talk_id, agent.name, text, key, moment)
            if talk is None:
                return False
            said = {"agent": agent.display, **_about(talk)}
            await push(session, _conversation(talk), _unique(talk, key), visible(text), said, moment, talk.ticket_id)
            return True

    async def close(
        self, talk_id: int, agent: Agent, summary: str = "", follow_up: bool = False, now: datetime | None = None
    ) -> str | None:
        """End a talk: the bot is back and asks for a rating; returns the number of the ticket that is left.

        Args:
            summary: a note for the staff on the talk's ticket; without a ticket it needs `follow_up`.
            follow_up: whether the matter goes on in a ticket.

        Raises:
            KeyError: there is no such talk.
            HandoffError: it is not this agent's, it is over, or a summary has no ticket to go to.
        """
        moment, note = now or _now(), summary.strip()
        talk = await self._mine(talk_id, agent)
        if note and not (follow_up or talk.ticket_id):
            raise HandoffError("小结要写进工单：请勾选“开一张工单跟进”，或者不写小结")
        ticket = None
        if follow_up or note:
            ticket = await self._leave_ticket(talk, note, f"user:{agent.name}", moment, follow_up)
        goes_on = str(ticket.id) if ticket and follow_up else None
        async with self._database.write(f"handoff-id:{talk_id}") as session:
            talk = await self._handoffs.close(session, talk_id, agent.name, moment)
            if ticket:
                await _add_late(session, talk, ticket)
                talk.ticket_id = ticket.id
            text = ENDED_WITH_TICKET.format(ticket=goes_on) if goes_on else ENDED
            await _tell(session, talk, "ended", text, moment, _BACK_TO_BOT, _stars())
        return goes_on

    async def sweep(self, now: datetime | None = None) -> int:
        """End what waits or is silent for too long, each with a ticket and word to the customer; returns how many.

        The ticket comes first and is the same however often this is repeated: a process that dies between the two
        leaves a ticket too many in the worst case, never a customer too few.
        """
        moment, ended = now or _now(), 0
        for talk in await self._handoffs.overdue(self._wait, self._silence, moment):
            try:
                ended += await self._end(talk, moment)
            except Exception:
                logger.exception("talk %s can't be ended", talk.id)
        return ended

    async def _end(self, talk: Handoff, now: datetime) -> int:
        ticket = await self._leave_ticket(talk, "", "system", now)
        async with self._database.write(f"handoff-id:{talk.id}") as session:
            found = await self._handoffs.end_overdue(session, self._wait, self._silence, now, only=talk.id)
            for over in found:
                await _add_late(session, over, ticket)
                over.ticket_id = ticket.id
                text = (UNTAKEN if over.ending == Ending.UNTAKEN.value else SILENT).format(
                    ticket=ticket.id,
                    due=show_moment((await _ticket(session, ticket.id)).sla_due),
                    hotline=brand_or_default(over.brand).hotline,
                )
                await _tell(session, over, "ended", text, now, {**_BACK_TO_BOT, "ticket_id": ticket.id})
            return len(found)

    async def _mine(self, talk_id: int, agent: Agent) -> Handoff:
        async with self._database.write(f"handoff-id:{talk_id}") as session:
            return await self._handoffs.owned(session, talk_id, agent.name)

    async def _leave_ticket(self, talk: Handoff, note: str, actor: str, now: datetime, goes_on: bool = True) -> Ticket:
        """The talk's ticket, with the note added once.

        Args:
            goes_on: whether the matter does: then a ticket that is over will not do, and a new one is opened.
        """
        ticket = await self._tickets.get(talk.ticket_id) if talk.ticket_id else None
        if ticket is None or (goes_on and not Status(ticket.status).is_active):
            lines = [_in_transcript(line) for line in await self._handoffs.lines(talk.id)]
            customer = await customer_of(self._database, _conversation(talk))
            ticket = (await self._tickets.open(new_ticket(talk, lines, customer), now, actor)).ticket
        if note:
            await self._messages.note(ticket.id, note, actor, f"talk:{talk.id}", now)
        return ticket


async def _add_late(session: AsyncSession, talk: Handoff, ticket: Ticket) -> None:
    """Add to the ticket that a talk has opened what the customer said after that, while the talk was being ended.

    A ticket that was there before holds nothing of the talk, which is shown beside it.
    """
    if ticket.id == talk.ticket_id or not Status(ticket.status).is_active:
        return
    query = select(HandoffLine).where(HandoffLine.handoff_id == talk.id, HandoffLine.who == "customer")
    for line in (await session.execute(query.order_by(HandoffLine.id))).scalars().all():
        if _in_transcript(line) not in ticket.transcript and line.text.strip():
            await hear(session, ticket.id, line.text[:LONGEST], f"talk:{talk.id}:{line.id}", line.at)


def _in_transcript(line: HandoffLine) -> dict[str, Any]:
    return {"who": line.who, "text": line.text, "at": line.at.timestamp()}


def new_ticket(talk: Handoff, lines: list[dict[str, Any]], customer: str) -> NewTicket:
    """A customer's ticket from what a talk's packet and lines hold; the texts were masked at the door."""
    packet = talk.packet or {}
    slots: dict[str, Any] = packet.get("slots") or {}
    written = [line["text"] for line in lines if line["who"] == "customer"]
    parts = filter(None, (slots.get("question"), *written))
    return NewTicket(
        brand=talk.brand,
        channel=talk.channel,
        customer=customer,
        intent=talk.topic,
        description=mask("\n".join(parts)[:_LONGEST_DESCRIPTION] or "客户要找人工，没有留言"),
        idempotency_key=f"talk:{talk.id}",
        priority=Priority.P1 if talk.urgent else None,
        amount=parse_amount(slots.get("amount")),
        time=slots.get("time"),
        order_id=slots.get("order_id"),
        transcript=[*(packet.get("transcript") or ()), *lines],
        faq_ids=packet.get("faq_ids") or (),
    )


_LONGEST_DESCRIPTION = 2000  # characters


def push_key(talk: Handoff, key: str) -> str:
    """The outbox's key of something said in a talk."""
    return push_id(_unique(talk, key))


def _unique(talk: Handoff, key: str) -> str:
    return f"talk:{talk.id}:{key}"


async def _tell(
    session: AsyncSession,
    talk: Handoff,
    key: str,
    text: str,
    now: datetime,
    slots: dict[str, Any] | None = None,
    buttons: list[dict[str, str]] | None = None,
) -> None:
    """A notice to the customer, within the caller's transaction."""
    metadata = {"notice": True, **_about(talk)}
    conversation, unique = _conversation(talk), _unique(talk, key)
    await push(session, conversation, unique, text, metadata, now, talk.ticket_id, buttons, slots=slots)


def _about(talk: Handoff) -> dict[str, Any]:
    return {"talk": talk.id}


def _stars() -> list[dict[str, str]]:
    return [{"title": stars, "payload": f'/rate{{"stars": "{stars}"}}'} for stars in _STARS]


def _conversation(talk: Handoff) -> str:
    conversation = unseal(talk.conversation_sealed)
    if conversation is None:
        raise HandoffError("这个对话的客户信息打不开：当时的密钥已经不在了")
    return conversation


async def _ticket(session: AsyncSession, ticket_id: str) -> Ticket:
    found: Ticket = (await session.execute(select(Ticket).where(Ticket.id == ticket_id))).scalar_one()
    return found


def _now() -> datetime:
    return datetime.now(timezone.utc)
