"""Quick replies: the customer gets a signed id, the server alone knows the intent command behind it."""

import re
from functools import lru_cache
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from kefu.sealing import signing_keys

_PREFIX = "qr."
_REGISTER = re.compile(
    r"^(那就?|好的?[，,]?|嗯+[，,]?|还是|要不|我要|我想|请|麻烦|帮(我|忙)|给我|现在|马上|直接){0,3}(登记|报个?单|开(个|张)(工)?单)"
    r"(一?下|一个)?(吧|啊|呀|了)?$"
)


def seal_buttons(conversation: str, buttons: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Rasa's buttons (`title`, `payload`) with each payload replaced by an id for this conversation."""
    key = signing_keys()[-1]
    return [
        {"title": button["title"], "payload": _sealed(key, conversation, button["payload"], button["title"])}
        for button in buttons
    ]


def resolve(conversation: str, text: str) -> tuple[str, str] | None:
    """The command and title behind an id; None for any other text, a forged id, or another's."""
    if not text.startswith(_PREFIX):
        return None
    signer = _signer(signing_keys(), conversation)
    try:
        payload, title = signer.loads(text.removeprefix(_PREFIX))
    except (BadData, ValueError, TypeError):
        return None
    return payload, title


def typed(buttons: list[dict[str, str]], text: str) -> str | None:
    """The id of the button that the customer has typed: its title, or its number (from 1)."""
    plain = text.strip()
    if plain.isascii() and plain.isdigit() and len(plain) <= 2:
        number = int(plain)
        numbered = {button["title"].split(" ")[0]: button["payload"] for button in buttons}
        if any(key.isdigit() for key in numbered):  # a menu: 0 and 9 have meanings of their own
            return numbered.get(str(number))
        return buttons[number - 1]["payload"] if 1 <= number <= len(buttons) else None
    return next((button["payload"] for button in buttons if button["title"] == plain), None)


def spoken(text: str) -> tuple[str, str] | None:
    """The command and title of words that do what a button does, whether or not it is on the screen (登记吧)."""
    plain = text.strip(" ，。,.!！~")
    return ("/open_ticket", plain) if _REGISTER.match(plain) else None


@lru_cache(maxsize=4096)
def _sealed(key: str, conversation: str, payload: str, title: str) -> str:
    """The same few buttons stand under most answers of a conversation."""
    return _PREFIX + str(_signer([key], conversation).dumps([payload, title]))


def _signer(keys: list[str], conversation: str) -> URLSafeSerializer:
    return URLSafeSerializer(keys, salt=f"quick-reply:{conversation}")
