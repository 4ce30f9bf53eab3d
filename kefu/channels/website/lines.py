"""Lines of the log as the widget gets them."""

from typing import Any

from kefu.channels.log import CUSTOMER, Logged
from kefu.desk.receipt import find_receipt


def event_of(line: Logged) -> dict[str, Any]:
    """A line: `{seq, who, at, id?, text?, buttons?, image?, agent?, relayed?, receipt?, rating?, copy?}`."""
    body = line.body
    event: dict[str, Any] = {"seq": line.seq, "who": line.who, "at": line.at.isoformat()}
    if line.who == CUSTOMER:
        event["id"] = line.message_id
    event |= {name: body[name] for name in ("text", "buttons", "image", "agent") if body.get(name)}
    custom = body.get("custom") or {}
    event |= {name: custom[name] for name in ("relayed", "rating", "copy") if custom.get(name)}
    receipt = find_receipt(body.get("text") or "") if line.who != CUSTOMER else None
    return {**event, "receipt": receipt} if receipt else event
