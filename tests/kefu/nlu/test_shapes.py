"""Entities by shape: numbers that are what they look like, and numbers that are not."""

import time

import pytest

from kefu.nlu.shapes import find_shapes

PHONE, TICKET, ORDER = "phone", "ticket_id", "order_id"


def found(text: str) -> list[tuple[str, str]]:
    return sorted((shape.entity, shape.value) for shape in find_shapes(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # phones
        ("手机号13800138000", [(PHONE, "13800138000")]),
        ("打 138 0013 8000 给我", [(PHONE, "13800138000")]),
        ("手机号是138****8000", [(PHONE, "138****8000")]),
        ("138****8000换成139****9000", [(PHONE, "138****8000"), (PHONE, "139****9000")]),
        ("１３８００１３８０００", [(PHONE, "13800138000")]),
        ("座机0571-88881234", []),
        ("卡号6222021234567890128", []),
        ("尾号8000", []),
        ("95580", []),
        # receipts
        ("KF7K3M9QXT2B到哪了", [(TICKET, "KF7K3M9QXT2B")]),
        ("kf7k3m9qxt2b", [(TICKET, "KF7K3M9QXT2B")]),
        ("单号KF7K3M9QXT2B", [(TICKET, "KF7K3M9QXT2B")]),
        ("订单号是KF7K3M9QXT2B", [(TICKET, "KF7K3M9QXT2B")]),
        ("KF7K3M9QXT2B和KF1111111111", [(TICKET, "KF1111111111"), (TICKET, "KF7K3M9QXT2B")]),
        ("KF7K3M9QXT2", []),
        ("KF7K3M9QXT2BB", []),
        ("XKF7K3M9QXT2B", []),
        # orders
        ("订单号20261120123456789012", [(ORDER, "20261120123456789012")]),
        ("订单号：A1234567没收到", [(ORDER, "A1234567")]),
        ("订单编号为 AB-1234-56", [(ORDER, "AB-1234-56")]),
        ("流水号是99887766", [(ORDER, "99887766")]),
        ("交易单号:4200001234202611201234567890", [(ORDER, "4200001234202611201234567890")]),
        ("商户单号13800138000", [(ORDER, "13800138000")]),
        ("订单20261120123456789012", [(ORDER, "20261120123456789012")]),
        ("单号 a1b2c3", [(ORDER, "a1b2c3")]),
        ("订单号A1234567不是A1234568", [(ORDER, "A1234567"), (ORDER, "A1234568")]),
        ("订单号A1234567,流水号B7654321", [(ORDER, "A1234567"), (ORDER, "B7654321")]),
        ("订单号A1234567手机13800138000", [(ORDER, "A1234567"), (PHONE, "13800138000")]),
        ("订单号在哪里看", []),
        ("订单号不知道", []),
        ("订单号abcdefgh", []),
        ("订单号12345", []),
        ("20261120123456789012", []),
        ("没有订单", []),
        ("", []),
        # a day or an amount after 订单 is no order number
        ("订单2026-11-20下的还没到", []),
        ("订单350000元付了两次", []),
        # a number that is too long is left out, not cut in the middle
        ("订单号" + "1234567890" * 4, []),
    ],
)
def test_the_values_in_a_text(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "我的订单号是A1234567,手机138 0013 8000,工单kf7k3m9qxt2b",
        "订单号A1234567不是A1234568",
        "１３８００１３８０００和138****8000",
    ],
)
def test_a_place_holds_the_value(text: str) -> None:
    shapes = list(find_shapes(text))
    assert shapes
    for shape in shapes:
        there = text[shape.start : shape.end]
        assert there.upper() == shape.value.upper() or shape.entity == PHONE
        assert sum(character.isdigit() for character in there) == sum(map(str.isdigit, shape.value))


@pytest.mark.parametrize(
    "unit", ["1", "订单", "订单号1", "KF", "K", "单号 ", "138****", "a-", "不是", "订单号A12345 不是"]
)
def test_a_very_long_text_is_no_burden(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = time.thread_time()
    for _ in find_shapes(text):
        pass
    assert time.thread_time() - start < 20  # minutes if it were quadratic
