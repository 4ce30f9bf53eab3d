"""What is meant right after a ticket."""

import pytest

from kefu.dialogue.after_ticket import Wish, asks_how_it_stands, names_ticket, wish_of

SAID: dict[Wish, tuple[str, ...]] = {
    Wish.PHONE: ("我要改电话,换成139****1111", "我要改电话", "手机号换成139****4321", "电话写错了", "联系方式不对"),
    Wish.WRONG: ("金额写错了,是300", "不是500是300", "金额应该是60", "时间记错了,是上周的事", "改成200元"),
    Wish.AGAIN: ("再发一遍", "单号再发我一下", "单号是多少", "工单号呢"),
    Wish.HOW_REACHED: ("你们会打电话给我还是发短信", "怎么联系我", "会打我手机吗", "你们用什么号码打给我"),
    Wish.WHEN_TO_CALL: ("我上班不能接电话", "晚上7点后打", "下午5点以后联系我", "就在这里回复我吧", "别打电话"),
    Wish.PICTURE: ("截图怎么发给你们", "可以发图片吗"),
    Wish.SOLVED: ("已经到账了", "钱到了", "商家退给我了", "解决了", "刚刚到了", "已经好了", "钱收到了"),
    Wish.STOP: ("撤销", "撤回吧", "取消"),
    Wish.UNSOLVED: ("没解决", "还是没到", "还没到账", "你们根本没解决", "重新处理"),
    Wish.URGE: ("催一下", "再催一下", "怎么还没人联系我", "都三天了", "能不能快点", "太慢了", "人呢"),
    Wish.HOW_LONG: ("还要多久", "大概几点", "什么时候能好", "明天能好吗", "什么时候给我回话"),
    Wish.NEXT: ("那怎么办", "接下来呢", "要我提供什么"),
    Wish.ADD: ("还有 银行是工行", "对了,是在永辉超市"),
    Wish.SAME: ("还是那个88块的事,我再投诉一次",),
}


@pytest.mark.parametrize(("wish", "text"), [(wish, text) for wish, texts in SAID.items() for text in texts])
def test_a_wish(wish: Wish, text: str) -> None:
    assert wish_of(text) is wish


@pytest.mark.parametrize(
    "text",
    [
        *("提现多久到账", "怎么换手机号", "手续费多少", "忘记密码怎么办", "怎么联系你们", "谢谢", "好的", "我要投诉"),
        *("充值没到账", "昨天又扣了我50", "人工什么时候上班", "我想提现到银行卡", "给个好评", "付款一直失败", ""),
        *("好了", "收到了", "没问题", "怎么改手机号", "上次那个事处理了吗", "还有,我提现也没到"),
        *("账号被锁了怎么办", "今天天气不错", "可以用微信充值吗", "催收打电话给我"),
    ],
)
def test_another_matter_is_none(text: str) -> None:
    assert wish_of(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "我的投诉怎么样了",
        "查工单",
        "单号多少",
        "处理得怎么样了",
        "有进度吗",
        "没人处理",
        "上周登记的",
        "结果呢",
        "KF123",
    ],
)
def test_a_ticket_is_named(text: str) -> None:
    assert names_ticket(text)


@pytest.mark.parametrize(
    "text",
    [
        *("等一下我看看", "怎么核实", "说有在途", "有回单", "查了没有", "帮帮我", "我想问个事", "还在处理中"),
        *("反馈表在哪填", "快递单号多少", "然后呢", "能帮我个忙吗", "那个事", "你们处理"),
    ],
)
def test_no_ticket_is_named(text: str) -> None:
    assert not names_ticket(text)


def test_who_may_ask_about_a_ticket() -> None:
    assert asks_how_it_stands("有消息吗")
    assert not asks_how_it_stands("怎么核实")
