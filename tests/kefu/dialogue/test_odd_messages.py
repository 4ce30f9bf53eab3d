"""Messages that no intent fits get an answer of their own kind."""

import time

import pytest

from kefu.dialogue.odd_messages import Kind, in_chinese, kind_of_text
from kefu.show import EMPTY_MESSAGE, PICTURE_MESSAGE

SAID: list[tuple[Kind, list[str]]] = [
    (Kind.EMPTY, ["", " ", "\n\t", "\u3000", EMPTY_MESSAGE]),
    (Kind.PICTURE, [PICTURE_MESSAGE]),
    (Kind.EMOJI, ["🤔", "🐶🐶", "(╯°□°)╯", "?🐶"]),
    (Kind.MARKS, ["？？？", "!!!", "……", "。", "..."]),
    (Kind.PLEASED, ["👌", "👍👍👍", "🙏🙏", "😀😊"]),
    (Kind.ANGRY, ["😡😡", "👎", "😊😡"]),
    (Kind.HEARD, ["哦", "知道了", "哦哦", "收到。", "明白了呀", "懂了", "呵呵", "呵呵呵"]),
    (Kind.OPENING, ["那个", "我想问下", "请问", "你好,问个事", "有个问题想问你们", "钱的事", "钱"]),
    (Kind.UNCLEAR, ["hello", "abc", "1", "12345", "OK", "9."]),
    (
        Kind.FOREIGN,
        [
            "I can't log in",
            "where is my refund?",
            "Здравствуйте, помогите",
            "비밀번호를 잊어버렸어요",
            "パスワードをわすれました",
            "مرحبا كيف حالك",
        ],
    ),
    (
        Kind.ABUSIVE,
        [
            *("傻逼客服", "他妈的什么玩意", "垃圾钱包", "滚", "滚蛋", "你滚开", "废物", "脑残吧你", "骗子公司"),
            *("操你", "狗东西", "王八蛋", "煞笔你个沙比", "真是fuck了", "傻X"),
            *("什么破玩意", "破APP", "你好笨", "怎么这么笨", "这机器人真蠢"),
            *("傻B", "傻b客服", "FUCK", "Shit"),
            "fuck you bastards",
        ],
    ),
    (
        Kind.CREDIT,
        [
            *("我想贷款", "花呗怎么还", "借呗逾期了", "信用卡额度", "利息多少", "征信有问题吗", "分期还款"),
            *("微粒贷怎么没了", "催收天天打电话", "月供多少", "白条怎么开", "综合评分不足"),
            "垃圾借呗,逾期一天就打电话",
        ],
    ),
    (
        Kind.ORDINARY,
        [
            *("今天天气怎么样", "讲个笑话", "快递到哪了", "一", "嗯嗯", "怎么突破系统限额"),
            *("知道了你还不退", "哦豁完蛋"),
            *("滚动条怎么不动", "我的手机是oppo find x7 ultra"),
            *("你说的啥子嘛", "啥子意思"),
            *("这是我妈的", "他妈妈也想用", "问你妈妈去"),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID for text in texts])
def test_the_kind_of_a_message(kind: Kind, text: str) -> None:
    assert kind_of_text(text) is kind


@pytest.mark.parametrize("unit", ["a", "我", " ", "😀", "傻", "滚", "综合评", "1"])
def test_a_very_long_text_is_no_burden(unit: str) -> None:
    start = time.thread_time()
    kind_of_text(unit * 100_000)
    assert time.thread_time() - start < 20  # minutes if it were quadratic


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("我的app login不了", "我的app 登录不了"),
        ("Password忘了", "密码忘了"),
        ("top up没到账", "充值没到账"),
        ("歌词paypalx", "歌词paypalx"),
        ("refund please", "refund please"),
        ("退款", "退款"),
    ],
)
def test_english_words_in_chinese_are_understood(text: str, chinese: str) -> None:
    assert in_chinese(text) == chinese
