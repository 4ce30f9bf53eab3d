"""How the console words things: names of states, people, changes; each a Jinja2 filter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from kefu.brands import brand_or_default
from kefu.desk.models import Handoff, Ticket, TicketEvent
from kefu.desk.outbox.models import Delivery
from kefu.desk.sla import AT_RISK
from kefu.show import CHINA, SKIPPED, show_amount, show_facts, show_moment, show_time, status_for_agents
from kefu.topics import is_topic, title

CHANNELS = {"website": "网页", "wechat": "微信", "rest": "测试接口"}
REASONS = {
    "asked": "客户要求找人工",
    "emergency": "紧急情况",
    "unsolved": "机器人没解决",
    "gave_up": "机器人没听懂",
}
ENDINGS = {
    "agent": "客服已结束",
    "customer": "客户回到机器人",
    "untaken": "没人接，已转工单",
    "silent": "客服太久没回，已转工单",
}
MOVES = {
    "open": "放回待处理",
    "assigned": "继续处理",
    "waiting_customer": "等客户补充",
    "resolved": "已解决",
    "closed": "关闭",
    "reopened": "重新打开",
}
PRIORITIES = {"P1": "P1 紧急", "P2": "P2 高", "P3": "P3 普通", "P4": "P4 低"}
ROLES = {"agent": "客服", "trainer": "训练师", "operator": "运维", "admin": "管理员"}
SLOTS = {
    "amount": "金额",
    "time": "发生时间",
    "order_id": "订单号",
    "phone": "手机",
    "bank": "银行",
    "pay_channel": "付款方式",
    "failure_reason": "失败原因",
    "topic": "事情",
    "question": "客户问的",
    "ticket_id": "工单",
}
_NEAR = timedelta(hours=4)  # what is due sooner is told as what is left
_DAYS = {-1: "昨天", 0: "今天", 1: "明天"}
_EXCERPT = 120  # characters of a description in a list
_MOVES_OF_DIALOGUE = {
    "greet": "打招呼",
    "goodbye": "告别",
    "thank": "道谢",
    "affirm": "是",
    "deny": "否",
    "inform": "补充信息",
    "choose_faq": "点了一个问题",
    "none_of_these": "都不是",
    "open_ticket": "要登记",
    "rate": "打分",
    "menu": "看菜单",
    "cancel": "取消",
    "skip": "跳过",
    "bot_challenge": "问是不是机器人",
    "out_of_scope": "没听懂",
}


@dataclass(frozen=True)
class Due:
    """How a ticket stands against its due time: never told by colour alone."""

    text: str
    mark: str = ""  # overdue, soon
    kind: str = ""  # the tag's colour
    sign: str = ""


def due_state(ticket: Ticket, now: datetime | None = None) -> Due:
    """How long is left, or by how long the time is over; nothing to hurry where the customer does not wait."""
    moment = now or datetime.now(timezone.utc)
    if ticket.waiting_since is None:
        return Due("客户没在等")
    left = ticket.sla_due - moment
    if left < timedelta():
        return Due(f"超时 {span(-left)}", "overdue", "bad", "⚠")
    if left < AT_RISK:
        return Due(f"还剩 {span(left)}", "soon", "careful", "◷")
    return Due(f"还剩 {span(left)}" if left < _NEAR else f"{when(ticket.sla_due, moment)}前")


def when(moment: datetime, now: datetime | None = None) -> str:
    """A moment in China as people say it: 今天 14:37."""
    local, today = moment.astimezone(CHINA), (now or datetime.now(timezone.utc)).astimezone(CHINA).date()
    day = _DAYS.get((local.date() - today).days)
    return f"{day} {local:%H:%M}" if day else show_moment(moment)


def span(length: timedelta) -> str:
    """A length of time in its two largest useful parts at most."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return f"{max(0, int(length.total_seconds()))} 秒"
    if minutes < 60:
        return f"{minutes} 分钟"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} 小时 {rest} 分" if rest and hours < 6 else f"{hours} 小时"
    return f"{hours // 24} 天"


def since(moment: datetime, now: datetime | None = None) -> str:
    """How long ago something was."""
    return span((now or datetime.now(timezone.utc)) - moment)


