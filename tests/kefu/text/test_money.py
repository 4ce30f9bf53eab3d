"""Amounts in natural sentences, the traps that are none, and properties that hold for any text."""

import random
import time
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.text.money import find_amounts, find_loose_amounts

# The amounts of a sentence in square brackets, and their values.
FOUND = [
    ("[三百五]", "350"),
    ("[三百五十]", "350"),
    ("[一千二]的订单没到账", "1200"),
    ("[2万5]什么时候退", "25000"),
    ("一共[8.8w]", "88000"),
    ("[1.5万]转出去了", "15000"),
    ("[3k]", "3000"),
    ("[1百]", "100"),
    ("[3千块]", "3000"),
    ("少了[50块5毛]", "50.5"),
    ("[五块五]", "5.5"),
    ("[五块五毛五]", "5.55"),
    ("[12块80]", "12.8"),
    ("[五块零五]", "5.05"),
    ("[两块半]", "2.5"),
    ("[一百五十块零五毛]", "150.5"),
    ("[12元8角5分]", "12.85"),
    ("[￥99.9]", "99.9"),
    ("[¥1,299.00]的手机", "1299"),
    ("[RMB 100]", "100"),
    ("[100rmb]", "100"),
    ("[人民币五百元整]", "500"),
    ("[壹仟贰佰元整]", "1200"),
    ("[350元]", "350"),
    ("[350 元]", "350"),
    ("[３５０元]", "350"),
    ("[350块钱]没到", "350"),
    ("[三百来块]", "300"),
    ("[七千多块]", "7000"),
    ("[350块]左右", "350"),
    ("-[350元]", "350"),
    ("[0.01元]", "0.01"),
    ("[两毛]", "0.2"),
    ("[一毛钱]也收啊", "0.1"),
    ("[5角]", "0.5"),
    ("[五毛五]", "0.55"),
    ("[3分钱]", "0.03"),
    ("说要打[一分钱]来验证卡", "0.01"),
    ("扣了我[350]", "350"),
    ("扣了我钱[350]还没退", "350"),
    ("重复扣款：[350]", "350"),
    ("充了[200]，没到账", "200"),
    ("充值[350]时失败", "350"),
    ("充[350]成功了", "350"),
    ("充话费[50]", "50"),
    ("我转了[一千]给他", "1000"),
    ("转给张三[500]没到", "500"),
    ("我昨天转了[两千]给我妈", "2000"),
    ("转了[一万二] 人没了", "12000"),
    ("付了[88.88]", "88.88"),
    ("提现[1000]失败", "1000"),
    ("退我[100]", "100"),
    ("收到[200]", "200"),
    ("花了[三十]", "30"),
    ("少了[50]", "50"),
    ("多扣了[20]", "20"),
    ("多收我[二十]", "20"),
    ("被骗[5000]", "5000"),
    ("余额里有[50]，要付[48]", "50 48"),
    ("余额还有[88.8]", "88.8"),
    ("金额是[88]", "88"),
    ("手续费[2块]", "2"),
    ("水费[58]你们扣了[85]", "58 85"),
    ("不对,是[350]不是[500]", "350 500"),
    ("不对，是[350]不是[500]。", "350 500"),
    ("应该是[一千二]不是[两千一]", "1200 2100"),
    ("两笔[50]的", "50"),
    ("一笔[88]一笔[1200]", "88 1200"),
    ("扣了[200]、[300]", "200 300"),
    ("[100]到[200元]", "100 200"),
    ("充了[350]只到了[300]", "350 300"),
    ("提[2000]扣[2块] 提[200]扣多少", "2000 2 200"),
    ("充了[一百]一直没到账", "100"),
    ("扣了[五十]一次都没退", "50"),
    ("[350块]一直没到", "350"),
    ("付了[10块]3个", "10"),
    ("上周三[三百块]没退", "300"),
    ("11月20号充了[200]", "200"),
    ("昨天扣款[11.20]", "11.2"),
    ("提[1000]到手[999]，那[一块钱]是啥", "1000 999 1"),
    ("钱出来的时候扣了我[一块五]什么意思", "1.5"),
    ("我提了[一百]到卡里只有[九十九块九]", "100 99.9"),
    ("一共[432块5]，晚上看到账[430块]多一点", "432.5 430"),
    ("尾号1234的卡扣了[350]", "350"),
    ("客服95580说退[350]", "350"),
    ("在12306买票扣了我[553]", "553"),
    ("[5元]/天", "5"),
]

TRAPS = [
    "一点都不好用", "三点建议", "24小时客服", "3个工作日", "95580", "12306", "5.0版本", "6位密码", "两笔", "第三次",
    "2023年", "11月20号", "8点半", "尾号1234", "13800138000", "订单号202311200001", "验证码 123456", "100%", "5折",
    "10个人", "iPhone 15", "5G", "", "350", "半", "验证码是123456", "密码是6位", "电话是95580", "我的qq是12345678",
    "收到95588的短信", "退款3个工作日", "提现1-3个工作日", "提现1–3个工作日", "提现到账要2小时", "付款码1234",
    "扣了3次", "付了十几次", "提3条建议", "快充20w", "100美元", "扣了20欧", "100港币", "充了500Q币", "充了100积分",
    "充了5g流量", "三百个人", "一千多人", "十分不满意", "转人工", "这一块不懂", "我们一块申请的", "一块儿退",
    "一毛不拔", "有毛病", "三角形", "万一没到呢", "百分之五", "收5%手续费", "转一下", "退一步说", "多一点", "少一个",
    "充电20分钟", "7天无理由退款", "扣款20号", "现在是5.0版本", "退款2023-11-20", "付款10:20", "一共3笔", "千万不要",
    "至少6位", "两三百块", "几十块", "十几块", "三五块", "我是18岁", "满100个", "400-810-9580", "三百六十度",
    "一百天", "转到6222021234567890", "4k屏", "VIP3", "127.0.0.1", "20元旦", "一百次", "双11", "618", "错误码E1024",
    "上次20号", "打10086", "尾号从1108变成5520，钱包里显示的还是1108", "扣了3.14159", "第350", "退货编号0012",
]  # fmt: skip


