"""How a ticket reads in the talk, with the button by which a customer adds to it."""

import json
from datetime import datetime, timezone

from actions.buttons import Button
from actions.turn import Turn
from kefu.channels.binding import conversations_of
from kefu.database import database
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.desk.tickets import TicketService
from kefu.show import show_moment, show_status
from kefu.topics import title


def add_to(ticket: Ticket) -> Button:
    """The button by which a customer adds to a ticket; a finished one is opened again by that."""
    words = "补充情况" if Status(ticket.status).is_active else "还没解决"
    return {"title": words, "payload": "/add_to_ticket" + json.dumps({"ticket_id": ticket.id})}


def status_line(ticket: Ticket) -> str:
    """Number, matter, status, and by when somebody calls where nobody has yet."""
    about = f"{title(ticket.intent)}，{show_moment(ticket.created_at)}登记"
    head = f"工单 {ticket.id}（{about}）：{show_status(ticket.status)}"
    waits = ticket.status in (Status.OPEN, Status.REOPENED) and ticket.sla_due > datetime.now(timezone.utc)
    return f"{head}，最晚{show_moment(ticket.sla_due)}联系您。" if waits else f"{head}。"


async def tickets_of(turn: Turn, limit: int = 3) -> list[Ticket]:
    """The customer's latest tickets, newest first: on one channel, and on those that are bound to it."""
    service = TicketService(database())
    customers = await conversations_of(turn.conversation)
    found = [ticket for one in customers for ticket in await service.of_customer(turn.brand.id, one, limit)]
    return sorted(found, key=lambda ticket: ticket.created_at, reverse=True)[:limit]
