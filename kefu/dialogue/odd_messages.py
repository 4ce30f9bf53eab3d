"""Messages that no intent fits: empty, emoji or pictures only, another language, abuse, credit business of others."""

import re
from enum import Enum

from kefu.show import EMPTY_MESSAGE, PICTURE_MESSAGE

_CHINESE = re.compile(r"[一-鿿]")
_LETTER = re.compile(r"[^\W\d_]")
_ABUSE = re.compile(
    r"[傻煞沙](逼|比|叉|x|b)|啥(逼|比|叉)|他妈的|特么|(?<!我)(?<!他)(?<!她)妈的|去你妈|你妈(的|逼|死)|滚(蛋|开|吧)?$|垃圾"
    r"|狗(屎|东西|日)|操你|去死|废物|智障|脑残|王八|混蛋|骗子公司|shit|fuck",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"贷|借(呗|钱|款|条)|花呗|白条|微粒贷|信用卡|额度|分期|利息|还款|还清|逾期|征信|催收|放款|综合评[分估]|月供|以贷"
)


class Kind(str, Enum):
    """What a message is; the value names its response (`utter_<value>`)."""

    EMPTY = "empty"
    PICTURE = "picture"
    EMOJI = "emoji"
    FOREIGN = "foreign"
    ABUSIVE = "abusive"
    CREDIT = "credit"
    ORDINARY = "out_of_scope"


def kind_of_text(text: str) -> Kind:
    """The kind of a message that was not understood as business."""
    if not text.strip() or text == EMPTY_MESSAGE:
        return Kind.EMPTY
    if text == PICTURE_MESSAGE:
        return Kind.PICTURE
    if not any(character.isalnum() for character in text):
        return Kind.EMOJI
    if _CREDIT.search(text):
        return Kind.CREDIT
    if _ABUSE.search(text):
        return Kind.ABUSIVE
    if not _CHINESE.search(text) and len(_LETTER.findall(text)) >= 8:
        return Kind.FOREIGN
    return Kind.ORDINARY
