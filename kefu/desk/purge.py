"""Deleting by age: what ended long ago, what nobody needs any more."""

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import select

from kefu.database import Database
from kefu.desk.lifecycle import Status
from kefu.desk.models import Feedback, Handoff, Ticket
from kefu.desk.other_tables import delete_where, tables
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import State
from kefu.desk.people.sessions import Sessions
from kefu.desk.people.sign_in import SignIn

_DONE = [State.DELIVERED.value, State.GIVEN_UP.value]
# Tables of the channels and their moment; an unanswered message stays.
_BY_AGE = {
    "inbound_messages": ("answered_at", "收到的消息"),
    "messages": ("at", "消息记录"),
    "uploads": ("at", "上传的图片"),
    "wechat_users": ("seen_at", "微信用户"),
}


async def purge(database: Database, before: datetime) -> dict[str, int]:
    """Delete what ended before a moment; tickets and talks that are not closed stay whatever their age."""
    over = (Ticket.status == Status.CLOSED.value, Ticket.resolved_at < before)
    async with database.write("purge") as session:
        wanted: list[tuple[str, Any, Any]] = [
            ("评价", Feedback, Feedback.at < before),
            ("已发消息", Delivery, Delivery.state.in_(_DONE) & (Delivery.created_at < before)),
            ("转人工记录", Handoff, Handoff.closed_at < before),  # with its lines
            ("工单", Ticket, Ticket.id.in_(select(Ticket.id).where(*over))),
        ]
        found = await tables(session, _BY_AGE)
        for name, (column, label) in _BY_AGE.items():
            if name in found:
                wanted.append((label, found[name], found[name].c[column] < before))
        report = {label: await delete_where(session, table, condition) for label, table, condition in wanted}
    report["过期登录"] = await Sessions(database).purge(datetime.now(timezone.utc))
    report["登录尝试"] = await SignIn(database).purge(before)
    return report
