"""Quick replies: the customer gets a signed id, the server alone knows the intent command behind it."""

import re
from functools import lru_cache
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from kefu.dialogue.menu import key_of
from kefu.dialogue.stars import rating_of
from kefu.sealing import signing_keys

_PREFIX = "qr."
_WAYS_OUT = frozenset({"以上都不是", "没解决", "转人工", "现在登记"})
_SOLVED = "已解决"  # stands under an answer, never under a list to choose from
_STARS = tuple("12345")  # titles of the buttons that rate
_DIGITS = "0123456789零一二三四五六七八九"
_ORDINAL = re.compile(r"^(?:就|选|我选|应该?是|是)?第([1-9一二三四五六七八九])(?:个|项|条|种)?(?:吧|啊|呀)?$")
_REGISTER = re.compile(
    r"^(那就?|等等[，,]?|等一下[，,]?|算了[，,]?|要|好的?[，,]?|嗯+[，,]?|还是|要不|我要|我想|请|麻烦|帮(我|忙)|给我|现在|马上|直接){0,4}([登等]记|报个?单|开(个|张)(工)?单)"
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
    """The id of the button that the customer has typed: its title, its number (from 1), or stars in words (五星)."""
    plain = text.strip()
    rating = rating_of(plain) if tuple(button["title"] for button in buttons) == _STARS else None
    if rating and not rating.comment:
        return buttons[int(rating.stars) - 1]["payload"]
    numbered = {button["title"].split(" ")[0]: button["payload"] for button in buttons}
    is_menu = any(key.isdigit() for key in numbered)  # 0 and 9 have meanings of their own there
    if is_menu and (key := key_of(plain)):
        return numbered.get(key)
    if plain.isascii() and plain.isdigit() and len(plain) <= 2:
        number = int(plain)
        if is_menu:
            return numbered.get(str(number))
        return buttons[number - 1]["payload"] if 1 <= number <= len(buttons) else None
    ordinal, listed = _ORDINAL.match(plain), [button for button in buttons if button["title"] not in _WAYS_OUT]
    if ordinal and not any(button["title"] == _SOLVED for button in buttons):
        number = _DIGITS.find(ordinal[1]) % 10
        return listed[number - 1]["payload"] if number <= len(listed) else None
    return next((button["payload"] for button in buttons if button["title"] == plain), None)


def spoken(text: str) -> str | None:
    """The command of normalised words that do what a button does, whether or not it is on the screen (登记吧)."""
    return "/open_ticket" if _REGISTER.match(text.strip(" ，。,.!！~")) else None


@lru_cache(maxsize=4096)
def _sealed(key: str, conversation: str, payload: str, title: str) -> str:
    """The same few buttons stand under most answers of a conversation."""
    return _PREFIX + str(_signer([key], conversation).dumps([payload, title]))


def _signer(keys: list[str], conversation: str) -> URLSafeSerializer:
    return URLSafeSerializer(keys, salt=f"quick-reply:{conversation}")
