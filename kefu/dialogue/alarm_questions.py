"""What customers ask after an alarm, and what sounds like one and is none; edited in data/guides/alarm."""

import re
from functools import lru_cache

from kefu.dialogue.guides import Guide, Guides, Option, load_guides
from kefu.settings import settings

BEFORE = "data_security"  # the guide of what is no alarm; the others are named like the alarm's topic

_LONGEST = 120  # characters; who writes more tells a story
_HARMED = re.compile(
    r"(?<!给)(?<!到)(?<!叫)(?<!让)(?<!用)(?<!拿)(?<!玩)(?<!动)我[^,.?!没]{0,6}(转|付|汇|打|给|投|垫|交|充|告诉|填|输|念|报)(了|过去|出去|回去了|进去|给他)(?!吗|没|么|\?)"
    r"|(填|输|写|交)(了|过)[^,.?!]{0,8}(卡|密码|验证码|身份证|信息|资料)|点(了|进去)(?!吗|没|\?)"
    r"|(钱|余额)[^,.?!]{0,4}(没了|不见|少了|被[人转刷盗偷]|空了|变成?0)|(?<!卡)(?<!证)被[^,.?!]{0,4}(骗|盗|偷|转|刷)(走|光|了)"
    r"|(?<!卡)(?<!证)被[^,.?!]{0,4}骗(?!子)|骗(走|光)|骗了?我|(儿子|女儿|孩子|小孩|娃)[^,.?!]{0,10}骗|刷(走|光)"
    r"|照(做|办|着做|他说的做)了|照他说的|按他说的[^,.?!没]{0,4}了|我(就|已经|都|也)[^,.?!没]{0,3}(转|给|付|填|点|说)(了|过去)"
)  # 别人给我转了 comes in, 孩子充了 has been paid for


def asked_after(alarm: str, text: str) -> Option | None:
    """The question that a normalised text asks while an alarm of that topic is open."""
    guide = guide_of(alarm)
    return guide.named(text) if guide and len(text) <= _LONGEST else None


def asked_before(text: str) -> Option | None:
    """The question of safety in a normalised text by which nothing has been lost (yet)."""
    guide = guide_of(BEFORE)
    return guide.named(text) if guide and len(text) <= _LONGEST and not _HARMED.search(text) else None


def is_of_safety(faq_id: str | None) -> bool:
    """Whether an entry is one of those that are answered by words, before any alarm."""
    guide = guide_of(BEFORE)
    return bool(guide and faq_id and guide.holding(faq_id))


def guide_of(alarm: str) -> Guide | None:
    """What may be asked while an alarm of that topic is open."""
    return alarm_guides().of(alarm)


@lru_cache(maxsize=1)
def alarm_guides() -> Guides:
    """The guides of this process."""
    return load_guides(settings().data_dir / "guides" / "alarm")
