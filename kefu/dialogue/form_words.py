"""What the words of an answer to the ticket form mean: yes, skip, no number, taken back, a question, anger."""

import re

from kefu.dialogue.said import Said

SURE = 0.55  # a question in mid-form is answered from this confidence on
LONG_ENOUGH = 6  # characters that say more than a topic

ENDING = r"[\s,。.!~吧啊呀呢哦哈的了嘛]*"
_CONFIRM = re.compile(
    r"^[\s,。.!]*((确认|提交|没错|对|是|好|可以|没问题|行|嗯|ok|就这样|发吧|交吧|谢谢|谢了)" + ENDING + r")+$",
    re.IGNORECASE,
)
_SKIP = re.compile(
    r"跳过|不知道|不清楚|不晓得|不记得|记不(清|得|住)|忘(了|记)|没有(单号|订单号)?$|^没有(?!用|[到收])|先不填|略过|^(无|不用|没)$"
    r"|不(想|方便|愿意?)(说|给|填|提供|透露|留)"
)
_KNOWS_NOT = re.compile(  # 不知道什么时候能到账 is a question, 不记得什么时候能到账 is none
    r"((?:不记得|记不(?:清|得|住)|忘(?:了|记)|说不(?:清|准)))?(?(1)|(?:不知道|不清楚|不晓得))(?:是|具体|到底)*"
    r"(?:(?P<time>几点|几号|哪一?天|什么时候|啥时候|时间)|(?P<amount>多少|几块))"
    r"(?(1)|(?![^,.]{0,3}(?:能|会|才|可以|天|手续费|到账|到我|工作日)))"
)
NO_USE = r"(?<!还)没(有)?(什么)?用(?!过|到|微信|支付宝|银行|手机|优惠|红包|余额|零钱|卡|现金|完|上|它|其他|别的)"
_UPSET = re.compile(
    NO_USE
    + r"|不管用|白搭|有(什么|啥|屁)用|烦死|真烦|好烦|烦人|急死|气死|(浪费|耽误)(我)?时间|(这么|真|好|太)(麻烦|啰嗦|慢)"
)
_LEAST_QUESTION, _SHORT_QUESTION = 4, 20  # characters
_SHORT = 10  # characters that say nothing but that somebody is angry
_NO_PHONE = re.compile(
    r"(电话|手机|(?<![卡证单户账帐])号码?).{0,6}(不|别|没|算了|免)|不(留|给|填|说|写|提供|透露|用|要|行|方便)|别(问|打|留)|没(有)?(手机|电话|号)"
)
_KEEPS_PHONE = re.compile(  # the reason may come first: 怕是骗子不留
    r"(?:^|[,.!;]|(?:怕|担心|万一|谁知道)[^,.!?]{0,10}(?:骗|骚扰|泄[露漏]|坏人)[子人我]?[的呢吧了啊]?)"
    r"(?P<refusal>(我|就|我就|那我?)?(不|别)(想|愿意?|方便|敢)?(留|给|填|说|提供|透露))"
)
_PHONE = "(手机|电话|(?<![卡证单户账帐])号码?|联系方式)"  # 身份证号不想给 is about another number
_KEEPS_OTHER_NUMBER = re.compile(r"[卡证单户账帐]号码?.{0,3}(不|别)(想|愿意?|方便|敢|要)?(留|给|填|写|提供|透露|告诉)")
_BIDDEN = re.compile(r"[让叫求劝]我[^,.!?]{0,6}(别|不要|不能)")  # 他让我电话别告诉别人
_KEEPS = "(不|别)(想|愿意?|方便|敢|要)?(留|给|填|写|提供|透露|告诉)"
_KEEPS_PHONE_ANYWHERE = re.compile(
    rf"({_PHONE}(号码?)?.{{0,3}}{_KEEPS}|{_KEEPS}(你们?|别人|我的?)?{_PHONE}(号码?)?)"
    r"(给?你们?|别人|出去|了|的|啊|呀|吧|呢|行吗|行不行|可以吗|可不可以|[,.!?])*$"
)
_ONLY_KEEPS = re.compile(
    r"^(我|就|那|电话|手机号?|号码|,)*(不|别)(想|愿意?|方便|敢)?(留|给|告诉你们?|透露)" + ENDING + "$"
)
_REQUEST = (
    r"想(要|再|先)?(问|查|看|咨询|了解|知道)|(?<!话)问[一下]|余额|账单|充值|提现|转账|退款|付款|扣款|手续费"
    r"|限额|密码|银行卡|实名|注册|注销|登录|绑|优惠"
)
_WANTS_OTHER = re.compile(  # 算了想查余额 begins something, 算了不提现了 does not
    r"^(那|还是)*(不用|不要|不弄|不登记|算)了[,.!吧]*(?!.*(不|取消))(那|我|先|再|就|还是|直接)*"
    rf"(?P<request>(?=想(?!起|到)|看|查|办|问|帮|给我|弄|要)(?=.*({_REQUEST})).*)"
)
_NEVER_MIND = re.compile(
    rf"^((不用|不弄|不登记|算)了[,]?我?(自己|再|先)?(等|(?!.*({_REQUEST}))(看|想|试|弄|打|找|办)).{{0,5}}"
    r"|(那|还是)?(不用|不要|不弄|不办|不登记|没事|算)了|算了,?不.{1,4}了)" + ENDING + "$"
)
_PUT_OFF = re.compile(
    r"^(那|我|算了|先不弄了|[,.!])*(明天|改天|回头|晚点|晚些|过会儿?|等会儿?|等下|下次|以后|有空)(我)?再(说|弄|办|来|填|登记|联系)"
    + ENDING
    + "$"
)
_POLITE = re.compile(  # each alternative is no sequence of others, so that there is one way only to read a text
    r"^(?![您你大家\s,。.!~吧啊呀呢哈的了嘛]*$)"
    r"(谢谢|多谢|谢了|感谢|在吗|好|嗯|哦|噢|收到|知道|明白|ok|辛苦|麻烦|快(点|些)|赶紧|急死|急|人呢|👌|👍|🙏"
    r"|[您你大家\s,。.!~吧啊呀呢哈的了嘛])+$",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"[?？]|吗|多久|多少|怎么|咋|什么|啥|哪|几(天|时|点|号)|为何|呢$|(.)(不|没)\2|是否|(能|会|可以|行)[^,.!不]{0,6}不[,.!]*$"
)
ASKS_HOW_LONG = re.compile(
    r"(多久|几天|什么时候|啥时候|多长时间)(?!以?前|以?来).{0,6}(处理|回复|联系|答复|解决|结果|好|办)"
    r"|^(要|得|那|这个?|还|需要|大概|一般)*(等|要)?(多久|几天|多长时间)(?!以?前|以?来)"
)
_SUBMITS = re.compile(r"^[\s,]*(好了?|就这样|直接|快|先|现在|确认)*(提交|登记|报上去)" + ENDING + "$")
_WHY = re.compile(
    r"(凭(什么|啥)|为(什么|啥|何)|干(嘛|吗|什么|啥)).{0,4}(问|登记|填|留(?!言)|给你|告诉你|要(我的?)?(手机|电话|号码))"
    r"|(问|要|登记|填|留)(这个|这些|电话|手机号?|号码)?(干(嘛|什么|啥)|有(什么|啥)用)|(电话|手机号?|号码).{0,3}凭(什么|啥)"
)
WHAT_NOW = re.compile(r"^(那|我|现在|该|接下来|这)*(怎么|咋)(办|整|弄|搞)" + ENDING + r"[?？]?$")
_NO_MORE = re.compile(r"^(都|就)?没(有)?(别的|其他|什么|要改|问题)*(的|了)+" + ENDING + "$")
_WISHES_TO_KNOW = re.compile(r"^(我|就|,)*(想|要|想要)(查|问|知道|了解|看|咨询)")
_UNSURE = re.compile("好像|可能|但|不够|我知道|提示")
_HAPPENED = re.compile(r"了|没|不[了到上出让行]|失败|一直|被|错|还(?!款|要)|异常|\d")
_OPENS = re.compile(
    r"^(你好|您好|请问|那个|就是|我|想|要|来|先|跟你|[,.!])*(说|讲|反映|反馈|咨询|问|聊)(一下|一个|个|下)*(我的|一件|这个)?(问题|事情?|情况|个事)?"
    + ENDING
    + "$"
)


