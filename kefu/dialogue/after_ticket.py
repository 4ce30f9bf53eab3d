"""What customers mean right after a ticket, while nothing else is talked about: loose words, the ticket explains them.

催一下, 还要多久, 再发一遍, 手机号换成139…, 金额写错了, 打电话还是发短信, 上班不能接电话, 已经到账了, 撤销.
"""

import re
from enum import Enum

from kefu.dialogue.ticket_form import asks
from kefu.dialogue.ticket_words import Word, word_on_ticket

_END = r"[了的吧啊呀呢嘛哦,.!?~\s]*$"
_ASKS_WHEN = "多久|几天|多长时间|什么时候|啥时候|何时|几点|哪天"
_OTHER = r"到账|退|提现|充|转账|付款|冻|锁|解|密码|注册|审核|注销|营业|上班|开门|恢复|限额|卡|网点|更新"


class Wish(Enum):
    """What is wanted of a ticket that is there."""

    PHONE = "phone"  # to be called at another number
    WRONG = "wrong"  # an amount or time in it is wrong
    AGAIN = "again"
    HOW_REACHED = "how reached"
    WHEN_TO_CALL = "when to call"
    PICTURE = "picture"
    SOLVED = "solved"
    STOP = "stop"
    UNSOLVED = "unsolved"
    URGE = "urge"
    HOW_LONG = "how long"
    NEXT = "next"
    SAME = "same"
    ADD = "add"


_SAID: dict[Wish, re.Pattern[str]] = {
    Wish.PHONE: re.compile(
        r"(?:改|更正)[^,.]{0,4}(?:电话|手机|号码|联系方式)|(?:换|打)(?:个|成|到|另)?[^,.]{0,4}1\d\d[\d*]"
        r"|(?:电话|手机号?码?|号码|联系方式)[^,.]{0,4}(?:[写填留说给]错|错了|不对|不是这个|改|换成|换个)"
    ),
    Wish.WRONG: re.compile(
        r"(?:金额|钱数|数目|时间|日期)[^,.]{0,4}(?:错|不对|不是|应该|改)|[写填记说报弄打]错了|改(?:成|为|一下)|更正|应该?是.{0,3}\d|不是.{1,12}[,\s]?(?:是|应该)"
    ),
    Wish.AGAIN: re.compile(
        rf"^(?:请|麻烦|能不能|可以|把|[您你我]|[,\s])*(?:工?单号?)?(?:再|重新)给?我?[发说报](?:给我|我)?(?:一?[遍次下])?(?:工?单?号?码?){_END}"
        rf"|^(?:我的?|刚才|那个?|这个?)*工?单号?(?:在哪儿?看?|(?:是|有)?(?:多少|什么|哪个)|呢|没看[清到]|没记住|没存){_END}"
    ),
    Wish.HOW_REACHED: re.compile(
        r"(?:打?电话|来电|短信|微信)[^,.]{0,8}还是|(?:怎么(?!还|不|没)|如何|用什么|用哪个|什么号码)[^,.]{0,6}(?:联系|通知|找|打给|回复|答复|告诉)我"
        rf"|^[^,.]{{0,8}}(?:会|要|能|是|都)[^,.]{{0,4}}(?:打?电话|来电|发?短信|打给我|打我)[^,.]{{0,6}}(?:吗|么|不|\?){_END}"
    ),
    Wish.WHEN_TO_CALL: re.compile(
        r"(?:不|别|没法|没办法)[^,.]{0,5}(?:接|打)(?:我|给我)?(?:电话|手机)|接不了|(?:别|不要|不用)(?:给我)?打"
        r"|(?:点|午|上|班|天|课|会)(?:以?[前后]|左右|再|的?时候?)[^,.]{0,3}(?:打|联系|来电)|发短信(?:就|给我|吧|好)"
        r"|(?:就?在)(?:这里?|这儿|微信)[^,.]{0,3}(?:回|答复|说|告诉)"
    ),
    Wish.PICTURE: re.compile(
        r"(?:截图|图片?|照片|凭证|小票|录屏)[^,.]{0,8}(?:怎么|咋|如何|哪|给谁|能不能|可以)[^,.]{0,6}(?:发|传|给)"
        r"|(?:怎么|咋|往哪|哪里?|能|可以|要不要)[^,.]{0,6}(?:发|传|给)[^,.]{0,6}(?:图|照片|截图|凭证)"
    ),
    Wish.SOLVED: re.compile(  # 好了 and 收到了 alone are said of our message
        r"^(?:刚才|刚|现在|已经|我|钱|款|都|它|这个|商家|[啊哦,\s])*(?:[到退找弄办修][到账回来好款]*|解决|搞定|恢复|没事)"
        r"(?:给我)?了(?:谢谢|多谢|[,.!~了啊哈呀吧\s])*$|^(?:已经|刚|钱|都)+(?:到账?|退回来?|收到)[,.!]*$"
        r"|^(?:我|刚|[,\s])*(?:现在|已经|钱|款|都)+(?:收到|好|可以)了[,.!谢啊\s]*$"
    ),
    Wish.STOP: re.compile(
        rf"^(?:我要|我想|请|帮我|给我|麻烦|那)*(?:撤销|撤回|撤掉|撤诉|撤单|作废|取消)(?:它|掉)?{_END}"
    ),
    Wish.UNSOLVED: re.compile(
        r"没(?:有)?(?:给我|帮我)?(?:解决|处理好|弄好|办好)|^(?:我|钱|款|还是?|都|也|就是|可是|但是?|一直|到现在|现在|今天|怎么)*(?:没有?|未)(?:收到|到账?|退|来|给我)[^,.]{0,3}$|重新(?:处理|打开|办|查)"
        rf"|^(?:还|又|怎么又|还是)(?:是)?(?:不行|不能|没好|那样|一样|出问题){_END}"
    ),
    Wish.URGE: re.compile(
        r"催(?!收)|加急|优先[处办]|(?:快|早|赶)(?:点|些|一点)|赶紧|抓紧|太慢|(?:这么|好|真)慢|^人呢|等不(?:了|及|起)|等(?:了|这么)?[好很]?(?:久|半天)"
        r"|烦死|气死|受不了|还没(?:有?人|联系|回|消息|动静|结果|处理|办|弄|好)|怎么还(?:不|没)|还不(?:来|回|处理|联系|打)|^(?:我|很|好|真的?|太)*(?:着?急)(?:死|用)?"
        rf"|没(?:有)?人(?:联系|理|管|回|找|打|跟进)|^(?:这|都|已经|又|等)+(?:过了?|有)?[^,.]{{0,5}}(?:天|小时|周|星期|礼拜|个月)了{_END}"
    ),
    Wish.HOW_LONG: re.compile(
        rf"(?:{_ASKS_WHEN})(?!前|来)|^(?:那|今天|明天|后天|这周|下周|周末)[^,.]{{0,3}}(?:能|会|可以)[^,.]{{0,3}}(?:好|办|解决|处理|联系|结果|行)[^,.]{{0,3}}[吗么不?]"
    ),
    Wish.NEXT: re.compile(
        rf"^(?:那|我|现在|接下来|然后|下一步|还|就|[,\s])*(?:需?要|该|用)?我?(?:怎么办|咋办|咋整|做什么|做啥|干什么|干啥|干嘛|准备什么|提供什么|呢)(?:吗|么)?{_END}"
        rf"|^(?:接下来|然后|下一步)(?:呢|怎么办|做什么)?{_END}|^(?:这样|这)?就?(?:可以|行|好)了吗{_END}"
    ),
    Wish.SAME: re.compile(
        r"^(?:就?是|还是|还有|关于)?(?:刚才|上次|之前|前面|那|这)(?:个|件|笔|张|次)?[^?]{0,14}(?:事|问题|工单|单子|那笔|这笔|[的块]钱)"
    ),
    Wish.ADD: re.compile(r"^(?:还有|另外|对了|补充|忘了说|再说一下|还要说)[,:\s].{2,}"),
}
_SHORT = frozenset({Wish.HOW_LONG, Wish.URGE, Wish.UNSOLVED, Wish.SOLVED, Wish.NEXT})
_HOW_TO = re.compile(r"^(?!.*(?:工单|留的|联系|登记的)).*(?:怎么|如何|咋)")
_ANOTHER = re.compile(r"[也又].{0,6}[没不]|失败|密码|我?[想要](?!补充)")  # 还有,我提现也没到
_LONGEST, _LONGEST_SHORT = 40, 16  # characters; more is a matter of its own
_URGES = re.compile(r"催(?!收)|加急|工单|单号")
_NAMES_TICKET = re.compile(
    r"工单|(?<![订递流易户货])单号|单子|KF\d|进度|受理|回访|回执|编号|专员|(?:反馈|投诉)(?!表)[^,.]{0,8}(?:了|怎|吗|没|结果|回|到哪|进展|呢|查)|登记(?:过|的|了)"
    r"|处理(?:得|到哪|到什么|结果|了[吗没]|好了[吗没]|完了?[吗没]|进展|怎么样)|(?:没|还没)(?:人)?处理|(?:结果|答复|回复|回音|下文)(?:呢|了吗|没有|出来|什么时候)|没(?:有)?(?:结果|答复|回复|回音|下文)",
    re.IGNORECASE,
)
_HOW_IT_STANDS = re.compile(
    r"怎么样了|消息|好了[吗没]|到哪|查|上次|之前|那(?:个|件)?事|结果|回复|答复|处理(?!中)|登记|反馈|投诉|联系我"
)


