"""What customers say about the ticket form itself, in place of an answer: 等一下, 先别提交, 到账了, 我说过了, 不留行吗.

A move is a message as a whole: a story that happens to hold such words is none.
"""

import re
from enum import Enum

from kefu.show import PICTURE_MESSAGE


class Move(Enum):
    """A move; its value is the response, empty where the question that follows is answer enough."""

    OVER = "utter_ticket_over"
    CANCEL = "utter_ticket_cancelled"
    ONLY_ASKS = "utter_ticket_only_asked"
    HOLD = "utter_ticket_not_sent"
    WAIT = "utter_ticket_no_hurry"
    GO_ON = "utter_ticket_go_on"
    RESTART = "utter_ticket_restart"
    BACK = "utter_ticket_one_back"
    MENU = "utter_ticket_menu_later"
    PERSON = "person"
    SUBMIT = "submit"
    SAID_BEFORE = "utter_ticket_said_before"
    AGAIN = ""
    WHAT_FOR = "utter_ticket_what_for"
    PRIVATE = "utter_ticket_private"
    HURRY = "utter_ticket_hurry"
    PICTURE = "utter_ticket_picture_here"
    CALL_ME = "utter_ticket_phone_please"
    OTHER_CONTACT = "utter_ticket_only_phone"
    MATTER_WRONG = "utter_ticket_which_matter"


_MARKS = re.compile(r"[\s,。.!~、;:…？?]+")
_SOFT = "[吧啊呀呢哈哦了嘛的哟咯]{0,4}"  # bounded, as all that is repeated here, for a hostile text

_PAUSE = "(?:你|您)?(?:稍?等(?:一?下|一?会儿?|等|我){0,5}|稍候|慢着|别催|不急|别急|待会儿?)"
_LOOK = (
    "(?:我|先|去|再|让我|得|要|需要|自己|回去|容我){0,5}(?:查|看|找|翻|问|想|确认|核对|考虑)"
    "(?:一?下|查|看|找|问|想|会儿?|账单|记录|手机|清楚|好|老公|老婆|家人|银行|商家){1,4}(?:再(?:说|回|填|来|答|告诉你))?"
)
_BUSY = (
    "我?(?:现在|这会儿?)?(?:有点?事|在忙|在开车|开车|在开会|在上班|没空|忙着)(?:呢|的|了)?"
    "(?:(?:等一?会儿?|晚点|晚些|一会儿?|待会儿?|回头|等下)?再?(?:说|来|弄|填|聊|回))?"
)
_NOT_YET = "(?:我|都|还|暂时){0,5}没(?:有)?(?:想|考虑|准备)好"
_LATER = "(?:我)?(?:晚点|等会儿?|一会儿?|待会儿?|等下)再?(?:来|说|回)"
_PAUSES = f"(?:{_PAUSE}|{_BUSY}|{_LOOK}|{_NOT_YET}|{_LATER})"

_GOOD = (
    "(?:到账了|到了|到帐了|收到(?:钱|款|退款|短信|验证码|货)?了|[退还]回来了?|[退还](?:给我|回)了|给我[退还]了|解决了|搞定了|弄好了|办好了|处理好了"
    "|解掉了|解开了|恢复了|没事了|能用了|登上了|登录上了|(?:自己|又|已经|现在)好了|不用管了)"
)
_NEWS = (
    "(?:啊|哎呀?|诶|哦|嗯|刚|刚刚|刚才|已经|都|现在|钱|款|好像|终于|我|这|那|这个|那个|问题|退款|充值|提现|余额|商家|对方|他们?|她"
    "|又|自己|突然|真的|就|也|好了|短信|验证码|今天|,){0,5}"
)
_NO_MORE = (
    "(?:不用(?:了|登记|处理|麻烦|弄|管|你们?){0,3}|不(?:需要|登记)了?|谢谢(?:你们?|您)?|算了|没事了"
    "|麻烦你?们?了|取消吧?|可以了|好了)"
)
_SHOP_HAS_IT = re.compile("(?:商家|卖家|店|银行).{0,4}(?:收到|到账|到了)")

