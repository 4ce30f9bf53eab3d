"""Messages that no intent fits: empty, pictures only, another language, abuse, credit business of others."""

import re
from enum import Enum

from kefu.show import EMPTY_MESSAGE

_CHINESE = re.compile(r"[一-鿿]")
_LETTER = re.compile(r"[^\W\d_]")
_ABUSE = re.compile(
    r"(傻|煞|沙|啥)(逼|比|子|叉|X|x)|妈的|他妈|特么|你妈|滚(蛋|开|吧)?$|垃圾|狗(屎|东西|日)|操你|去死|废物|智障|脑残|王八|混蛋|骗子公司|shit|fuck"
)
_CREDIT = re.compile(
    r"贷|借(呗|钱|款|条)|花呗|白条|微粒贷|信用卡|额度|分期|利息|还款|还清|逾期|征信|催收|放款|综合评[分估]|月供|以贷"
)


class Kind(str, Enum):
    """What a message is; the value names its response (`utter_<value>`)."""

    EMPTY = "empty"
    EMOJI = "emoji"
    FOREIGN = "foreign"
    ABUSIVE = "abusive"
    CREDIT = "credit"
    ORDINARY = "out_of_scope"


def kind_of_text(text: str) -> Kind:
    """The kind of a message that was not understood as business."""
    if not text.strip() or text == EMPTY_MESSAGE:
        return Kind.EMPTY
    if not any(character.isalnum() for character in text):
        return Kind.EMOJI
    if not _CHINESE.search(text) and len(_LETTER.findall(text)) >= 8:
        return Kind.FOREIGN
    if _CREDIT.search(text):
        return Kind.CREDIT
    if _ABUSE.search(text):
        return Kind.ABUSIVE
    return Kind.ORDINARY
