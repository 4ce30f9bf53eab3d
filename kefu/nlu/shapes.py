"""Entities that are known by their shape: phones, order numbers, receipt numbers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from kefu.text import mask_with_findings

_MOBILE = re.compile(r"1[3-9]\d{9}")
_MASKED_PHONE = re.compile(r"(?<!\d)1[3-9]\d\*{4}\d{4}(?!\d)")
_RECEIPT = re.compile(r"(?<![A-Za-z0-9])[Kk][Ff][0-9A-Za-z]{10}(?![A-Za-z0-9])")
_NUMBER = r"(?P<number>(?=[A-Za-z-]*\d)[A-Za-z0-9-]{6,32})(?![A-Za-z0-9-])"
_ORDER = re.compile(
    r"(?:(?:订单|流水|交易|商户|支付|单)(?:编?号|单号|号码)\s*[是为:\uff1a]?|订单\s*(?:[是为:\uff1a]|(?=[A-Za-z0-9]{10})))\s*"
    + _NUMBER
)
_CORRECTED = re.compile(r"\s*不是\s*" + _NUMBER)


class Shape(NamedTuple):
    """A value found in a text, with its place."""

    entity: str
    value: str
    start: int
    end: int


def find_shapes(text: str) -> Iterator[Shape]:
    """Phones (digits, or masked as the door leaves them), receipt numbers and labelled order numbers."""
    receipts = [match.span() for match in _RECEIPT.finditer(text)]
    for start, end in receipts:
        yield Shape("ticket_id", text[start:end].upper(), start, end)
    for match in _MASKED_PHONE.finditer(text):
        yield Shape("phone", match[0], *match.span())
    for finding in mask_with_findings(text).findings:
        if finding.kind == "phone" and _MOBILE.fullmatch(finding.value):
            yield Shape("phone", finding.value, finding.start, finding.end)
    yield from _orders(text, receipts)


def _orders(text: str, receipts: list[tuple[int, int]]) -> Iterator[Shape]:
    for match in _ORDER.finditer(text):
        for found in filter(None, (match, _CORRECTED.match(text, match.end()))):
            if found.span("number") not in receipts:
                yield Shape("order_id", found["number"], *found.span("number"))
