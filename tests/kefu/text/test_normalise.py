import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.text.confusions import load_confusions
from kefu.text.normalise import Change, normalise

CASES = [
    # width
    ("充值１００元，怎么弄？", "充值100元,怎么弄?"),
    ("ＭＹ钱包：ｖ２．０（新版）！", "MY钱包:v2.0(新版)!"),
    ("￥１，２９９．００", "¥1,299.00"),
    ("手续费０．１％", "手续费0.1%"),
    ("①⑦ ٣ 𝟕", "17 3 7"),
    ("你好。我、你《帮助》", "你好。我、你《帮助》"),
    # script
    ("我的帳號被凍結了怎麼辦", "我的账号被冻结了怎么办"),
    ("錢包餘額還沒到賬", "钱包余额还没到账"),
    ("想瞭解一下，請回覆", "想了解一下,请回复"),
    ("乾淨", "干净"),
    # invisible, emoji
    ("退\u200b款\ufeff", "退款"),
    ("\u202e退款\u202c\x00\x07", "退款"),
    ("138\u200b0013\u20638000", "13800138000"),
    ("退👍款", "退款"),
    ("谢谢😀😀🇨🇳👨‍👩‍👧", "谢谢"),
    ("123👍456", "123 456"),
    ("1️⃣", "1"),
    ("★退款★", "退款"),
    ("⼀⼆", "一二"),
    ("一三八○○一三八○○○", "一三八○○一三八○○○"),
    # spaces
    ("退 款", "退款"),
    ("  我 要　提 现  ", "我要提现"),
    ("我 的 钱 包 ，登 不 上", "我的钱包,登不上"),
    ("你好\n退款\r\n没到", "你好退款没到"),
    ("MY  钱包", "MY 钱包"),
    ("hello   world", "hello world"),
    ("138 0013 8000", "138 0013 8000"),
    ("1 000 000 元", "1 000 000 元"),
    ("\t \u3000", ""),
    # repetition
    ("退退退退退款", "退款"),
    ("啊啊啊啊啊", "啊"),
    ("急急急", "急急急"),
    ("快点！！！！！！", "快点!"),
    ("什么？？？", "什么???"),
    ("怎么办……", "怎么办."),
    ("1000000", "1000000"),
    ("88888", "88888"),
    ("８８８８８", "88888"),
    ("零零零零零一一一一", "零零零零零一一一一"),
    ("订单AAAA0000", "订单AAAA0000"),
    ("138****8000", "138****8000"),
    ("万万万万没想到", "万万万万没想到"),
    # together
    ("冲 值", "充值"),
    ("冲冲冲冲冲值", "充值"),
    ("帳 號 登 陸", "账号登录"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_normalises(text, expected):
    assert normalise(text).text == expected


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_is_idempotent(text, expected):
    again = normalise(normalise(text).text)
    assert again.text == expected
    assert again.changes == ()


@pytest.mark.parametrize(
    "text",
    [
        "怎么申请退款",
        "MY钱包的限额是多少?",
        "充值100元,今天下午3:20没到账",
        "KF7K3M9QXT2B",
        "个人功能",
        "Abc订单号Xy12",
    ],
)
def test_leaves_good_text_alone(text):
    normal = normalise(text)
    assert (normal.text, normal.changes) == (text, ())
    assert normal.original_span(1, 3) == (1, 3)


def test_changes_say_what_was_done_and_where():
    assert normalise(" 帳號１２冲值😀ok").changes == (
        Change("traditional", "帳號", "帐号", 1),
        Change("width", "１２", "12", 3),
        Change("emoji", "😀", " ", 7),
        Change("space", " ", "", 0),
        Change("confusion", "帐号", "账号", 1),
        Change("confusion", "冲值", "充值", 5),
    )
    assert normalise("好\u200b啊啊啊啊").changes == (
        Change("invisible", "\u200b", "", 1),
        Change("repeat", "啊啊啊啊", "啊", 2),
    )


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("我　冲 值１００元", "100元", "１００元"),
        ("我　冲 值１００元", "充值", "冲 值"),
        ("退退退退款", "退款", "退退退退款"),
        ("😀😀转帐①②元", "12", "①②"),
        ("㎡１００", "100", "１００"),
        ("138\u200b0013", "1380013", "138\u200b0013"),
        ("钱　包", "钱包", "钱　包"),
    ],
)
def test_original_span(text, word, original):
    normal = normalise(text)
    start = normal.text.index(word)
    first, last = normal.original_span(start, start + len(word))
    assert text[first:last] == original


def test_original_span_of_nothing_and_of_everything():
    normal = normalise("  退 款😀  ")
    assert normal.original_span(0, 0) == (2, 2)
    assert normal.original_span(2, 2) == (8, 8)
    assert normal.original_span(0, 2) == (2, 5)
    assert normalise("   ").original_span(0, 0) == (3, 3)


@pytest.mark.parametrize("span", [(-1, 1), (2, 1), (0, 3)])
def test_original_span_refuses_what_is_no_span(span):
    with pytest.raises(ValueError, match="span"):
        normalise("退款").original_span(*span)


AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("退款冲值帳號账号帐户登陸录１２345 \u3000\u200b😀!！,，.。*-A啊一零\n"),
        st.sampled_from(sorted(set("".join(load_confusions().replacements)))),
    ),
    max_size=40,
)


@settings(max_examples=400, deadline=None)
@given(AWKWARD)
def test_any_text_is_normalised_once(text):
    normal = normalise(text)
    again = normalise(normal.text)
    assert (again.text, again.changes) == (normal.text, ())


@settings(max_examples=200, deadline=None)
@given(AWKWARD)
def test_spans_are_ordered_and_inside(text):
    normal = normalise(text)
    spans = [normal.original_span(index, index + 1) for index in range(len(normal.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert not normal.changes or all(0 <= change.start < len(text) for change in normal.changes)


@settings(max_examples=100, deadline=None)
@given(st.text("0123456789", min_size=1, max_size=30), st.text("退款到账没有", max_size=8))
def test_digits_survive(digits, words):
    assert digits in normalise(f"{words} {digits} {words}").text


@pytest.mark.parametrize(
    "unit", ["1", " ", "退", "退 ", "帳號", "冲值", "😀1", "\u200b", "帐", "退退退退款", "\U00010400", "a b "]
)
def test_is_linear(unit):
    hostile = unit * (100_000 // len(unit))
    normalise(hostile[:1000])
    start = time.thread_time()
    normalise(hostile)
    assert time.thread_time() - start < 20  # minutes if it were quadratic


def test_random_unicode_neither_raises_nor_fills_the_memory():
    everything = "".join(map(chr, range(0, sys.maxunicode, 7)))
    assert normalise(normalise(everything).text).changes == ()
