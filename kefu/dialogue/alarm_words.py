"""What is said while an alarm is open: 怎么办, 帮我冻结, 微信转的, another matter; read by words alone."""

import re

_UNDO = "(冻结|挂失|拦截|[追要找拿]回(?!密码|账号|帐号)|止付)"
_ASKS_DONE = re.compile(
    r"(冻结|挂失|拦截|止付)(成功|好|上|住|下来|账户|账号)*(了?(没有?|吗)|了?吧?\?)[啊呀?]*$"
    rf"|(能不能|可不可以|能|可以|帮我|请|麻烦)[^,.?]{{0,6}}{_UNDO}(来|一下|账户|钱|吧|啊|[,.!])*$"
)
_NOTHING_LOST = re.compile(
    r"^我?(还|都|并)?没有?(转|给|说|付|告诉|扣|少|丢)(过|出去|成)?(钱|他|她|别人|验证码)*[呢啊了的,.!]*$"
)
_PANIC = r"(?:(?:我|[好很都快要太真])*(?:急|慌|怕|吓)(?:得要)?[死坏疯哭]?[我人]?了?[啊呀呢嘛,.!]*)"
_NOW = r"(?:[那我还]|现在|这下?|接下来)*[要该]?(?:怎么|咋)(?:办|整|弄|搞)(?:才好|好)?[了啊呀呢嘛吧,.?!]*"
_WHAT_NOW = re.compile(rf"^(?:{_PANIC}?{_NOW}{_PANIC}?|(?=.*[死坏疯哭]){_PANIC})$")
_TELLS_HOW = re.compile(  # 微信转的, 他说他是客服, 在咸鱼上: more of the story, although they name a business
    r"(转|付|给|打|汇|扫|买|加|聊|充|刷|下载?|点)(的|给?了?(他|她|对方|那|一个|别人|骗子))|(他|她|对方|那人|骗子|卖家)们?(就|还|又|先|后来)?(说|是|叫|让|发|把|给|要|用)"
    r"|(收款|二维)码$|^(在|用|通过|是)*(微信|支付宝|银行卡|咸鱼|闲鱼|淘宝|拼多多|抖音|快手|qq|钱包|群|网)[^,.;!?]{0,6}([上里的]|转|付|认识|加|聊|$)|(转|付|汇|充值?|投|交|买|装|点)了|(退|还|追)(回来?|给我)了"
    r"|也?(被|让|叫)(人|别人|他|她|对方)?[^,.;!?]{0,2}(换|改|解绑|注销|删|锁|登)"
)
_WISHES = re.compile(r"帮我|给我(?!了)|教我|^我?想(?!起|到)|^我?要|^请|^麻烦|告诉我")
_OTHER = re.compile(  # what has nothing to do with money that is gone, and nothing to do with stopping it
    r"手续费|费率|充值|提现|注册|开户(?!行)|实名|限额|额度|提额|优惠|红包|积分|立减|发票|账单|回单|注销|[水电话]费|缴费|会员"
    r"|退货|绑卡|绑定?银行卡|换张?卡|(换|改)(绑)?手机号|(忘|找回)[^,.?!]{0,4}密码|贷款|利息|信用卡|投诉|建议|表扬|新功能|升级"
    r"|公交|地铁|[境国]外|外币|付款失败|付不了|怎么付|收款码|付款码|退款(?=.*(商家|订单|没到|多久到|进度))|(商家|订单)(?=.*退)"
    r"|换个(问题|话题)|(别的|另外?一?[件个]|还有一?[件个])(事|问题)|顺便问|另外问"
)
_RESUMES = re.compile(
    r"^(那|好|嗯|还是|先|我们?|要|请|[,.])*(接着|继续|回到)(刚才|前面|那个?|那件|来|说|登记|处理|办|弄|填|事|的|吧|了|[,.!])*$"
    r"|(盗刷|被骗|转错|被盗|丢手机|加急)(钱|账)?(的)?(那|这)?(个|件)?(事|工单|单子?)(呢|怎么样|进展|处理|接着|继续|[?？])"
)
_PARTLY = re.compile(r"[退还追][^,.]{0,4}了(一[半部点些]|部分|[\d一二两三四五六七八九十几])")
_FOUND = re.compile(r"找(到|回)")


def asks_what_now(text: str) -> bool:
    """怎么办啊急死了: the steps that were told are to be done."""
    return bool(_WHAT_NOW.match(text))


def has_lost_nothing(text: str) -> bool:
    """我没转: the alarm may have come in time."""
    return bool(_NOTHING_LOST.match(text))


def asks_us_to_stop_it(text: str) -> bool:
    """帮我冻结账户, 拦截了吗: what only the telephone can do."""
    return bool(_ASKS_DONE.search(text))


def tells_how(text: str) -> bool:
    """More of the story, although it names a business."""
    return bool(_TELLS_HOW.search(text)) and not _WISHES.search(text)


def names_other_matter(text: str, is_question: bool) -> bool:
    """Whether a question or a wish is about something that has nothing to do with an alarm."""
    is_request = is_question or _WISHES.search(text) or _OTHER.fullmatch(text.strip(",.!? "))
    return bool(is_request and _OTHER.search(text)) and not tells_how(text)


def goes_back_to_it(text: str) -> bool:
    """接着登记吧, 盗刷的事呢: the alarm again, after another matter."""
    return bool(_RESUMES.search(text))


def is_only_part(text: str, told: str) -> bool:
    """Whether good news is only half of it (退了一半), or is no news: the record was found, not the telephone."""
    return bool(_PARTLY.search(text) or (_FOUND.search(text) and "手机" not in told + text))
