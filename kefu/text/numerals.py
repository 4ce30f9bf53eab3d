"""Reads Chinese, Arabic and mixed numerals: 三百五, 2万5, 8.8w, 1,299.00, 两千零五.

The grammar is a regular expression (`NUMERAL`), so other modules can find numerals in running text;
the value is computed here and not by cn2an, which returns floats, raises KeyError on 一亿三, does not know
三点五万, 8.8w or 半, and costs 14 µs a call: too slow for hostile input. The tests use it as a second opinion.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_FOLD_PAIRS = (
    ("０１２３４５６７８９．％：／－–—～〜￥（）　\u00a0", "0123456789.%:/---~~¥()  "),
    ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"),
    ("ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ", "abcdefghijklmnopqrstuvwxyz"),
    ("ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ", "abcdefghijklmnopqrstuvwxyz"),
    ("〇○壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億兩俩仨", "零零一二二三三四五六六七八九十百千万亿两两三"),
    ("圆圓塊錢號點時鐘週禮後個來", "元元块钱号点时钟周礼后个来"),
)
_FOLD = {
    ord(source): target for sources, targets in _FOLD_PAIRS for source, target in zip(sources, targets, strict=True)
}

DIGITS = "一二三四五六七八九"
NUMERAL_CHARS = f"零{DIGITS}两十廿卅百千万亿"

# A last 一 or 二 that really begins the next word: 三百一直没到, 上周一共, 充了一百二维码.
TAIL_DIGIT = f"(?:一(?![直下共次个样定起般会半些旦边切向律再笔天时])|二(?!维)|[{DIGITS[2:]}])"

# The Chinese comma stays out of the thousands separators: 是350，500也扣了 has two numbers.
_ARABIC = r"(?<![0-9])(?<![0-9]\.)(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_LETTER_UNIT = r"[wk](?![a-z])"
_GROUP = f"零?(?:(?:{_ARABIC}|[{DIGITS}两])(?:[十百千万亿]|{_LETTER_UNIT})[万亿]*|十[万亿]*|[廿卅])"
_TAIL = f"零?(?:[0-9]+(?![0-9.])|{TAIL_DIGIT})"
_FRACTION = f"点[零{DIGITS}]+(?![{DIGITS}十])[百千万亿]?"
# Where a Chinese numeral may begin: not inside another, but well after a weekday (上周三三百块).
_CHINESE_START = f"(?:(?<=[周期拜][{DIGITS}])|(?<![{NUMERAL_CHARS}几数]))"

# Numerals in folded text. Never part of an ordinal (第三次), of 百分之五, or of an approximation such as 三五百, 几十.
NUMERAL = (
    r"(?<!第)(?<!分之)(?:"
    f"(?:{_CHINESE_START}|(?=[0-9]))(?:{_GROUP})+(?:{_TAIL})?(?:{_FRACTION})?"
    f"|{_CHINESE_START}[零{DIGITS}两]{_FRACTION}"
    f"|{_ARABIC}"
    f"|{_CHINESE_START}[零{DIGITS}两]+(?![{NUMERAL_CHARS}])"
    ")"
)
_NUMERAL = re.compile(NUMERAL)
_TOKEN = re.compile(r"[0-9.,]+|.")

_DIGIT_VALUES = {digit: Decimal(value) for value, digit in enumerate(f"零{DIGITS}")} | {"两": Decimal(2)}
_UNIT_VALUES = {"十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10**4, "w": 10**4, "亿": 10**8}
_TO_ARABIC = str.maketrans(f"零{DIGITS}", "0123456789")

_MAX_LENGTH = 24
_MAX_VALUE = Decimal(10) ** 15


def fold(text: str) -> str:
    """Map full-width, financial and traditional characters to the plain ones; one to one, so offsets stay valid."""
    return text.translate(_FOLD)


def parse_numeral(text: str) -> Decimal | None:
    """Value of a string that is one numeral as a whole, or None. 半 is 0.5. Never raises."""
    if len(text) > _MAX_LENGTH:
        return None
    folded = fold(text.strip())
    if folded == "半":
        return Decimal("0.5")
    if not _NUMERAL.fullmatch(folded):
        return None
    return numeral_value(folded)


@lru_cache(maxsize=256)
def whole_number(text: str) -> int:
    """The whole number that the numeral `text` says; ValueError where it says none."""
    value = parse_numeral(text)
    if value is None or value != value.to_integral_value():
        raise ValueError(f"no whole number: {text!r}")
    return int(value)


def numeral_value(numeral: str) -> Decimal | None:
    """Value of a folded string that matched `NUMERAL`; None for what has no single value (三五, 三百五千)."""
    if len(numeral) > _MAX_LENGTH:
        return None
    if numeral[-1] in "0123456789" and numeral[0] in "0123456789" and not set(numeral) & _UNIT_VALUES.keys():
        value: Decimal | None = Decimal(numeral.replace(",", ""))
    elif "点" in numeral:
        value = _decimal_value(numeral)
    elif set(numeral) & {*_UNIT_VALUES, "廿", "卅"}:
        value = _positional_value(numeral)
    else:
        value = _digit_string_value(numeral)
    return value if value is None or value < _MAX_VALUE else None


def _decimal_value(numeral: str) -> Decimal | None:
    """三点五万 -> 35000."""
    whole, _, fraction = numeral.partition("点")
    scale = _UNIT_VALUES.get(fraction[-1], 1)
    digits = fraction.rstrip("百千万亿").translate(_TO_ARABIC)
    integer = numeral_value(whole)
    return None if integer is None else (integer + Decimal(f"0.{digits}")) * scale


def _digit_string_value(numeral: str) -> Decimal | None:
    """二零二六 -> 2026, 五 -> 5; two digits side by side are an approximation (三五块: three to five)."""
    if len(numeral) == 1:
        return _DIGIT_VALUES[numeral]
    if "两" in numeral or (len(numeral) == 2 and "零" not in numeral):
        return None
    return Decimal(numeral.translate(_TO_ARABIC))


def _positional_value(numeral: str) -> Decimal | None:
    """一万二千三 -> 12300: digits times units; `section` is the part below the next 万 or 亿."""
    total = section = Decimal(0)
    coefficient: Decimal | None = None
    last_unit, last_large, ceiling, after_zero = 1, 0, 10**4, False
    tokens = _TOKEN.findall(numeral.replace("廿", "二十").replace("卅", "三十"))
    for index, token in enumerate(tokens):
        unit = _UNIT_VALUES.get(token)
        if unit is None:
            if "." in token and (index or not all(rest in _UNIT_VALUES for rest in tokens[1:])):
                return None
            after_zero = after_zero or token == "零"
            coefficient = None if token == "零" else _token_value(token)
            continue
        if unit < 10**4:
            if unit >= ceiling:
                return None  # units must fall: 三百五千 is no number
            section += (1 if coefficient is None else coefficient) * unit
            ceiling = unit
        else:
            section += coefficient or 0
            total = (total + section) * unit if unit >= last_large else total + section * unit
            section, ceiling, last_large = Decimal(0), 10**4, unit
        coefficient, last_unit, after_zero = None, unit, False
    tail = _tail_value(coefficient, tokens[-1], last_unit, after_zero)
    return None if tail is None else total + section + tail


def _tail_value(coefficient: Decimal | None, token: str, last_unit: int, after_zero: bool) -> Decimal | None:
    """What follows the last unit: 三百五 leaves 50 out of the tens, 三百零五 and 1百50 say all."""
    if coefficient is None:
        return Decimal(0)
    if len(token) == 1 and not after_zero:
        return coefficient * last_unit / 10
    return coefficient if coefficient < last_unit else None


def _token_value(token: str) -> Decimal:
    return _DIGIT_VALUES[token] if token in _DIGIT_VALUES else Decimal(token.replace(",", ""))
