"""Ids and brands from outside."""

import pytest

from kefu.channels.message import BadMessage, checked_brand, checked_id


@pytest.mark.parametrize("value", ["web-1", "a", "x" * 128, "o:Abc_1.2@wx", "用户 1"])
def test_good_ids(value: str) -> None:
    assert checked_id(value, "sender") == value


@pytest.mark.parametrize("value", ["", "x" * 129, None, 5, ["a"], "a\n", "a\u202eb"])
def test_bad_ids_name_the_field(value: object) -> None:
    with pytest.raises(BadMessage, match="sender"):
        checked_id(value, "sender")


def test_brands() -> None:
    assert checked_brand(None) == "post"
    assert checked_brand("my") == "my"
    for wrong in ("other", 1, ["my"]):
        with pytest.raises(BadMessage, match="brand"):
            checked_brand(wrong)