def asks(text: str) -> bool:
    """Whether a message is a question."""
    return bool(_QUESTION.search(text))


def only_asks(text: str) -> bool:
    """Whether a message asks in general, and tells nothing that has happened (提现手续费多少)."""
    return wants_answer(text) and len(text) <= _SHORT_QUESTION and not _HAPPENED.search(text)


def wants_answer(text: str) -> bool:
    """Whether a message is a question, and no guess (好像是什么余额)."""
    is_one = asks(text) or _WISHES_TO_KNOW.match(text)
    return bool(is_one) and len(text) >= _LEAST_QUESTION and not _UNSURE.search(text)


def has_no_more(text: str) -> bool:
    """Whether there is nothing to be changed or added (没有了)."""
    return bool(_NO_MORE.match(text))


def asks_why(text: str) -> bool:
    """Whether a message asks what the questions are for."""
    return bool(_WHY.search(text))


def asks_how_long(said: Said) -> bool:
    """Whether a message asks when somebody will answer."""
    return bool(ASKS_HOW_LONG.search(said.text))


def is_upset(text: str) -> bool:
    """Whether a message says nothing but that somebody is angry."""
    return len(text) <= _SHORT and bool(_UPSET.search(text))


def is_polite(text: str) -> bool:
    """Whether a message is nothing but thanks, or a sign of listening."""
    return bool(_POLITE.match(text))


