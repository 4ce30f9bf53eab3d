"""No alarm where only the classifier hears one and the customer says that nothing has happened.

差点被骗还好没转, 验证码我没给, 我看错了, 是我老公转的, 手机找到了, 不是骗子; 你们这帮骗子 is anger. What the lexicon of
emergencies finds is not asked about here, and a word of harm beside (但是钱没了, 还是转了) keeps the alarm.
"""

import re
from functools import lru_cache

from kefu.dialogue.emergency import shared_words
from kefu.dialogue.ticket_form import keeps_phone

_END = r"(?=$|[,.;!?。、\s]|但|就|还|所以|也|幸|好在|要不要|会不会|会有)"
_NOT = r"(?<!没)(?<!不)(?<!别)"
_NOBODY = re.compile(r"^[^,.;!?\s]{0,4}(?<!是)不是(骗子|诈骗|骗人的?|被盗的?|被骗的?|盗刷的?)[了啊呀吧的呢,.!~\s]*$")
_UNHARMED = re.compile(
    r"(没|没有)被(盗|骗|偷)"
    r"|差一?点"
    rf"|没有?(给|信|理|通过|加|扫|下载|转|告诉|搭理|理会|付|汇|上当|得逞|骗到|骗成|发|点|接|说)(他们?|她|对方|别人|人家|骗子|钱|款|过去|出去|过|成|验证码|密码|了|的)*{_END}"
    r"|(?<!是)不是(骗子|诈骗|骗人|被盗|被骗|盗刷)"
    r"|被[^,.;!?\s]{0,4}骗过|(我|就|直接|马上)[^,.;!?\s]{0,2}挂(了|断)"
)
_BLAMES = re.compile(
    r"^(你们|一群|这群|都是|全是|一帮|这帮|就是|真是|就|大|简直)+骗子[啊呀吧了!,.~]*$"
    r"|骗子(公司|平台|软件|app|钱包)|(?<!充)(?<!充是)(?<!称)(?<!说)你们(?!客服|的人).{0,15}骗(子|人|我)"
)
_WORRIED = re.compile(r"(充值?|提现?|退款?|转账?).{0,15}(没|未)(到|收).{0,10}是不是.{0,4}(盗|骗|偷)")
_FEARED = re.compile(
    r"想骗我|(?<![充是称])你们[^,.;!?\s]{0,3}骗了?我的?钱?|以为.{0,6}(盗|骗)"
    r"|差一?点((?!还是|结果|最后|又)[^,.;!?\s]){0,8}"
)
_OF_HARM = re.compile(  # without any of these words a message reports nothing, whatever the classifier believes
    r"盗|偷|骗|诈|抢|丢|黑了|挂失|冻结|冻住|停用|停了|钓鱼|泄[露漏]|木马|病毒|拉黑(了|我)|把我[^,.?!]{0,2}删|跑路|上当|忽悠|冒充|冒用|勒索|威胁|远程|屏幕"
    r"|被(人|别人|谁|他|她|对方|陌生|刷|转|划)|(让|叫|给)(人|人家|别人)[^,.?!]{0,3}(转|刷|拿|用|换|改|登)|(密码|号|绑定)[^,.?!]{0,6}被|(摸|转|刷|划|拿|套|跑|卷)(走|跑|光)"
    r"|(?<!还)不是(我(?!常|经常)|本人)[^,.?!]{0,6}(付|刷|买|操作|转|花|登|点|弄|消费|用|干)的?"
    r"|(我|本人)?(根本|从来|都|又|可|也)?没有?(付|刷|买|操作|转|花|登录?|点|弄|消费|用|下载?|申请)过?(?!错|成|上|不)"
    r"|(钱|余额|存款|[\d百千万块元])[^,.?!]{0,6}(没了|少了|不见|空了|变成?0|飞了|消失)|少了[^,.?!]{0,3}[\d一二两三四五六七八九十几百千万]"
    r"|(动|登|用|花|刷|拿)(着|了|过|走)我的?(钱|号|账|卡|钱包)|我的?(钱|号)[^,.?!]{0,4}(有人|谁)|(有人|谁|别人)[^,.?!没]{0,6}(用|拿|登|动|花|刷)我|谁[^,.?!]{0,2}(动|干|花|刷|登|用|转|扣)"
    r"|陌生[^,.?!]{0,4}(设备|登录|扣|交易|地|转|码)|异常(登录|交易|扣)|(验证码|密码|短信码|付款码|那六位数|把码)[^,.?!]{0,10}(给|告诉|说|念|发|报|知道|看到|看了)"
    r"|(告诉|给|发给|念给)[^,.?!]{0,8}(验证码|密码|付款码|那六位数)|(链接|网址|网站|网页|二维码|码)[^.?!]{0,14}(填|输|点|扫)|(扫|点|填|输)了?[^,.?!]{0,8}(链接|网址|网站|码)"
    r"|(转|付|垫|投|交|打|汇)(了|进去|出去|给|完|过去)[^没?!]{0,12}(不理|联系不|失联|不见|取不|提不|没影|消失)|一抖|手滑|多按|点错|按错"
    r"|(已经|就|都|给)[^,.?!没]{0,4}(转|打|汇|付)(了|出去|过去)|登录[^?!]{0,8}(我人在|不是我(?!常|的)|我没|我不在)|没有?(去|出|到)过|照(做|办)了|按他说的|我[^,.?!没]{0,2}(交|转|付|打|汇|垫|投)了|又[^,.?!没]{0,3}(转|扣|刷|划)(了|出|走)"
    r"|(落|忘|掉|放|弄|找不)(在|到)[^,.?!]{0,8}(车|店|地铁|高铁|公交|路上|网吧|饭店|了)|(陌生人|骗子|不认识的人)[^,.?!]{0,6}(转|付|打|汇|码)"
)
_SUPPOSED = re.compile(  # in the clause that says so
    r"万一|如果|假如|要是(?!没)|哪天|怎(么|样)(才能)?(避免|防止?|预防)|^我?(有点|就|只是|真|挺|好)?(怕|担心)|听(朋友|同事|邻居|别?人)?说|(一般|通常)(会|怎么|都)"
)
_HARMLESS = re.compile(
    r"换了新?(手机|设备)|新(手机|设备)|(什么|怎样)(情况)?(才|样)?(下)?算|盗刷险|是什么意思?[呀啊]?$|抓(到|住)|丢在(家|单位|公司|办公室|宿舍)"
)
_MUCH = re.compile(r"(?<![\d*])\d{2,}(?![\d*])|[\d一二两三四五六七八九几][十百千万块元]")
_CLAUSE = re.compile(r"[^,.;!?。、\s]+")
_OF_GOODS = re.compile(r"假货|质量|发货|退货|货不对|掉包|不一样|活动|尺码")
_CALLED_OFF = re.compile(
    r"(?<!说)(?<!会)没事儿?(了|啦)|(?<!有)没有?被(盗|骗|偷)|(?<!是)不是(被盗|被骗|盗刷|诈骗|骗子)|找(到|回来?)啦"
    r"|(钱|都|全|余额)[^,.?!]{0,3}(还在|没少|没丢)"
)
_CODE = "(验证码|密码|短信码|动态码)"
_MAY = "(能不能|可不可以|要不要|应不应该|能|可以|可|要|该|应该)"
_HARM = re.compile(
    r"(钱|余额|存款).{0,4}(没了|少了|不见|被|空了)|被(人|别人|他|她)?(转|刷|划|扣|盗|偷|骗)(走|光)?了"
    rf"|{_NOT}(?<!没有)(转|付|汇|充|给|发|告诉|报|交|点|输)(了|过去|出去|给了)(?!吗|没|么|\?|怎么|[^,.;!?\s]{{0,8}}(失败|没到|没收到))"
    r"|把我.{0,3}(钱|余额)|[转刷划]走了|(转|付|汇|打)给[^,.;!?\s]{1,4}了(?!吗|没)"
    r"|(还是|结果|最后|又)[^没,.;!?\s]{0,4}(转|给|付|被)|骗(走|光)|骗我|拉黑|损失(了|\d)|改了我|登(录)?了我"
)


