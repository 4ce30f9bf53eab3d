"""Short messages that have one fitting reply, whatever the classifier makes of them: the response by the words."""

import re

_END = r"[了的吧啊呀呢嘛哦吗么,.!?~\s]*$"
_OTHER_WALLET = (
    "(?:支付宝|微信(?:支付|钱包|零钱通?)?|财付通|云闪付|京东(?:支付|钱包|白条)?|美团(?:支付|月付)?"
    "|抖音(?:支付|钱包)?|翼支付|花呗|余额宝|零钱通)"
)
_OURS = (  # a word by which it is only the channel of something of ours
    "你们|咱们|这里|这边|邮政|MY|my|我的钱包|充|转到|转入|转进|绑|付的|付款的|支付的|买|收到|没到|到账|支持|能不能用"
    "|区别|跳转|选|用(?:支付宝|微信)"
)
_VAGUE = {
    "utter_which_arrival": r"到账|什么时候到账?|没到账?|到账时间",
    "utter_which_failed": r"失败|总?是?失败|操作失败|交易失败|提示失败",
    "utter_which_order": r"订单|我的订单|查订单|订单问题",
    "utter_which_frozen": r"冻结|冻结问题|冻结的事",
}
_PIECES: dict[str, re.Pattern[str]] = {
    "utter_my_name": re.compile(
        rf"^(?:请问|那|[,\s])*你(?:到底)?(?:是|叫)?(?:谁|哪位|什么名字|啥名字|什么人)(?:啊|呀)?{_END}|^(?:怎么)?称呼你?{_END}|^你叫(?:什么|啥){_END}"
    ),
    "utter_only_form_cancelled": re.compile(rf"^(?:真的?|确定|已经|就|这就|是不是)+(?:要|给我|帮我)?取消{_END}"),
    "utter_misread": re.compile(
        r"答非所问|牛头不对马嘴|鸡同鸭讲|对牛弹琴|听不懂人话|会错意|理解错|^你(?:根本)?没(?:有)?(?:听|理解|搞|弄)(?:懂|明白|清楚)"
    ),
    "utter_go_on": re.compile(
        rf"^(?:请|能|能不能|可以|麻烦|[你您,\s])*(?:帮帮我|帮我个忙|帮个忙|帮我一下|帮忙|救救我){_END}"
        rf"|^(?:等等|等一下|对了|那|我|[,\s])*(?:还有|再问)(?:一)?个(?:问题|事儿?|别的事){_END}"
    ),
    "utter_no_hurry": re.compile(
        rf"^(?:那|先|你|您|请|好|[,\s])*(?:等一?[等下会]儿?|稍等|别急|等我一?[下会]儿?)(?:[,\s]*(?:我|先|再|去|自己)*(?:看看?|想想?|查查?|找找?|试试?)(?:一下)?)?{_END}"
        rf"|^(?:那|好|嗯|[,\s])*我(?:先|再|自己|去|还是|等等)+(?:看看?|想想?|查查?|找找?|考虑)(?:一下)?(?:再说)?{_END}"
    ),
    "utter_welcome_back": re.compile(rf"^(?:好了|那)?[,\s]*我(?:又)?回来{_END}"),
    "utter_nothing_to_cancel": re.compile(rf"^(?:我要|退)?(?:退出)(?:菜单|登记|对话)?{_END}"),
    "utter_no_crypto": re.compile(
        r"比特币|以太[坊币]|虚拟(?:货)?币|泰达币|usdt|狗狗币|加密货币|数字货币(?!.{0,4}人民币)", re.IGNORECASE
    ),
}
_ALONE = frozenset({"utter_no_hurry", "utter_welcome_back"})  # an open matter has words of its own for these
_MENU = re.compile(rf"^(?:请|我要|[,\s])*(?:返回|回到?|退回)?(?:上一?[级层步页]|主?菜单|首页|开头|返回){_END}")
_OF_OTHERS = re.compile(
    rf"^(?:请问|问一?下|我的?|那|就是|在|[,\s])*(?P<who>{_OTHER_WALLET})(?:里面?|上|账户|账号|支付|App|app|的)*"
    r"(?:的|里)?(?:余额|零钱|账单|密码|客服|电话|人工|提现|提不|转账|退款|退钱|怎么(?!充|转|付)|登|封|冻|被封|实名|限额|手续费|不让|打不开|绑定手机)"
)
_OUTAGE = re.compile(
    r"(?:系统|服务器|平台|后台|网络|软件|app|你们|钱包|支付|银行)[^,.]{0,4}(?:坏|崩|瘫痪|挂了|故障|出(?:问题|毛病|故障|错)|维护|停机|抽风)[^,.]{0,4}$"
    rf"|(?:大家|别人|所有人|是不是都|都)[^,.]{{0,4}}(?:付不了|用不了|登不上|打不开|这样|不行|付不出|不能用|进不去){_END}"
    r"|^[^,.]{0,4}(?:崩了|挂了|瘫痪了|宕机)[吗么?]*$|(?:系统|服务|支付|网络)[^,.]{0,4}(?:什么时候|多久|几点)[^,.]{0,3}(?:恢复|修好|好)",
    re.IGNORECASE,
)
_RECOVERY = re.compile(
    r"(?:什么时候|多久|几点|啥时候|大概)[^,.]{0,4}(?:恢复|修好|能好|好|正常|可以用)|恢复了?[吗没]|修好了?[吗没]"
)
_TOLD = re.compile("提示|显示|弹出")  # what a failing payment says
_LONGEST = 16  # characters; more tells a story


def piece_of(text: str, is_open: bool = False) -> str | None:
    """The response that a short message has of its own.

    Args:
        text: the normalised message.
        is_open: whether a matter is talked about; then a vague word (到账, 失败) is about that.
    """
    if len(text) > _LONGEST:
        return None
    vague = {} if is_open else _VAGUE
    found = next((name for name, words in vague.items() if re.fullmatch(rf"(?:{words}){_END}", text)), None)
    pieces = (name for name, words in _PIECES.items() if words.search(text) and not (is_open and name in _ALONE))
    return found or next(pieces, None)


def asks_for_menu(text: str) -> bool:
    """Whether a message goes back to the menu in words: 返回, 上一步, 主菜单."""
    return bool(_MENU.match(text.strip()))


def other_company(text: str) -> str | None:
    """The other company whose wallet is the thing asked about (支付宝余额怎么提现); None for a channel of ours."""
    found = _OF_OTHERS.match(text) if len(text) <= _LONGEST + 4 else None
    if found is None or re.search(_OURS, text[found.end("who") :]):
        return None
    return "微信支付" if found["who"].startswith(("微信", "零钱", "财付")) else _known(found["who"])


def asks_of_outage(text: str) -> bool:
    """Whether somebody asks if the service as a whole is down: 是不是系统坏了, 大家都付不了吗."""
    return len(text) <= _LONGEST and bool(_OUTAGE.search(text)) and not _TOLD.search(text)


def asks_of_recovery(text: str) -> bool:
    """Whether somebody who was told of an outage asks on: 什么时候恢复."""
    return len(text) <= _LONGEST and bool(_RECOVERY.search(text))


def _known(who: str) -> str:
    return "支付宝" if who in ("花呗", "余额宝") else who
