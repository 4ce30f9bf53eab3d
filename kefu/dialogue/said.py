"""A customer's message as the dialogue reads it: its words, and the facts found in it."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

FACTS = ("time", "amount", "order_id", "phone")

_NOT_BEFORE = re.compile(r"(不是|不对|并非|不止)$")
_NOT_BEFORE_GAP = re.compile(r"(不是|不对|并非|不止)[\s,]+$")  # 300 不是 350, but of 不是 80块 the 80 is what is said
_NOT_MINE = re.compile(  # 对方电话139…, 骗子的手机号是139…
    r"(?:他|她|对方|骗子|那人|那个人|人家|卖家|商家|客服|陌生人)们?的?(?:手机|电话|联系方式|微信)?(?:号码?)?(?:就?是|为)?[\s:,]*$"
)
_FILLER = re.compile(
    r"[^\w]|不对|不是|应该?是|大概|左右|我的?|是|的|了|就|号码|手机|电话|金额|时间|单号|订单|一共|总共|那个|那笔|开始|发现|发生"
    r"|(名字|姓名|我?叫)是?[一-鿿]{2,3}$"
)
_FEW = 1  # characters beside the facts, in a message that only gives facts


@dataclass(frozen=True)
class Entity:
    """A fact found in a message; `value` is normalised, offsets are in the message's text."""

    name: str
    value: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Said:
    """A customer's message; `brand` is the wallet's id where that is known.

    `is_pressed`: a button's title, not the customer's words.
    """

    text: str
    intent: str
    confidence: float = 1.0
    entities: Sequence[Entity] = ()
    sealed_phone: str | None = None
    brand: str = ""
    is_pressed: bool = False


def facts(said: Said) -> dict[str, Any]:
    """Facts in a message by slot. Of several amounts or times the last one that is not denied counts.

    Another person's phone number is no fact: nobody is to call it.
    """
    found: dict[str, Any] = {}
    for entity in said.entities:
        before = said.text[: entity.start]
        is_denied = _NOT_BEFORE.search(before) or (entity.name in found and _NOT_BEFORE_GAP.search(before))
        is_other = entity.name == "phone" and _NOT_MINE.search(before)
        if entity.name in FACTS and not (is_denied or is_other):
            found[entity.name] = entity.value
    if "phone" in found:
        found["phone_sealed"] = said.sealed_phone
    return found


def says_only_facts(said: Said, also: Collection[str] = ()) -> bool:
    """Whether a message gives facts and says nothing else (350块，昨天晚上).

    Args:
        also: names of entities that count as facts as well.
    """
    is_one = bool(facts(said)) or any(entity.name in also for entity in said.entities)
    return is_one and len(beside_facts(said)) <= _FEW


def beside_facts(said: Said) -> str:
    """What a message says beside its facts, without the words that only lead up to them."""
    rest = list(said.text)
    for entity in said.entities:
        rest[entity.start : entity.end] = " " * (entity.end - entity.start)
    return _FILLER.sub("", "".join(rest))
