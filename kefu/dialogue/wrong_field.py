"""Words that say which answer of the form is wrong without the right one: 时间不对, 改一下手机号, 金额填错了怎么改."""

import re

_FIELDS = {
    "time": "(?:发生|付款|交易|购买|转账)?的?(?:时间|日期|日子)",
    "amount": "金额|钱数|数额|数目|数字|价格",
    "phone": "(?:手机|电话)(?:号码?)?|联系(?:方式|电话)|(?<![卡证单户账帐])号码",
    "description": "(?:事情)?经过|描述",
}
_FIELD = f"(?:{'|'.join(_FIELDS.values())})"
_SOME = f"{_FIELD}(?:[和跟、,]?{_FIELD}){{0,2}}"
_BEFORE = r"^(?:[,.!\s]|不对|不是|等等|等一?下|我|这|那|个|上面|刚才|刚刚|里面?|的|把|帮|请|麻烦|想|要|能|可以|还)*"
_CHANGE = "(?:更改|修改|更正|改正|重填|重写|重新[填写改]|[改换])(?!了)"
_SLIP = "[写填输搞弄打报说留记]?错"
_END = (
    r"(?:了|的|掉|成|对|一?下|一个|吧|啊|呀|吗|嘛|呢|怎么改|咋改|怎么办|咋办|可以|行|不行|能改|我|要|想|改|[,.!?\s])*$"
)
_BETWEEN = "(?:都|也|好像|应该|那里|这里|这项|那项|这个|是|我|要|想|得|需要|可以|能)*"
_NAMED = re.compile(
    f"{_BEFORE}(?:{_SOME}{_BETWEEN}(?:不太?对|不准|有误|有问题|{_SLIP}|{_CHANGE}){_END}"
    f"|(?:{_CHANGE}|{_SLIP})(?:了|一?下|个|掉)*(?:我的?|那个)?{_SOME}{_END})"
)
_SOMETHING = re.compile(
    rf"{_BEFORE}(?:有(?:一?个|一?处|些)?(?:地方|东西)?|信息|内容|(?:订单|流水)号|哪里|好像|名字)*"
    rf"(?:不太?对|有误|{_SLIP}|{_CHANGE}){_END}"
)
_ONLY_NAMED = re.compile(
    rf"^(?:是|就是|把|那个?|我的?|改|改一下|换|补|加|再|要|想|还|没|忘了?|填|留|个|一?下|[,.\s]){{0,5}}{_SOME}"
    rf"(?:补|加|填|留|写|改|换|上|一?下|一个|没[填写留]|忘了?[填写留]?|吧|啊|呢|了|[,.!\s]){{0,5}}$"
)
_LONGEST = 18  # characters; more tells a story


def wrong_fields(text: str) -> list[str]:
    """The slots of the form that a message calls wrong and gives no values for; none for any other message."""
    if len(text) > _LONGEST or not _NAMED.match(text):
        return []
    return [name for name, words in _FIELDS.items() if re.search(words, text)]


def named_fields(text: str) -> list[str]:
    """The slots of a message that only names fields (金额, 手机号补一下), as an answer to what is wrong."""
    return [name for name, words in _FIELDS.items() if re.search(words, text)] if _ONLY_NAMED.match(text) else []


def something_is_wrong(text: str) -> bool:
    """Whether a message says that the summary is wrong somewhere (写错了, 我要改一下) and does not say where."""
    return len(text) <= _LONGEST and bool(_SOMETHING.match(text))
