"""Receipt numbers."""

import pytest

from kefu.desk.receipt import find_receipt, new_receipt, parse_receipt


def test_numbers_are_new_and_readable() -> None:
    numbers = {new_receipt() for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(parse_receipt(number) == number for number in numbers)


@pytest.mark.parametrize("typed", ["kf7k3m9qxt2b", "KF7K3M-9QXT-2B", " KF 7K3M 9QXT 2B "])
def test_read_as_customers_type_them(typed: str) -> None:
    assert parse_receipt(typed) == "KF7K3M9QXT2B"


def test_misread_characters_are_put_right() -> None:
    assert parse_receipt("KFOIL0000000") == "KF0110000000"


@pytest.mark.parametrize("typed", ["", "KF", "KF123", "XX7K3M9QXT2B", "KF7K3M9QXT2BB", "KF7K3M9QXT2U"])
def test_anything_else_is_no_number(typed: str) -> None:
    assert parse_receipt(typed) is None


def test_finds_a_receipt_within_a_text() -> None:
    number = new_receipt()
    assert find_receipt(f"已经登记好了，单号 {number}。\n前面的是 KF0000000000") == number
    for text in ("", "KF123", f"X{number}", f"{number}9", number.lower()):
        assert find_receipt(text) is None, text