def is_unharmed(text: str) -> bool:
    """Whether a normalised text says that nothing has happened after all, or leaves no number out of fear."""
    ends = [match.end() for pattern in (_undone(), _WORRIED) for match in pattern.finditer(text)]
    said = _FEARED.sub(" ", text[max(ends, default=0) :])
    says = bool(ends) or _UNHARMED.search(text) or blames_us(text) or keeps_phone(text)
    return bool(says) and not _HARM.search(said)


def is_relieved(text: str) -> bool:
    """Whether a normalised text says that nothing has happened, and is neither angry nor still in doubt."""
    return is_unharmed(text) and not (blames_us(text) or _WORRIED.search(text) or keeps_phone(text))


def speaks_of_harm(text: str) -> bool:
    """Whether a normalised text has a word by which something may have happened, and does not only suppose it.

    A swindle over goods (卖假货骗我) is a matter of refunds and complaints.
    """
    if _OF_GOODS.search(text) or (_HARMLESS.search(text) and not _HARM.search(text)):
        return False
    told = ",".join(clause for clause in _CLAUSE.findall(text) if not _SUPPOSED.search(clause))
    return bool(_OF_HARM.search(told) or _MUCH.search(told))


def takes_back(text: str) -> bool:
    """Whether a normalised text takes an alarm back: 看错了是我老公买的, 手机找到了, 没事了."""
    ends = [match.end() for pattern in (_undone(), _CALLED_OFF) for match in pattern.finditer(text)]
    return bool(ends) and not _HARM.search(text[max(ends) :])


