"""Messages that no intent fits: empty, emoji or pictures only, another language, abuse, credit business of others."""

import re
from enum import Enum
from unicodedata import category

from kefu.show import EMPTY_MESSAGE, PICTURE_MESSAGE

_CHINESE = re.compile(r"[一-鿿]")
_KANA = re.compile(r"[ぁ-ゟァ-ヺー]")
_LETTER = re.compile(r"[^\W\d_]")
_A_WORD = 6  # letters from which a text without Chinese is another language, not a slip
_ABUSE = re.compile(
    r"[傻煞沙](逼|比|叉|x|b)|啥(逼|比|叉)|他妈的|特么|(?<!我)(?<!他)(?<!她)妈的|去你妈|你妈(的|逼|死)|滚(蛋|开|吧)?$|垃圾"
    r"|^(你|你们|这|机器人|客服|真|好|太|怎么|这么|是|个|的)*(笨|蠢|傻|弱智)(死|到家|蛋|瓜|子|啊|呀|的|了|得很|得要命|吗|吧|[,.!。~])*$"
    r"|狗(屎|东西|日)|操你|去死|废物|智障|脑残|王八|混蛋|骗子公司|(?<![突打])破(玩意|东西|烂|软件|app|钱包|系统)|shit|fuck",
    re.IGNORECASE,
)
_HEARD = re.compile(r"^(哦|噢|喔|奥|知道|晓得|明白|收到|这样|原来如此|懂|呵呵|嘿嘿)[了啊呀的哦噢呵嘿]*[,.。!~ ]*$")
_OPENING = re.compile(
    r"^(你好|您好|那个|就是|那|我|嗯|呃|额|请问|想|要|[,.!~ ])*"
    r"((请?问|咨询|打听)(你们?|您)?(一下|下|个事儿?|个问题|点事)?|有(个|点|件)?(事儿?|问题)(想问|要问)?(你们?|您)?(一下|下)?"
    r"|那个|就是|(钱|钱包|账户|账号)的(事儿?|问题))[吧呀啊呢,.。!?~ ]*$|^钱[,.!?~ ]*$"
)
_PLEASED = frozenset("👌👍🙏😊😄😁🙂👏❤🌹💪✅")
_ANGRY = frozenset("😡🤬😠👎💢😤🖕")
_ENGLISH = {
    r"log ?in|sign ?in": "登录",
    r"loading": "加载转圈",
    r"password|pwd": "密码",
    r"refund": "退款",
    r"payment|pay": "付款",
    r"top ?up|recharge": "充值",
    r"withdraw(al)?": "提现",
    r"transfer": "转账",
    r"otp|code": "验证码",
    r"fees?": "手续费",
    r"sign ?up|register": "注册",
    r"balance": "余额",
    r"fail(ed)?|error": "失败",
}
_CREDIT = re.compile(
    r"贷|借(呗|钱|款|条)|花呗|白条|微粒贷|信用卡|额度|分期|利息|还款|还清|逾期|征信|催收|放款|综合评[分估]|月供|以贷"
)


class Kind(str, Enum):
    """What a message is; the value names its response (`utter_<value>`)."""

    EMPTY = "empty"
    PICTURE = "picture"
    EMOJI = "emoji"
    PLEASED = "emoji_pleased"
    ANGRY = "emoji_angry"
    MARKS = "marks"
    HEARD = "heard"
    OPENING = "go_on"
    UNCLEAR = "miss_first"
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
        return Kind.MARKS if all(category(one)[0] in "PZ" for one in text) else _feeling(text)
    if len(_KANA.findall(text)) > 1:
        return Kind.FOREIGN
    if _HEARD.match(text):
        return Kind.HEARD
    if _OPENING.match(text):
        return Kind.OPENING
    if _CREDIT.search(text):
        return Kind.CREDIT
    if _ABUSE.search(text):
        return Kind.ABUSIVE
    if not _CHINESE.search(text):
        return Kind.FOREIGN if len(_LETTER.findall(text)) >= _A_WORD else Kind.UNCLEAR
    return Kind.ORDINARY


def in_chinese(text: str) -> str:
    """A text with the wallet's English words in Chinese; as it is where that leaves more English than Chinese."""
    found = text
    for english, chinese in _ENGLISH.items():
        found = re.sub(rf"(?<![a-z])({english})(?![a-z])", chinese, found, flags=re.IGNORECASE)
    return found if _CHINESE.search(text) or not _LETTER.search(_CHINESE.sub("", found)) else text


def _feeling(text: str) -> Kind:
    if _ANGRY & set(text):
        return Kind.ANGRY
    return Kind.PLEASED if _PLEASED & set(text) else Kind.EMOJI