def read_marked(marked):
    """The text without brackets, and the spans that they enclose."""
    text, spans = "", []
    for char in marked:
        if char == "[":
            spans.append([len(text)])
        elif char == "]":
            spans[-1].append(len(text))
        else:
            text += char
    return text, [tuple(span) for span in spans]


@pytest.mark.parametrize(("marked", "values"), FOUND)
def test_finds(marked, values):
    text, spans = read_marked(marked)
    amounts = find_amounts(text)
    assert [(amount.start, amount.end) for amount in amounts] == spans
    assert [amount.value for amount in amounts] == [Decimal(value) for value in values.split()]


@pytest.mark.parametrize("text", TRAPS)
def test_finds_nothing_in(text):
    assert find_amounts(text) == []


@pytest.mark.parametrize("text", ["2万5", "¥1,299.00", "12块80", "8.8w", "100000000元"])
def test_value_prints_plainly(text):
    (amount,) = find_amounts(text)
    assert str(amount.value) == f"{amount.value:f}"
    assert not str(amount.value).endswith(".0")


AMOUNTS = st.decimals("0.01", 9_999_999, places=2)


@settings(max_examples=100)
@given(
    AMOUNTS,
    st.sampled_from(["{}元", "{:,}元", "¥{:,}", "扣了我{}", "金额是{}", "我充了{}没到账", "{}块钱", "退款 {} 元"]),
)
def test_reads_back_arabic_amounts(amount, form):
    assert [found.value for found in find_amounts(form.format(amount))] == [amount]


@settings(max_examples=100)
@given(st.integers(1, 99_999_999), st.sampled_from(["{}元", "{}块钱没到", "人民币{}元整", "扣了我{}块"]))
def test_reads_back_chinese_amounts(amount, form):
    assert [found.value for found in find_amounts(form.format(cn2an.an2cn(amount)))] == [amount]


@settings(max_examples=100)
@given(st.integers(0, 9_999), st.integers(1, 9), st.integers(0, 9))
def test_reads_back_small_change(yuan, jiao, fen):
    text = f"{yuan}块{jiao}毛" + (f"{fen}分" if fen else "")
    (amount,) = find_amounts(f"少了{text},怎么回事")
    assert amount.value == Decimal(yuan) + Decimal(jiao * 10 + fen) / 100


TOKENS = [
    "扣了", "我", "充", "转给", "350", "12.", "5.5", ",", "¥", "元", "块", "毛", "角", "分", "钱", "一", "三百",
    "五十", "两", "万", "w", "k", "零", "点", "半", "是", "不是", "尾号", "个", "次", "号", "月", "-", "到", "、",
    "%",
]  # fmt: skip


@settings(max_examples=300)
@given(st.lists(st.sampled_from(TOKENS), max_size=20).map("".join) | st.text(max_size=60))
def test_any_text(text):
    amounts = find_amounts(text)
    assert all(0 <= amount.start < amount.end <= len(text) for amount in amounts)
    assert all(first.end <= second.start for first, second in zip(amounts, amounts[1:], strict=False))
    assert all(amount.value >= 0 and amount.value.is_finite() for amount in amounts)


RANDOM = random.Random(1)
HOSTILE = [
    "1", "一", "点", "十", "1.", "1,", "1 ", "1-", "1w", "一点", "一百", "三百五,", "扣", "扣1 ", "扣了我的",
    "转给人", "1元", "¥1", "10块1毛1", "，", " ", "".join(chr(RANDOM.randrange(0xD800)) for _ in range(1000)),
    "1" + ",111" * 1000,
    "".join(RANDOM.choice("0123456789零一二三十百千万亿点.元块毛角分扣充了我个号月 ,-:w") for _ in range(1000)),
]  # fmt: skip


@pytest.mark.parametrize("seed", HOSTILE, ids=range(len(HOSTILE)))
def test_long_hostile_text_takes_linear_time(seed):
    text = (seed * (100_000 // len(seed) + 1))[:100_000]
    started = time.thread_time()
    find_amounts(text)
    assert time.thread_time() - started < 40  # 0.05–0.2 s as a rule; minutes if it were quadratic


@pytest.mark.parametrize(
    ("text", "value"), [("充了1000 毛线都没看到", 1000), ("充了500 毛都没有", 500), ("充了500毛都没看见", 500)]
)
def test_a_hair_is_no_coin(text: str, value: int) -> None:
    assert [amount.value for amount in find_amounts(text)] == [value]


def test_a_coin_that_has_not_come_is_one() -> None:
    assert [amount.value for amount in find_amounts("5毛都没到")] == [Decimal("0.5")]


@pytest.mark.parametrize("text", ["是170的号", "是171的手机"])
def test_a_number_range_is_no_amount(text: str) -> None:
    assert find_amounts(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("昨天在加油站加油300扣了两次", ["300"]),
        ("今天中午吃饭35付了两次", ["35"]),
        ("尾号1234的卡昨天300没到", ["300"]),
        ("扣了3次", []),
        ("工号1024", []),
        ("2025年3月", []),
        ("用170的号收不到", []),
        ("139****5678", []),
        ("扣了88块", []),
    ],
)
def test_loose_numbers_may_be_amounts(text: str, values: list[str]) -> None:
    assert [f"{amount.value:f}" for amount in find_loose_amounts(text)] == values
