"""Too much, again, next; and the steps of an answer."""

import pytest

from kefu.dialogue.plainer import asks_again, asks_next, asks_plainer, gist_of, steps_of


@pytest.mark.parametrize(
    "text",
    [
        "看不懂",
        "字太多了",
        "能不能说人话",
        "你听不懂吗",
        "不会弄",
        "我不会弄这个",
        "说短点",
        "啥意思",
        "太复杂了",
        "不懂",
    ],
)
def test_too_much(text: str) -> None:
    assert asks_plainer(text)


@pytest.mark.parametrize("text", ["好的", "付款失败", "密码怎么改", "不会到账了吧", ""])
def test_not_too_much(text: str) -> None:
    assert not asks_plainer(text)


@pytest.mark.parametrize("text", ["再说一遍", "重复一遍", "没看清"])
def test_again(text: str) -> None:
    assert asks_again(text)


@pytest.mark.parametrize("text", ["然后呢", "好了", "下一步怎么办", "接下来呢"])
def test_next(text: str) -> None:
    assert asks_next(text)
    assert not asks_next("然后我又付了一次")


def test_steps() -> None:
    assert steps_of("这样做：\n1. 点“我的”。\n2. 点“退款”。\n等着就好。") == ["点“我的”。", "点“退款”。"]
    ways = "有三种办法。\n- 银行卡：首页点“充值”。\n- 网点：去柜台。"
    assert steps_of(ways) == [], "to choose from, not one after the other"
    assert gist_of(ways) == "有三种办法。"
