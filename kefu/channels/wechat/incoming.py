"""Callbacks as they mean something to us."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from kefu.channels.wechat.xml import BadXml

_LONGEST_ID = 64


@dataclass(frozen=True)
class Received:
    """One callback. `kind`: the message's type, or `event:<name in lower case>`; `key`: what was pressed."""

    openid: str
    account_id: str  # the account's original id, as the sender of replies
    message_id: str
    kind: str
    text: str = ""
    key: str = ""
    media_id: str = ""

    @property
    def is_event(self) -> bool:
        """Whether the platform reports an action, not a message."""
        return self.kind.startswith("event:")


def read(fields: Mapping[str, str]) -> Received:
    """A callback from its fields.

    Raises:
        BadXml: a field is missing or not possible.
    """
    openid, account_id, kind = (_wanted(fields, name) for name in ("FromUserName", "ToUserName", "MsgType"))
    if kind == "event":
        event = _wanted(fields, "Event")
        key = fields.get("EventKey", "")
        moment = _digits(_wanted(fields, "CreateTime"))
        return Received(openid, account_id, f"e{moment}.{_digest(event, key)}", f"event:{event.lower()}", key=key)
    return Received(
        openid,
        account_id,
        f"m{_digits(_wanted(fields, 'MsgId'))}",
        kind.lower(),
        text=_text(kind, fields),
        key=fields.get("bizmsgmenuid", ""),
        media_id=fields.get("MediaId", ""),
    )


def _text(kind: str, fields: Mapping[str, str]) -> str:
    """What a message says in words."""
    name = {"text": "Content", "voice": "Recognition", "location": "Label", "link": "Title"}.get(kind.lower())
    return fields.get(name, "") if name else ""


def _wanted(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value or (len(value) > _LONGEST_ID) or not value.isprintable():
        raise BadXml(f"no {name}")
    return value


def _digits(value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) <= 24):
        raise BadXml("not a number")
    return value


def _digest(*parts: str) -> str:
    """Events have no id: user and moment name them, and the event, because two can share a second."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