def wish_of(text: str) -> Wish | None:
    """What a normalised text wants of the ticket that is at hand; None where it says nothing of one."""
    if len(text) > _LONGEST:
        return None
    found = next((wish for wish, words in _SAID.items() if words.search(text) and _fits(wish, text)), None)
    if found is None and word_on_ticket(text) in (Word.NOBODY, Word.WAITED):
        return Wish.URGE
    return found


def urges(text: str) -> bool:
    """Whether an urging can be about nothing but a ticket, whatever is talked about: 催一下."""
    return bool(_URGES.search(text))


def names_ticket(text: str) -> bool:
    """Whether a message names a ticket, or a matter that was reported: 我的投诉怎么样了, 进度."""
    return bool(_NAMES_TICKET.search(text))


def asks_how_it_stands(text: str) -> bool:
    """Whether a message may ask about a ticket, if there is one: 有消息吗, 上次那件事."""
    return bool(_HOW_IT_STANDS.search(text))


def _fits(wish: Wish, text: str) -> bool:
    if wish is Wish.HOW_LONG and re.search(_OTHER, text):
        return False  # 多久到账 asks about money, not about us
    if wish in (Wish.SAME, Wish.ADD) and (asks(text) or _ANOTHER.search(text)):
        return False
    if wish in (Wish.PHONE, Wish.WRONG) and _HOW_TO.search(text):
        return False  # 怎么改手机号 asks about the wallet
    return wish not in _SHORT or len(text) <= _LONGEST_SHORT