def actor_name(actor: str, people: dict[str, str]) -> str:
    """Who did something: user:<name>, token:<name>, customer, system."""
    kind, _, name = actor.partition(":")
    if kind == "user":
        return people.get(name, name)
    return {"customer": "客户", "system": "系统", "token": f"程序 {name}"}.get(kind, actor)


def change_text(event: TicketEvent, people: dict[str, str]) -> str:
    """What a history event says happened."""
    data = event.data or {}
    worded: dict[str, Callable[[], str]] = {
        "created": lambda: "登记了工单",
        "appended": lambda: f"补充：{data.get('description') or ''}",
        "corrected": lambda: _corrected(data),
        "status": lambda: f"把状态从“{status_for_agents(data['from'])}”改成“{status_for_agents(data['to'])}”",
        "assignee": lambda: _handed(data.get("to"), event.actor, people),
        "priority": lambda: f"把优先级从 {data['from']} 改成 {data['to']}",
        "sla_missed": lambda: "过了最晚答复时间，客户还在等",
        "phone_seen": lambda: "看了完整手机号",
        "reply": lambda: "回复了客户",
        "customer": lambda: "客户补充了说明",
        "note": lambda: "记了内部备注",
        "merged": lambda: f"并入 {data.get('into', '')}",
        "absorbed": lambda: f"并进来 {data.get('ticket', '')}",
        "attachment": lambda: f"{'发给客户图片' if data.get('shown') else '加了图片'} {data.get('name', '')}",
    }
    return worded[event.kind]() if event.kind in worded else str(event.kind)


def _corrected(data: dict[str, list[str | None]]) -> str:
    """What the customer has put right: 更正：金额500元 → 300元."""
    before, after = ({name: change[place] or SKIPPED for name, change in data.items()} for place in (0, 1))
    return f"更正：{show_facts(before)} → {show_facts(after)}"


def _handed(to: str | None, actor: str, people: dict[str, str]) -> str:
    if actor == f"user:{to}":
        return "接了这张工单"
    return f"交给 {people.get(to, to)}" if to else "放回待办"


def slot_value(value: Any, name: str) -> str:
    """A slot's value as people read it."""
    text = str(value)
    if name == "amount":
        return show_amount(text)
    if name == "time":
        return show_time(text)
    return title(text) if name == "topic" else text


def owes_answer(talk: Handoff) -> bool:
    """Whether the customer has written last."""
    return bool(talk.customer_at and talk.agent_at and talk.customer_at > talk.agent_at)


def intent_or_move(intent: str) -> str:
    """What the bot understood, moves of the dialogue included."""
    return _MOVES_OF_DIALOGUE.get(intent) or (title(intent) if is_topic(intent) else intent)


def excerpt(text: str) -> str:
    """The start of a text, on one line."""
    line = " ".join(text[: _EXCERPT * 2].split())
    return line if len(line) <= _EXCERPT else f"{line[:_EXCERPT]}…"


def told(delivery: Delivery) -> str:
    """What a delivery says; of a webhook's only which event."""
    body = delivery.body
    events = body if isinstance(body, list) else [body]
    return "\n".join(str(one.get("text") or one.get("event") or "") for one in events if one.get("event") != "slot")


def _epoch(value: object) -> str:
    return show_moment(datetime.fromtimestamp(value, timezone.utc)) if isinstance(value, int | float) else ""


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": show_moment,
    "when": when,
    "clock": lambda moment: f"{moment.astimezone(CHINA):%H:%M}",
    "epoch": _epoch,
    "status": status_for_agents,
    "move": lambda status: MOVES.get(status, status),
    "intent": title,
    "intent_or_move": intent_or_move,
    "brand": lambda brand: brand_or_default(brand).name,
    "channel": lambda channel: CHANNELS.get(channel, channel),
    "reason": lambda reason: REASONS.get(reason, reason),
    "ending": lambda ending: ENDINGS.get(ending, "已结束"),
    "role": lambda role: ROLES.get(role, role),
    "slot": lambda name: SLOTS.get(name, name),
    "slot_value": slot_value,
    "since": since,
    "span": span,
    "due_state": due_state,
    "owes": owes_answer,
    "excerpt": excerpt,
    "told": told,
}