_TABLE: tuple[tuple[Move, str], ...] = (
    (Move.OVER, rf"(?:{_NO_MORE}{_SOFT}){{0,2}}(?:{_NEWS}{_GOOD}{_SOFT}){{1,2}}(?:{_NO_MORE}{_SOFT}){{0,2}}"),
    (
        Move.CANCEL,
        rf"(?:我|那|还是|算了|先|就|暂时|反正){{0,5}}(?:(?:不|别)(?:再|要|用)?(?:登记|提交|交|报)|不想(?:再)?(?:登记|提交|填|弄|交))了{_SOFT}(?:(?:我|自己).{{0,10}})?"
        rf"|(?:我|那|还是|算了|请|帮我|先){{0,5}}取消(?:掉|登记|工单|本次|这次){{0,5}}{_SOFT}(?:(?:我|自己).{{0,10}})?"
        rf"|(?:我要?|先)?(?:退出|不登记)(?:登记|填写)?{_SOFT}|先不(?:登记|弄|填|办){_SOFT}",
    ),
    (
        Move.ONLY_ASKS,
        rf"(?:我)?(?:又|并)?(?:不是|没)(?:想|要|说){{0,5}}登记(?:.{{0,3}}(?:问|咨询|了解)[问一下]*)?{_SOFT}"
        rf"|(?:我)?(?:就|只)是?(?:想|来)?(?:问问?|咨询|了解)(?:一?下)?(?:而已)?{_SOFT}"
        rf"|(?:那|你|就|请){{0,5}}直接(?:告诉|回答|跟)我(?:说|讲)?(?:不就)?(?:行|好|得)?{_SOFT}",
    ),
    (
        Move.HOLD,
        rf"(?:等等|等一?下|先|你|我|还|暂时|现在|那){{0,5}}(?:先不|别|不要|不|先别|暂时不|不想|不能){{1,4}}(?:急着|忙着?|要)?(?:提交|交|发|报){_SOFT}",
    ),
    (
        Move.WAIT,
        rf"(?:那|好的?|嗯|哦|不好意思|对不起|不行|先|我|请|麻烦){{0,5}}{_PAUSES}(?:{_PAUSES}|再说|{_SOFT}){{0,5}}",
    ),
    (
        Move.GO_ON,
        rf"(?:好了?|我|那|ok|行|在|可以|你|请|咱们?|现在|就|要|想|快|帮|给|直接){{0,5}}"
        rf"(?:回来了|继续(?:登记|填|说)?|接着(?:来|填|登记|说|弄)?|往下(?:走|问)?|来了|准备好了|登记|开始登记|开始){_SOFT}",
    ),
    (
        Move.RESTART,
        rf"(?:我要?|想|帮我|那|全部?|都|整个|请){{0,5}}(?:重新?(?:填|来|登记|写|开始|弄)|从头(?:来|开始|再来|填)|重头来)"
        rf"(?:一?[遍下次]|过|{_SOFT}){{0,5}}",
    ),
    (Move.BACK, f"返回|(?:回|回到|退回|返回)?上一(?:步|项|题|个问题){_SOFT}|后退"),
    (Move.MENU, "(?:主|看|回|到|打开|返回){0,5}菜单|(?:回到?|返回)(?:开头|首页|主页)|首页"),
    (
        Move.SUBMIT,
        r"(?:好了?|对|那|就|先|快|直接|确认|现在|你|帮我|给我|可以|没了|没有了|行|这样|这些|这么|吧){0,5}"
        r"(?:提交|交上去|报上去|发出去|发|交)(?:吧|了|啊|呀){0,5}|就这(?:样|些|么多)(?:吧|了|就行|可以|先){0,5}",
    ),
    (
        Move.SAID_BEFORE,
        r"(?:我|不是|跟你|你们?|那个){0,3}(?:刚才?|刚刚|前面|上面|之前|已经|都|早就|不都|不是|早){1,3}(?:跟你们?)?(?:我|已经|都|就|也){0,3}"
        rf"(?:说|讲|写|给|发|告诉|填|答|提供)(?:过|了|给你们?|你们?|您|清楚|明白){{0,3}}[了吗嘛吧啊呀的]{{0,3}}"
        rf"|我?(?:说|讲|写|发|填|给)过(?:一遍|几遍|好几遍|好多遍)?{_SOFT}|(?:你|自己|不会|去|往){{0,3}}看(?:一?下)?(?:前面|上面|记录|上文){_SOFT}|你?自己看{_SOFT}",
    ),
    (
        Move.AGAIN,
        rf"你?们?(?:刚才|刚刚)?(?:在)?(?:说|问|讲)的?(?:是)?(?:什么|啥)(?:来着)?{_SOFT}|(?:这|那|你){{0,5}}(?:是)?(?:什么|啥)意思{_SOFT}"
        rf"|(?:请|麻烦|你){{0,5}}(?:再|重新?)(?:问|说|讲)(?:一)?[遍下次]{_SOFT}|(?:看|听)不(?:懂|明白){_SOFT}|没(?:看|听|搞)(?:懂|明白|清){_SOFT}"
        rf"|(?:我)?不(?:太)?(?:懂|明白){_SOFT}|重复一?遍|什么|啥|(?:这|要|该){{0,5}}(?:怎么|咋)(?:填|写|答|回){_SOFT}|(?:要)?(?:填|写|答)(?:什么|啥){_SOFT}",
    ),
    (
        Move.WHAT_FOR,
        rf"(?:这|那)?(?:什么|啥)(?:叫|是)?工单{_SOFT}|工单(?:是|有)?(?:什么|啥|干嘛|干什么)(?:的|用|东西)?{_SOFT}"
        rf"|(?:要|一共|总共|还|得|需要|有){{0,5}}(?:填|问|答|说)?(?:多少|几)(?:个|项|条|步){{1,4}}(?:问题|信息)?{_SOFT}"
        r"|(?:登记|填)(?:这个|完|好){0,5}(?:就|真的?)?(?:能|会|可以)?(?:解决|处理|有用|管用){1,4}(?:问题)?吗|你先?说?你?能干(?:嘛|什么|啥)",
    ),
    (
        Move.HURRY,
        rf"(?:能不能|可不可以|可以|能|麻烦|请|你们?|给我|帮我|要求|要|想){{0,5}}(?:快(?:点|些|一点)|加急|尽快|优先)(?:处理|办理?|解决|弄|一下){{0,5}}(?:吗|行吗|行不行|可以吗|{_SOFT})",
    ),
    (
        Move.PICTURE,
        r"(?:我)?(?:可以|能|能不能)?(?:发|传|上传|截)?(?:个)?(?:截图|图片|照片|图|凭证).{0,4}(?:发|传|上传)?(?:哪|给?你们?|这里?)?(?:里|儿)?(?:行吗?|可以吗?|吗|行不行|要不要){1,4}"
        r"|(?:怎么|往哪|在哪)(?:里|儿)?(?:发|传|上传)(?:截图|图片|照片|图)|(?:截图|图片|照片)(?:怎么|往哪|在哪)(?:里|儿)?(?:发|传|上传)",
    ),
    (
        Move.CALL_ME,
        rf"(?:能不能|能|可以|让|请|叫|麻烦|要|等){{0,5}}(?:人工|客服|你们?|人|他们)?(?:直接)?(?:给我)?(?:打|回|来)(?:个|一个)?电话(?:给我|过来|联系我?)?(?:吗|{_SOFT})"
        rf"|(?:请|让)?你们?(?:直接)?(?:打|联系)(?:给)?我{_SOFT}"
        r"|(?:用|留|填)?我?(?:老公|老婆|朋友|家人|家里人|妈妈?|爸爸?|孩子|儿子|女儿|别人)的?(?:手机|电话)?号?码?(?:可以|行|能用)吗?",
    ),
)
_MOVES = tuple((move, re.compile(pattern, re.IGNORECASE)) for move, pattern in _TABLE)
_YES = re.compile(
    r"(?:是|对|行|可以|确定|确认|没错|正确|好|没问题|要|需要|能|方便|1|嗯|ok|愿意)+" + _SOFT, re.IGNORECASE
)
_WORRIED = re.compile(
    r"泄[露漏]|骚扰|(?:卖|给)(?:了|掉)?(?:我的?)?(?:电话|手机|号码|信息|别人)|骗子|保密|打(?:扰|电话来)"
    r"|(?:必须|一定|非得|非要)(?:要|得)?(?:留|填|给|提供)|不(?:留|给|填|提供)(?:电话|手机号?|号码?)?(?:可以|行|的话|会|能|不行)"
    r"|留了.{0,6}(?:打|联系|骚扰)"
)
_OF_THE_PHONE = re.compile("电话|手机|号码|联系方式|信息|留|泄")
_CONTACTS = re.compile(r"\[邮箱\]|邮箱|邮件|微信|qq|抖音|@", re.IGNORECASE)
_ALL_WRONG = re.compile(rf"(?:全|都|全部|没一?个)+(?:是|都)?(?:不对|错|对的?){_SOFT}")
_MATTER_WRONG = re.compile(
    rf"(?:这个?)?(?:事情|事项|类型|类别|问题)(?:就|也|都)?(?:不对|错|不是这个|写错|选错){_SOFT}|事情"
)
_LONGEST = 24  # characters; more tells a story


