"""我的钱不见了, 钱少了: money is missed, and nothing says whether it was taken, overcharged, or is only late.

The borders (docs/intent-borders.md): what the customer did not do himself is `account_theft`, a payment of his own
with a wrong amount is `wrong_charge`. Such words may be either, so the bot asks before it sounds an alarm or answers.
"""

import re

_OPENING = r"(?:你好|您好|请问|救命|天[哪啊]|完了|哎呀|喂|急|那个|怎么回事|[,.!])*"
_WHOSE = r"(?:我的?|俺的?|我家的?|咱的?)?(?:这|那)?(?:邮政|my)?(?:数字)?(?:钱包|账户|账号|卡)?(?:里面|里头|里|上)?的?"
_MONEY = r"(?:钱|余额|零钱)"
_HOW = r"(?:怎么|咋个?|为什么|为啥|突然|好像|都|全|又|就|无缘无故|莫名其妙|一下子|平白)*"
_GONE = r"(?:(?:不见|没有?|少|丢|变少|变?成?为?0|归零|清零|空)(?:了|啦))"
_MUCH = (
    r"(?:一?些|一?点|好多|很多|不少|一大?半|(?:好?几|[一二两三四五六七八九十\d.]+)?(?:十|百|千|万)*多?(?:块|元)?)?钱?"
)
_ENDING = r"(?:呢|啊|呀|吗|怎么回事|咋回事|怎么办|咋办|[,.!?])*"
_VAGUE = re.compile(
    rf"^{_OPENING}{_WHOSE}(?:{_MONEY}{_HOW}{_GONE}|(?:{_MONEY}|(?<=[包户号卡里面头上])|(?=.*[块元钱])){_HOW}少了{_MUCH}|{_MONEY}(?:呢|(?:到|去)?哪(?:儿|里)?去?了))"
    rf"{_MUCH}{_ENDING}$",
    re.IGNORECASE,
)
_LONGEST = 30  # characters; more tells how


def only_misses_money(text: str) -> bool:
    """Whether a normalised text says that money is gone, and nothing else."""
    return len(text) <= _LONGEST and bool(_VAGUE.match(text))
