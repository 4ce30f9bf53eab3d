"""How values read to people in Chinese: moments, times, amounts, statuses."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

CHINA = timezone(timedelta(hours=8))
SKIPPED = "未提供"
EMPTY_MESSAGE = "(空消息)"
PICTURE_MESSAGE = "(图片)"

_FACTS = {"time": "时间", "amount": "金额", "order_id": "订单号", "phone": "手机号", "bank": "银行"}
_FOR_CUSTOMERS = {
    "open": "已登记，等客服处理",
    "assigned": "客服正在处理",
    "waiting_customer": "客服在等您补充信息",
    "resolved": "已处理完",
    "closed": "已关闭",
    "reopened": "重新打开，等客服处理",
}
_FOR_AGENTS = {
    "open": "待处理",
    "assigned": "处理中",
    "waiting_customer": "等客户",
    "resolved": "已解决",
    "closed": "已关闭",
    "reopened": "重新打开",
}


def show_moment(moment: datetime) -> str:
    """A moment as people in China read it."""
    local = moment.astimezone(CHINA)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def show_time(value: str | None) -> str:
    """An ISO time (day, or day and time), also with the part of the day, as people write it; other text as it is."""
    if not value:
        return SKIPPED
    known, part = split_time(value)
    if known is None:
        return value
    moment = datetime.fromisoformat(known)
    day = f"{moment.year}年{moment.month}月{moment.day}日{part}"
    return f"{day} {moment:%H:%M}" if "T" in known else day


def split_time(value: str | None) -> tuple[str | None, str]:
    """The ISO time in a value, and the part of the day beside it (2026-11-26 中午); None where it is words only."""
    known, _, part = (value or "").partition(" ")
    return (known, part) if is_time(known) else (None, "")


def is_time(value: str) -> bool:
    """Whether a text is an ISO day or time, not words."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def show_amount(value: str) -> str:
    """An amount with its unit; other text as it is."""
    amount = parse_amount(value)
    return value if amount is None else f"{amount:f}元"


def show_facts(facts: Mapping[str, str]) -> str:
    """Facts of a message in one line, as `金额350元，时间2026年11月22日`."""
    shown = {"time": show_time, "amount": show_amount}
    return "，".join(f"{_FACTS[name]}{shown.get(name, str)(value)}" for name, value in facts.items())


def parse_amount(value: str | None) -> Decimal | None:
    """The amount in yuan, None where the customer has not given a number."""
    try:
        amount = Decimal(value or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def show_status(status: str) -> str:
    """A ticket's status in the customer's words."""
    return _FOR_CUSTOMERS.get(status, status)


def status_for_agents(status: str) -> str:
    """A ticket's status in the console's words."""
    return _FOR_AGENTS.get(status, status)
