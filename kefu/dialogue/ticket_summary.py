"""How a ticket reads to the customer before it is sent."""

from collections.abc import Mapping
from typing import Any

from kefu.show import show_amount, show_time
from kefu.topics import title


def summary(slots: Mapping[str, Any]) -> str:
    """What will be sent, for the customer to check; personal data is masked already."""
    lines = [
        f"事情：{title(slots.get('topic') or '')}",
        f"经过：{slots.get('description')}",
        f"补充：{slots['extra']}" if slots.get("extra") else "",
        f"时间：{show_time(slots.get('time'))}",
        f"金额：{show_amount(slots['amount'])}" if slots.get("amount") else "",
        f"订单号：{slots['order_id']}" if slots.get("order_id") else "",
        f"手机号：{slots.get('phone')}",
    ]
    return "请核对一下：\n" + "\n".join(filter(None, lines)) + "\n对的话点“确认提交”；哪里不对，直接告诉我。"
