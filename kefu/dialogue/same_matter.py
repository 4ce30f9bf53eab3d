"""Which messages stay with the open matter: short ones that name no other (等不了了, 在哪里设置), and facts (卡里有钱).

Alone they say too little, and the classifier puts them with whatever they resemble, often surely.
"""

import re

from kefu.dialogue.form_words import asks
from kefu.topics import is_business, is_topic, names, needs_amount, topics

_LONGEST = 10  # characters; more stand by themselves
_LONGEST_UNSURE = 24  # unless they ask nothing, name no other matter, and the classifier is not sure
_SURE = 0.9
_ARRIVAL = "_arrival"
_BEGINS = r"^(我|我们|这边|这|那|就|都|也|已经|页面|上面|它|他们?|对方|[,.!]){0,6}"
_FACT = re.compile(
    rf"{_BEGINS}(有(?!什么|没有|啥|多)|是(?!不是|那|这)|用(?!不)|在(?!哪)|显示|提示|状态|写着?|说|拿着?)"
    r"|(的|中|着|对|够|有钱|成功|满格|正常|没错|没问题|好好的)(了|啊|呀|呢|[,.!]){0,4}$"
)
_PAID_WITH = re.compile(
    r"^(是|用|走)?(银行卡|储蓄卡|信用卡|借记卡|余额|零钱|微信|支付宝|云闪付)(付|支付|转)?(的|吧|呀|啊|[,.!]){0,4}$"
)
_DENIED = re.compile(  # 没换手机, 不在国外, 不是同一笔, 没这个选项
    rf"{_BEGINS}(没有?(?![收到法用钱])(?!.{{0,4}}(反应|办法|到账))|不在|不欠|不支持|不是(?!我))[^,.?]{{1,8}}$"
)
_MATTER = re.compile(  # a complaint, a wish or a question: another matter, if it names one
    r"不(?!对.{0,2}是)|没(?!错|问题|有?停机|有?欠费)|忘|(?<!没)错|丢|失败|无法|报错|异常|被|要|想|帮|(?<!申)请|怎|咋|如何|能|可以|办|查"
    r"|投诉|举报|人工"
)


def stays(text: str, intent: str, confidence: float, topic: str) -> bool:
    """Whether a message is about the open matter, whatever the classifier makes of it alone.

    Args:
        text: the normalised message.
        intent: the classifier's best guess for it.
        confidence: how sure it is.
        topic: the open matter; empty where there is none.
    """
    if not topic or not is_topic(topic) or not is_business(topic):
        return False
    is_short = len(text) <= _LONGEST
    if not is_short and (len(text) > _LONGEST_UNSURE or confidence >= _SURE or asks(text) or not is_business(intent)):
        return False
    if intent in family(topic) or is_fact(text):
        return True
    if needs_amount(topic) and _PAID_WITH.match(text):
        return True
    return not (names(intent, text) if is_business(intent) else _titles_another(text, topic))


def _titles_another(text: str, topic: str) -> bool:
    """Whether a text has the whole title of another matter (想问下充值)."""
    return any(known.title in text for intent, known in topics().items() if intent not in family(topic))


def is_fact(text: str) -> bool:
    """Whether a few words state something and neither complain, wish nor ask (用余额付的, 显示处理中, 没换手机)."""
    states = (_FACT.search(text) and not _MATTER.search(text)) or _DENIED.search(text)
    return bool(states) and not asks(text)


def family(topic: str) -> tuple[str, ...]:
    """A matter and its other half: 充值 and 充值没到账."""
    plain = topic.removesuffix(_ARRIVAL)
    return tuple(one for one in (plain, f"{plain}{_ARRIVAL}") if is_topic(one))
