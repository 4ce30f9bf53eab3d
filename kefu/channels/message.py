"""What a channel hands to the door."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from kefu.brands import DEFAULT_BRAND, brands

_LONGEST_ID = 128


class BadMessage(ValueError):
    """A request that is not a message; the text says which field and what was expected."""


@dataclass(frozen=True)
class Inbound:
    """One customer message as a channel received it; `shown` is what the log shows for it instead of its text.

    A `brand` of None: the channel does not know the wallet, and the customer will be asked.
    """

    channel: str
    conversation: str
    text: str
    brand: str | None = DEFAULT_BRAND
    message_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    shown: dict[str, Any] | None = None


def checked_id(value: Any, name: str) -> str:
    """An id from outside.

    Raises:
        BadMessage: it is not a string of 1–128 printable characters.
    """
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= _LONGEST_ID:
        raise BadMessage(f"{name} 应是 1–{_LONGEST_ID} 个可见字符的字符串")
    return value


def checked_brand(value: Any) -> str:
    """A brand from outside; none means the default.

    Raises:
        BadMessage: this deployment has no such brand.
    """
    if value is None:
        return DEFAULT_BRAND
    if not isinstance(value, str) or value not in brands():
        raise BadMessage(f"brand 应是 {'、'.join(brands())} 之一")
    return value