def blames_us(text: str) -> bool:
    """Whether a text calls the wallet a swindler: 你们这帮骗子, 你们骗我钱."""
    return bool(_BLAMES.search(text))


def may_codes_be_told(text: str) -> bool:
    """Whether a text asks if a code or password may be given to somebody: 验证码能告诉别人吗."""
    return bool(_may_be_told().search(text)) and "了" not in text  # what has happened is told with 了


def only_clears(text: str) -> bool:
    """Whether a text says no more than that nobody is to blame (不是骗子): a word on what was said before."""
    return bool(_NOBODY.match(text))


@lru_cache(maxsize=1)
def _undone() -> re.Pattern[str]:
    """Whatever was told before such words is explained by them."""
    kin = f"({shared_words()['自家人']})"
    return re.compile(
        rf"(?<!不)(?<!说)是(我的?|我们?家的?)?{kin}[^,.;!?\s]{{0,6}}(转|刷|付|买|花|用|操作|取|提|扣|充|登|登录|改)了?的(?!吗|吧|么|\?)"
        rf"|{_NOT}看错了|误会|虚惊|我(搞|弄|记)错了|以为(是)?被?盗"
        rf"|(?<!没)(?<!没有)(退|还|追)(回来?|给我|回给我)了(?!吗|没|么|\?)|(?<!没)(?<!没有)找(到|回来?)了{_END}|(刚|已经|又)找(到|回来?)$"
    )


@lru_cache(maxsize=1)
def _may_be_told() -> re.Pattern[str]:
    """验证码能告诉别人吗, 能把密码给我妈吗."""
    kin = f"(我的?|我们?家的?)?({shared_words()['自家人']})"
    told = "(告诉|发给|报给|念给|说给|透露给?|给)"
    whom = f"{told}((你们?|别人|他人|人家|客服|他|她|对方|陌生人|任何人|朋友|同事)|{kin})"
    return re.compile(
        rf"{_CODE}.{{0,4}}{_MAY}.{{0,4}}{whom}.{{0,4}}[吗么?]"
        rf"|{_MAY}(?<!不能)(把|将)?(我的?)?{_CODE}.{{0,3}}{whom}.{{0,4}}[吗么?]"
        rf"|{_CODE}(能不能|可不可以|要不要).{{0,4}}{whom}"
        rf"|(要|问|让).{{0,6}}{_CODE}.{{0,4}}{_MAY}给.{{0,3}}[吗么?]"
    )
