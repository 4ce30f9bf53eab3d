"""Tickets for a spreadsheet or another system: masked texts only, nothing sealed."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from kefu.database import Database
from kefu.desk.models import Ticket
from kefu.desk.search import TicketSearch, Wanted
from kefu.desk.spreadsheet import to_csv
from kefu.show import CHINA, status_for_agents
from kefu.topics import title

Row = dict[str, str]


async def exported(database: Database, kind: str, since: datetime | None = None) -> bytes:
    """All tickets (registered since a moment), newest first, as `csv` (for spreadsheets) or `json`."""
    wanted = Wanted(statuses=(), created_from=since, newest_first=True)
    rows = [row async for row in rows_of(database, wanted)]
    if kind == "csv":
        return to_csv(list(_COLUMNS), (list(row.values()) for row in rows))
    return (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode()


async def rows_of(database: Database, wanted: Wanted) -> AsyncIterator[Row]:
    """The tickets that are wanted, one by one, as people read them."""
    cursor = None
    while True:
        page = await TicketSearch(database).find(wanted, cursor, 200)
        for ticket in page.tickets:
            yield {name: read(ticket) for name, read in _COLUMNS.items()}
        cursor = page.next
        if cursor is None:
            return


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""


_COLUMNS: dict[str, Callable[[Ticket], str]] = {
    "单号": lambda ticket: ticket.id,
    "品牌": lambda ticket: ticket.brand,
    "渠道": lambda ticket: ticket.channel,
    "事情": lambda ticket: title(ticket.intent),
    "优先级": lambda ticket: ticket.priority,
    "状态": lambda ticket: status_for_agents(ticket.status),
    "客服": lambda ticket: ticket.assignee or "",
    "并入": lambda ticket: ticket.merged_into or "",
    "金额": lambda ticket: str(ticket.amount) if ticket.amount is not None else "",
    "时间": lambda ticket: ticket.time or "",
    "订单号": lambda ticket: ticket.order_id or "",
    "手机号": lambda ticket: ticket.phone or "",
    "经过": lambda ticket: ticket.description,
    "登记": lambda ticket: _moment(ticket.created_at),
    "最晚答复": lambda ticket: _moment(ticket.sla_due),
    "首次答复": lambda ticket: _moment(ticket.first_response_at),
    "结束": lambda ticket: _moment(ticket.resolved_at),
    "超时": lambda ticket: "是" if ticket.sla_missed else "",
}
