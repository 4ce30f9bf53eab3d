"""不对，我说的是提现不是退款: the matter that a customer puts in the place of the one that is talked about."""

import re
from dataclasses import dataclass

from kefu.dialogue.said import Said, facts
from kefu.topics import is_business, title, topics

_SURE = 0.55
_PART = r"[^,.;!?。]"
_SAYS = r"(?P<says>我?(?:说|讲|问|要办|指)的)"
_LEAD = (
    r"(?:(?:事情|类型|类别)?(?:选|写)?不对|(?:事情|类型|类别)[选写]?错了|[搞弄说听]?错了|等等|等一?下)[,.!\s啊呀吧]*"
)
_CORRECTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_SAYS}?是(?P<right>{_PART}{{2,12}}?),?(?:并|而|可)?(?<!是)不是(?P<left>{_PART}{{2,12}})",
        rf"(?<!是)不是(?P<left>{_PART}{{2,12}}?),?(?:而|应该|{_SAYS})?是(?P<right>{_PART}{{2,20}})",
        rf"^(?:(?:{_LEAD}|不是[,.!\s啊呀吧]*))?{_SAYS}(?:应该)?是(?P<right>{_PART}{{2,20}})",
        rf"^(?P<lead>{_LEAD}|不是[,.!\s啊呀吧]+)我?(?:应该)?是(?P<right>{_PART}{{2,20}})",
        rf"^(?P<lead>(?:帮我|给我|请|那|要|把事情)*改(?:成|为))(?P<right>{_PART}{{2,8}}?)[吧啊呀了]*$",
    )
)
_IS_LEAD = re.compile(_LEAD)
_FILLER = re.compile(r"[的了啊呀吧呢这那个事办,\s]|问题|业务|没到账?")
_MARKS = re.compile(
    rf"不对|[搞弄说听]?错了|等等|等一?下|不是|应该|我?(?:说|讲|问|要办|指)的|[是并而可]|[,.!?。]|{_FILLER.pattern}"
)
_LITTLE = 1  # characters beside a title, in words that only name a matter
_OF_THE_FORM = re.compile(r"手机|电话|号码|金额|多少钱|时间|日期|单号|\d")  # 不对，是手机号写错了
_ARRIVAL = "_arrival"
_LIKE = 2  # characters that a title begins with


@dataclass(frozen=True)
class Correction:
    """The matter that is meant, and whether the message tells more than that."""

    topic: str
    tells_more: bool


def corrected_topic(said: Said, topic: str) -> Correction | None:
    """What a message, in the form or after an answer, puts in the place of `topic`; None where it names nothing else.

    The words behind 是 count, whatever the classifier makes of a sentence that names both matters.
    """
    for pattern in _CORRECTIONS:
        match = pattern.search(said.text)
        meant = _like(topic, _topic_named(match["right"], said)) if match and _is_meant(match) else None
        if match and meant and meant != topic:
            return Correction(meant, _tells_more(said.text))
    return None


def _is_meant(match: re.Match[str]) -> bool:
    """Whether a match is a correction: 我说的是, 不对是; else both sides only name matters (不是提现是充值)."""
    groups = match.groupdict()
    if groups.get("says") or groups.get("lead") or _IS_LEAD.fullmatch(match.string, 0, match.start()):
        return True
    return _only_names(groups["right"]) and _only_names(groups["left"])


def _only_names(words: str) -> bool:
    """Whether words are a title, or the beginning of one, and little more."""
    rest = _without_titles(words)
    return rest != words and len(_FILLER.sub("", rest)) <= _LITTLE


def _tells_more(text: str) -> bool:
    """Whether a correction says more than which matter is meant."""
    return len(_MARKS.sub("", _without_titles(text))) > _LITTLE


def _without_titles(text: str) -> str:
    """A text less the titles in it, and what begins like one; the longest first."""
    known = {name for topic in topics().values() for name in (topic.title, topic.title[:_LIKE])}
    for name in sorted(known, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def _like(topic: str, meant: str | None) -> str | None:
    """不是提现是充值, of money that has not arrived: the one that is meant has not arrived either."""
    sibling = f"{meant}{_ARRIVAL}"
    return sibling if topic.endswith(_ARRIVAL) and sibling in topics() else meant


def _topic_named(words: str, said: Said) -> str | None:
    """The topic whose title stands in the words, the longest of them; the classifier's where it fits, or none does."""
    is_sure = is_business(said.intent) and said.intent in topics() and said.confidence >= _SURE
    if is_sure and title(said.intent)[:_LIKE] in words:
        return said.intent
    named = [intent for intent, known in topics().items() if known.title in words]
    if named:
        return max(named, key=lambda intent: len(title(intent)))
    return said.intent if is_sure and not facts(said) and not _OF_THE_FORM.search(words) else None