def only_opens(text: str) -> bool:
    """Whether a message says that a story is to come (我想说一下我的问题)."""
    return bool(_OPENS.match(text))


def confirms(said: Said) -> bool:
    """Whether a message is a yes to the summary."""
    says_yes = _CONFIRM.match(said.text) or _SUBMITS.match(said.text) or said.text.strip() in ("👌", "👍", "✅")
    return bool(says_yes) or (said.intent == "affirm" and len(said.text) <= LONG_ENOUGH)


def is_mere_yes(text: str) -> bool:
    """Whether a text is a yes and nothing else."""
    return bool(_CONFIRM.match(text))


def knows_not(text: str) -> str | None:
    """Which slot a message says not to know (不记得几点); None for any other."""
    found = _KNOWS_NOT.search(text)
    return next((name for name, words in found.groupdict().items() if words), None) if found else None


def skips(asked: str, said: Said, gives_facts: bool) -> bool:
    """Whether a message leaves the question out."""
    if asked == "phone" and _KEEPS_OTHER_NUMBER.search(said.text):
        return False
    if asked == "phone" and refuses_phone(said):
        return True
    if _QUESTION.search(said.text):
        return False
    denies = said.intent == "deny" and len(said.text) <= LONG_ENOUGH and "是" not in said.text  # 不是两次是三次
    refused = asked == "phone" and not gives_facts and (denies or _NO_PHONE.search(said.text))
    return bool(refused or said.intent == "skip" or _NEVER_MIND.match(said.text) or _SKIP.search(said.text))


def calls_off(said: Said) -> bool:
    """Whether a customer takes back what he has begun, or puts it off (算了, 不用了, 取消, 明天再说)."""
    is_cancel = said.intent == "cancel" and said.confidence >= SURE and not request_instead(said.text)
    return is_cancel or bool(_NEVER_MIND.match(said.text) or _PUT_OFF.match(said.text))


def cancels(asked: str, said: Said) -> bool:
    """Whether the form is given up. In a form 不用了 may also mean that the customer would rather not say."""
    if asked in ("time", "amount", "phone") and _NEVER_MIND.match(said.text) and said.intent != "cancel":
        return False
    return calls_off(said)


def request_instead(text: str) -> str | None:
    """What somebody asks for who gives up something else: 想查余额 of 算了想查余额."""
    match = _WANTS_OTHER.match(text)
    return match["request"] if match else None


def refuses_phone(said: Said) -> bool:
    """Whether a customer says that he leaves no number."""
    match = _KEEPS_PHONE.search(said.text)
    return match is not None and not _QUESTION.search(said.text[match.start("refusal") :])


def only_refuses_phone(text: str) -> bool:
    """Whether a message is nothing but that (不留)."""
    return bool(_ONLY_KEEPS.match(text))


def keeps_phone(text: str) -> bool:
    """Whether a message that stands by itself says that its sender leaves no number, or asks whether he may."""
    return bool(_KEEPS_PHONE_ANYWHERE.search(text)) and not _BIDDEN.search(text)
