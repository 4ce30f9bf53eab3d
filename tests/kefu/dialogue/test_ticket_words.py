"""Words on a ticket that is there."""

import pytest

from kefu.dialogue.ticket_words import Word, word_on_ticket


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *((text, Word.NUMBER) for text in ("单号多少来着", "我忘了单号", "单号再发我一下", "什么单号")),
        *(
            (text, Word.CANCELS)
            for text in ("把工单取消", "刚才那个工单取消吧", "撤销工单", "取消投诉", "那个单不用处理了")
        ),
        *((text, Word.CANCELS) for text in ("单子不要了", "登记的取消吧", "工单怎么取消")),
        *((text, Word.NO_NEED) for text in ("商家发货了,不用处理了", "不用管了,已经退了", "不用联系我了")),
        *((text, Word.NOBODY) for text in ("上次那个事还没人联系我", "没人回复我", "怎么还没有联系我")),
        *((text, Word.WAITED) for text in ("都两天了", "已经等了三天了", "这都一个星期了啊")),
    ],
)
def test_words_on_a_ticket(text: str, word: Word) -> None:
    assert word_on_ticket(text) is word


@pytest.mark.parametrize(
    "text",
    [
        *("工单被取消了", "为什么取消我的工单", "别取消工单", "工单取消了吗", "我要投诉,订单取消了不退钱"),
        *("订单号是多少", "快递单号多少", "取消订单怎么弄", "取消自动扣款", "取消实名登记"),
        *("商家没人理我", "退款三天了", "没人接电话", "不用了", "算了", "三天能到吗", ""),
    ],
)
def test_other_words_are_not(text: str) -> None:
    assert word_on_ticket(text) is None
