"""Tickets for a spreadsheet or another system: masked texts only, nothing sealed."""

import json
from collections.abc import AsyncIterator
from datetime import datetime

from kefu.database import Database
from kefu.desk.models import Ticket
from kefu.desk.search import TicketSearch, Wanted
from kefu.desk.spreadsheet import to_csv
from kefu.show import CHINA, status_for_agents
from kefu.topics import title

Row = dict[str, str]


async def exported(database: Database, kind: str, since: datetime | None = None) -> str:
    """All tickets (registered since a moment), newest first, as `csv` or `json`."""
    wanted = Wanted(statuses=(), created_from=since, newest_first=True)
    rows = [row async for row in rows_of(database, wanted)]
    return _csv(rows) if kind == "csv" else json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


async def rows_of(database: Database, wanted: Wanted) -> AsyncIterator[Row]:
    """The tickets that are wanted, one by one, as people read them."""
    cursor = None
    while True:
        page = await TicketSearch(database).find(wanted, cursor, 200)
        for ticket in page.tickets:
            yield _row(ticket)
        cursor = page.next
        if cursor is None:
            return


def _csv(rows: list[Row]) -> str:
    return to_csv(list(rows[0]), [list(row.values()) for row in rows]).decode("utf-8-sig") if rows else ""


def _row(ticket: Ticket) -> Row:
    return {
        "单号": ticket.id,
        "品牌": ticket.brand,
        "渠道": ticket.channel,
        "事情": title(ticket.intent),
        "优先级": ticket.priority,
        "状态": status_for_agents(ticket.status),
        "客服": ticket.assignee or "",
        "并入": ticket.merged_into or "",
        "金额": str(ticket.amount) if ticket.amount is not None else "",
        "时间": ticket.time or "",
        "订单号": ticket.order_id or "",
        "手机号": ticket.phone or "",
        "经过": ticket.description,
        "登记": _moment(ticket.created_at),
        "最晚答复": _moment(ticket.sla_due),
        "首次答复": _moment(ticket.first_response_at),
        "结束": _moment(ticket.resolved_at),
        "超时": "是" if ticket.sla_missed else "",
    }


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M}" if moment else ""
