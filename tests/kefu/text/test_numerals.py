"""Numerals: Chinese, Arabic and mixed; cn2an serves as a second opinion."""

from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.text.numerals import fold, parse_numeral, whole_number

VALUES = {
    "零": "0", "〇": "0", "五": "5", "两": "2", "俩": "2", "十": "10", "十二": "12", "二十一": "21", "廿三": "23",
    "卅": "30", "一百": "100", "三百五": "350", "三百五十": "350", "三百零五": "305", "一百一": "110", "两百": "200",
    "一千二": "1200", "两千零五": "2005", "三千二百五": "3250", "一万二": "12000", "一万二千三": "12300",
    "三万五千八": "35800", "十一万三": "113000", "二十万零五百": "200500", "三千万": "30000000",
    "一千零五万": "10050000", "一亿三": "130000000", "一万亿": "1000000000000", "二零二六": "2026", "一二三": "123",
    "壹仟贰佰": "1200", "伍萬": "50000", "三点五": "3.5", "零点五": "0.5", "十二点五": "12.5", "三点五万": "35000",
    "半": "0.5", "350": "350", "0": "0", "99.90": "99.90", "1,299.00": "1299", "12,345,678": "12345678",
    "３５０": "350", "１．５": "1.5", "2万5": "25000", "2万5000": "25000", "2万零5": "20005", "1.5万": "15000",
    "8.8w": "88000", "8.8W": "88000", "2w5": "25000", "3k": "3000", "3k5": "3500", "1百": "100", "3千": "3000",
    "3千5百": "3500", "1百50": "150", "5百万": "5000000", " 350 ": "350",
}  # fmt: skip

NOT_NUMERALS = [
    "", " ", "元", "百", "万", "万一", "千万", "三五", "两三", "三五百", "两三百", "三百五千", "五十三百", "1.5万5",
    "1.2.3", "1,29", ".", ",", "点", "一点", "点五", "-3", "第三", "几百", "8.8wx", "12x", "二分之一", "9" * 25,
    "一" * 10_000, "９９９９亿亿亿",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), VALUES.items())
def test_reads(text, value):
    assert parse_numeral(text) == Decimal(value)


@pytest.mark.parametrize("text", NOT_NUMERALS)
def test_refuses(text):
    assert parse_numeral(text) is None


@settings(max_examples=150)
@given(st.integers(0, 99_999_999), st.sampled_from(["low", "up"]))
def test_reads_what_cn2an_writes(number, mode):
    assert parse_numeral(cn2an.an2cn(number, mode)) == number


@settings(max_examples=100)
@given(st.integers(1, 9), st.sampled_from(["十", "百", "千", "万"]), st.integers(1, 9))
def test_short_forms_agree_with_cn2an(first, unit, last):
    text = "零一二三四五六七八九"[first] + unit + "零一二三四五六七八九"[last]
    assert parse_numeral(text) == cn2an.cn2an(text, "smart")


@settings(max_examples=100)
@given(st.decimals(0, 9_999_999, places=2))
def test_reads_decimals_exactly(number):
    assert parse_numeral(f"{number}") == number
    assert parse_numeral(f"{number:,}") == number


@settings(max_examples=300)
@given(st.text(alphabet="0123456789.,零一二三五九十百千万亿两廿半点wk ", max_size=30) | st.text(max_size=30))
def test_never_raises(text):
    value = parse_numeral(text)
    assert value is None or value >= 0


@given(st.text(max_size=50))
def test_fold_keeps_offsets(text):
    assert len(fold(text)) == len(text)


def test_whole_number():
    assert whole_number("二十一") == 21
    for text in ("1.5", "半", "三五", "x"):
        with pytest.raises(ValueError, match="no whole number"):
            whole_number(text)
