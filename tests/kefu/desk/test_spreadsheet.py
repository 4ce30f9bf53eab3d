"""CSV for spreadsheets: nothing that a customer wrote is run as a formula."""

import csv
from io import StringIO

import pytest

from kefu.desk.spreadsheet import to_csv


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"))))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1+1", "=cmd|'/c calc'!A1"])
def test_what_looks_like_a_formula_is_text(text: str) -> None:
    [_, [cell]] = read(to_csv(["x"], [[text]]))
    assert cell == f"'{text}"


def test_other_values_stay_and_quotes_and_lines_survive() -> None:
    rows = [[3, -2, None, '说:"好",\n再见', "退款"]]
    assert read(to_csv(["甲", "乙", "丙", "丁", "戊"], rows))[1] == ["3", "-2", "", '说:"好",\n再见', "退款"]


def test_excel_sees_that_it_is_utf_8() -> None:
    assert to_csv(["日期"], []).startswith(b"\xef\xbb\xbf")


def test_a_long_order_number_keeps_its_digits() -> None:
    assert read(to_csv(["订单号"], [["2026112200017"], ["12345"]]))[1:] == [["'2026112200017"], ["12345"]]
