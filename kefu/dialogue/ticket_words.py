"""What customers say about a ticket that is there: its number, that nobody has called, that it is no more needed."""

import re
from enum import Enum

_TICKET = "(?:工单|单子|(?:登记|投诉)(?=.{0,2}[取撤])|(?:刚才|上次|之前|前面|那个?|这个?)的?(?:登记|投诉|单))"
_STOP = (
    r"(?:取消|撤(?:销|回|掉|了|$)|作废|不要了|不办了|不弄了|不用(?:了|[办管查跟]|处理)|关(?:掉|闭|了)|删(?:掉|除|了))"
)
_CANCELS = re.compile(
    rf"{_TICKET}[^,.?!]{{0,4}}{_STOP}"
    rf"|(?:取消|撤(?:销|回|掉)?|作废|关(?:掉|闭)|删(?:掉|除)|不用|不要)[^,.?!实名]{{0,4}}(?:工单|单子|登记|投诉)"
)
_NO_NEED = re.compile(r"(?:不用|不必|不需要|别)(?:你们|再|帮我|给我|麻烦)*(?:处理|管|查|跟进|跟|联系我?|打电话|办)了")
_STAYS = re.compile(
    r"(?:别|不要|不想|不能|没有?|为什么|为啥|被|怎么(?:就|给|会)|谁)[^,.?!]{0,4}(?:取消|撤|作废|关|删)|(?:取消|撤销?|关闭?)了[吗没么?]"
)
_NUMBER = re.compile(
    r"(?<![订递流易户货])单号.{0,3}(?:多少|什么|啥|几|忘|来着|在哪|再?[说发给]|告诉|没[记看存])"
    r"|(?:忘|没记|不记得|记不|找不到|没看).{0,4}(?:工单号?|(?<![订递流易户货])单号)|(?:什么|啥|多少|哪个)单号"
)
_OTHERS = re.compile(r"商家|卖家|店|老板|对方|银行|快递|电话.{0,3}(?:打|没人接)")
_NOBODY = re.compile(
    r"没有?人(?:来|给我|跟我|和我|主动)?(?:联系|理|管|回|找我|处理|跟进|打过?电话|接手)"
    r"|没有?(?:联系|回复|答复|处理)我?[啊呀呢!.]*$|没有?(?:接到|收到)(?:你们)?(?:的)?(?:电话|回复|答复)"
)
_WAITED = re.compile(r"^(?:这|我|都|已经|快|又|等)+(?:过了?|有)?[^,]{0,4}(?:小时|天|周|星期|礼拜|个月)了[啊呀吧呢!.]*$")
_LONGEST = 25  # characters; more is a matter of its own


class Word(Enum):
    """A word on a ticket; the value tells whether it names a ticket, so that it needs no other context."""

    CANCELS = "cancels"
    NO_NEED = "no need"
    NUMBER = "number"
    NOBODY = "nobody"
    WAITED = "waited"

    @property
    def names_ticket(self) -> bool:
        """Whether it can be about nothing else, whatever is talked about."""
        return self in (Word.CANCELS, Word.NUMBER)


def word_on_ticket(text: str) -> Word | None:
    """What a message says about a ticket; None for any other."""
    if len(text) > _LONGEST:
        return None
    if not _STAYS.search(text):
        if _CANCELS.search(text):
            return Word.CANCELS
        if _NO_NEED.search(text):
            return Word.NO_NEED
    if _NUMBER.search(text):
        return Word.NUMBER
    if _NOBODY.search(text) and not _OTHERS.search(text):
        return Word.NOBODY
    return Word.WAITED if _WAITED.match(text) else None
