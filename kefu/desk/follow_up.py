"""What a customer hears when something happens to a ticket: short, with the number and what comes next."""

import json
from dataclasses import dataclass
from datetime import datetime, timezone

from kefu.brands import brand_or_default
from kefu.desk.lifecycle import Status
from kefu.desk.models import Ticket
from kefu.show import show_moment
from kefu.topics import title

Button = dict[str, str]

_STARS = "12345"


@dataclass(frozen=True)
class Change:
    """What happened: a move from one status to another (`note`: the agent's words on it), or an agent's reply."""

    to: Status | None = None
    before: Status | None = None
    note: str = ""
    reply: str = ""


@dataclass(frozen=True)
class FollowUp:
    """A message to the customer; payloads are intent commands, sealed by the channel that shows them."""

    text: str
    buttons: list[Button]


def follow_up(ticket: Ticket, change: Change, now: datetime | None = None) -> FollowUp | None:
    """The message for a change, for the customer's last channel; None where there is nothing to tell.

    Nothing is told of a ticket that goes back to the queue, or is closed after it was resolved.
    """
    if change.reply:
        return FollowUp(f"{_head(ticket)}客服回复：\n{change.reply}", [_add(ticket)])
    if change.to is Status.ASSIGNED:
        return FollowUp(f"{_head(ticket)}已经有同事在处理了。{_promise(ticket, now)}", [_add(ticket)])
    if change.to is Status.WAITING_CUSTOMER:
        wanted = change.note or "处理的同事需要您再说明一下情况。"
        return FollowUp(f"{_head(ticket)}还差一点信息：\n{wanted}\n点“补充情况”写给我，马上转给他。", [_add(ticket)])
    if change.to is Status.RESOLVED:
        return _resolved(ticket, change.note)
    if change.to is Status.REOPENED:
        return FollowUp(f"{_head(ticket)}已经重新打开，同事会接着处理。{_hurry(ticket)}", [_add(ticket)])
    if change.to is Status.CLOSED and change.before is not Status.RESOLVED:
        text = f"{_head(ticket)}已经关闭。{_note(change.note)}还有没办好的，点“还没解决”。"
        return FollowUp(text, [_unsolved(ticket)])
    return None


def rating_buttons(ticket_id: str | None = None) -> list[Button]:
    """1–5; a rating of a ticket carries its number."""
    about = {"ticket_id": ticket_id} if ticket_id else {}
    return [{"title": stars, "payload": f"/rate{json.dumps({'stars': stars, **about})}"} for stars in _STARS]


def _resolved(ticket: Ticket, note: str) -> FollowUp:
    text = (
        f"{_head(ticket)}处理完了。{_note(note)}\n没办好就点“还没解决”，我们接着办。\n"
        "办好了，方便的话给这次处理打个分（1 最差，5 最好），不打也没关系。"
    )
    return FollowUp(text, [*rating_buttons(str(ticket.id)), _unsolved(ticket)])


def _head(ticket: Ticket) -> str:
    return f"您的工单 {ticket.id}（{title(str(ticket.intent))}）"


def _note(note: str) -> str:
    return f"\n客服留言：{note}\n" if note else ""


def _promise(ticket: Ticket, now: datetime | None) -> str:
    if ticket.sla_due <= (now or datetime.now(timezone.utc)):
        return _hurry(ticket)
    return f"{show_moment(ticket.sla_due)}前给您答复，就发在这里。"


def _hurry(ticket: Ticket) -> str:
    return f"有进展就发在这里；着急请打 {brand_or_default(ticket.brand).hotline}。"


def _add(ticket: Ticket) -> Button:
    return {"title": "补充情况", "payload": f"/add_to_ticket{json.dumps({'ticket_id': ticket.id})}"}


def _unsolved(ticket: Ticket) -> Button:
    return {"title": "还没解决", "payload": f"/add_to_ticket{json.dumps({'ticket_id': ticket.id})}"}