def move_of(asked: str, text: str) -> Move | None:
    """What a message does to the form whose question is `asked`; None for an answer, or anything else.

    0 and 9 do what they do in the menu, except where an amount is asked for.
    """
    words = _MARKS.sub("", text)
    if asked != "amount" and words in ("0", "9"):
        return Move.PERSON if words == "0" else Move.BACK
    if len(words) > _LONGEST:
        return None
    if text.strip() == PICTURE_MESSAGE:
        return Move.PICTURE
    if asked == "ticket_confirmed" and _ALL_WRONG.fullmatch(words):
        return Move.RESTART
    if asked == "ticket_confirmed" and _MATTER_WRONG.fullmatch(words):
        return Move.MATTER_WRONG
    if not words:
        return Move.AGAIN if asked != "description" and re.search("[?？]", text) else None
    if is_worried(asked, words):
        return Move.PRIVATE
    found = next((move for move, pattern in _MOVES if pattern.fullmatch(words)), None)
    if found is Move.OVER and (_SHOP_HAS_IT.search(words) or re.search("[?？]|到账了?吗", text)):
        return None
    if asked == "phone" and found is None:
        if _YES.fullmatch(words):
            return Move.CALL_ME
        return Move.OTHER_CONTACT if _CONTACTS.search(words) else None
    return found


def is_worried(asked: str, words: str) -> bool:
    """Whether a message asks what becomes of the number, or whether it must be told."""
    if not _WORRIED.search(words) or re.search(r"\d{5}|\*", words):
        return False
    return asked == "phone" or (asked != "description" and bool(_OF_THE_PHONE.search(words)))
