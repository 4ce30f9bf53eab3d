"""Money is missed, and nothing more is said."""

import time

import pytest

from kefu.dialogue.lost_money import only_misses_money


@pytest.mark.parametrize(
    "text",
    [
        *("我的钱不见了", "钱没了", "钱少了", "钱包里的钱怎么少了一百", "余额少了200", "我钱呢?", "我的钱去哪了"),
        *("救命,我的钱全没了怎么办", "账户里的钱突然少了好多", "卡里少了五百块钱", "钱包里面的钱无缘无故少了"),
        *("钱包里少了一半", "怎么少了200块"),
    ],
)
def test_nobody_knows_how(text: str) -> None:
    assert only_misses_money(text)


@pytest.mark.parametrize(
    "text",
    [
        *("钱被盗刷了", "充的钱不见了", "钱没了东西没买到", "退回来的钱少了", "没买东西钱少了", "钱没少", "没钱了"),
        *("账户里没钱了怎么充", "少了一个按钮", "钱少了就不能提现吗", "手机不见了", "余额不足", "钱到了", "你好", ""),
        *("少了", "少了点", "少了一半", "怎么少了"),
    ],
)
def test_what_tells_more_is_answered(text: str) -> None:
    assert not only_misses_money(text)


@pytest.mark.parametrize("unit", ["我的", "钱", "了", "少了", "怎么", "万", "1", "完了"])
def test_a_very_long_text_is_no_burden(unit: str) -> None:
    start = time.thread_time()
    only_misses_money(unit * 50_000)
    for length in range(31):
        only_misses_money((unit * 30)[:length])
    assert time.thread_time() - start < 5
