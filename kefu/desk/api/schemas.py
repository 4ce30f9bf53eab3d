"""What the API takes and gives."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from pydantic import BaseModel, Field, validator

from kefu.desk.lifecycle import Priority, Status
from kefu.desk.ticket_messages import LONGEST, MessageKind

_TICKET = {
    "id": "KF7K3M9QXT2B",
    "brand": "post",
    "channel": "website",
    "intent": "refund_arrival",
    "priority": "P2",
    "status": "assigned",
    "assignee": "li",
    "merged_into": None,
    "amount": "350.00",
    "time": "2026-11-22T15:00",
    "order_id": "2026112200017",
    "phone": "138****5678",
    "description": "昨天下午扫码付款扣了 350 元，商家说没收到",
    "faq_ids": ["wrong_charge.paid_but_no_order"],
    "sla_due": "2026-11-23T06:30:00+00:00",
    "waiting_since": "2026-11-23T02:30:00+00:00",
    "first_response_at": None,
    "resolved_at": None,
    "sla_missed": False,
    "created_at": "2026-11-23T02:30:00+00:00",
    "updated_at": "2026-11-23T02:41:00+00:00",
    "version": 2,
}


class _Shown(BaseModel):
    """Says in OpenAPI what pydantic 1 leaves out: which values may be null, and an example."""

    example: ClassVar[dict[str, Any]] = {}

    class Config:
        orm_mode = True

        @staticmethod
        def schema_extra(schema: dict[str, Any], model: type["_Shown"]) -> None:
            """Complete a model's schema."""
            for field in model.__fields__.values():
                if field.allow_none:
                    described = schema["properties"][field.alias]
                    schema["properties"][field.alias] = {"anyOf": [described, {"type": "null"}]}
            if model.example:
                schema["example"] = model.example


class _Taken(_Shown):
    """What callers send: a field that is not known is a mistake that they should hear of."""

    class Config:
        extra = "forbid"
        anystr_strip_whitespace = True


class TicketOut(_Shown):
    """A ticket as the API shows it; sealed values stay sealed."""

    id: str
    brand: str
    channel: str
    intent: str
    priority: Priority
    status: Status
    assignee: str | None
    merged_into: str | None
    amount: Decimal | None
    time: str | None
    order_id: str | None
    phone: str | None
    description: str
    faq_ids: list[str]
    sla_due: datetime
    waiting_since: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    sla_missed: bool
    created_at: datetime
    updated_at: datetime
    version: int

    example = _TICKET


class EventOut(_Shown):
    """One change of a ticket: who, when, what."""

    ticket_id: str
    at: datetime
    actor: str
    kind: str
    data: dict[str, Any]


class TicketWithHistory(TicketOut):
    """A ticket with its masked transcript and all its changes, oldest first."""

    transcript: list[dict[str, Any]]
    history: list[EventOut]


class TicketPage(_Shown):
    """A page of tickets; `next` is the cursor of the following page."""

    items: list[TicketOut]
    next: str | None

    example = {"items": [_TICKET], "next": "WyJxdWV1ZSIsICJQMiJd"}


class TicketIn(_Taken):
    """A ticket for a customer of another system; personal data in the texts is masked before it is stored."""

    brand: str = Field(..., max_length=16)
    customer: str = Field(..., min_length=1, max_length=128, description="客户在渠道里的会话号，工单台只加密保存")
    channel: str = Field("api", min_length=1, max_length=32, regex=r"^[a-z][a-z0-9_-]*$")
    intent: str = Field(..., description="业务意图，见 docs/intent-borders.md")
    description: str = Field(..., min_length=1, max_length=LONGEST)
    priority: Priority | None = None
    amount: Decimal | None = Field(None, ge=0, le=1e12, description="元")
    time: str | None = Field(None, max_length=16, regex=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$")
    order_id: str | None = Field(None, min_length=1, max_length=64, regex=r"^[\w-]+$")
    phone: str | None = Field(None, regex=r"^1[3-9][0-9]{9}$", description="只加密保存，页面上只显示打码后的")

    @validator("time")
    def _is_in_the_calendar(cls, value: str | None) -> str | None:
        if value is not None:
            datetime.fromisoformat(value)
        return value

    example = {
        "brand": "post",
        "customer": "crm-20391",
        "intent": "refund_arrival",
        "description": "客户来电：退款一周没到账",
        "amount": "350.00",
        "order_id": "2026112200017",
        "phone": "13812345678",
    }


class TicketPatch(_Taken):
    """Changes of a ticket; what is left out stays."""

    status: Status | None = None
    assignee: str | None = Field(None, max_length=32, description="客服的用户名；空字符串表示退回队列")
    priority: Priority | None = None

    example = {"status": "assigned", "assignee": "li"}


class MergeIn(_Taken):
    """Which ticket lives on."""

    into: str = Field(..., max_length=64)

    example = {"into": "KF7K3M9QXT2B"}


class MessageIn(_Taken):
    """Something to say about a ticket."""

    kind: MessageKind = Field(..., description="reply 回复客户；note 内部备注；customer 代客户补充")
    text: str = Field(..., min_length=1, max_length=LONGEST)
    then: Status | None = Field(None, description="回复后的状态，例如 waiting_customer")

    example = {"kind": "reply", "text": "您好，退款已原路退回，请查收。", "then": "waiting_customer"}


class MessageOut(_Shown):
    """Something said about a ticket."""

    id: int
    ticket_id: str
    at: datetime
    author: str
    kind: MessageKind
    text: str


class AttachmentOut(_Shown):
    """A picture of a ticket, without its data."""

    id: str
    ticket_id: str
    at: datetime
    author: str
    name: str
    content_type: str
    size: int
    sha256: str


class LineOut(_Shown):
    """One line of a conversation, masked; `intent` and `faq_id` say what the bot understood and showed."""

    who: str
    text: str
    at: datetime
    intent: str | None = None
    confidence: float | None = None
    faq_id: str | None = None
    faq_version: str | None = None
    agent: str | None = None


class FeedbackOut(_Shown):
    """A rating, comment, praise or suggestion."""

    id: int
    brand: str
    channel: str
    kind: str
    stars: int | None
    text: str | None
    faq_id: str | None
    at: datetime


class FeedbackPage(_Shown):
    """A page of feedback, newest first."""

    items: list[FeedbackOut]
    next: int | None


class DeliveryOut(_Shown):
    """Something in the outbox; to whom exactly stays sealed."""

    id: int
    kind: str
    ticket_id: str | None
    state: str
    attempts: int
    next_at: datetime
    error: str | None
    created_at: datetime


class WebhookIn(_Taken):
    """A webhook to register."""

    url: str = Field(..., max_length=500)
    events: list[str] = Field(..., min_items=1, max_items=3)

    example = {"url": "https://crm.example.com/kefu", "events": ["ticket.created"]}


class WebhookOut(_Shown):
    """A registered webhook."""

    id: int
    url: str
    events: list[str]
    failures: int
    created_at: datetime
    disabled_at: datetime | None
    disabled_why: str | None


class WebhookMade(WebhookOut):
    """A new webhook with the secret that signs its deliveries; shown this once."""

    secret: str


class Problem(_Shown):
    """An error (RFC 9457); `detail` is Chinese and can be shown."""

    type: str
    title: str
    status: int
    detail: str

    example = {"type": "about:blank", "title": "没有找到", "status": 404, "detail": "没有工单 KF7K3M9QXT2B"}
