"""The matter of a ticket as its story tells it: told enough, narrower than the first word, or a second matter."""

import re
from typing import Any

from kefu.dialogue.form_words import SURE, asks
from kefu.dialogue.said import Said, facts
from kefu.dialogue.same_matter import family
from kefu.topics import OTHER_MATTER, is_business, names, topics

_ARRIVAL = "_arrival"
_MISSING = re.compile(r"没有?(?:到|收到|给我|退给)|未到|不到账")
_TELLS = re.compile(r"没有?(?:到|收到|退)|不到账|重复|两次|多扣|扣多|扣错|被扣|少了|没给")
_LEAST = 4  # characters of a matter that says what has happened
_ANOTHER = re.compile(
    r"^(?:还有|另外|对了|顺便|再就是|以及)|还有(?:一?件|一?个|别的|其他)+(?:事情?|问题)|^(?:哦|啊|,)*我还(?:要|想|有)|我.{2,6}也(?:没|不|被|忘|失败|登)"
)
_ONE_MORE = re.compile(r"^(?:还有|另外)(?:还有)?(?:一?件|一?个|别的|其他)(?:事情?|问题)[,\s]*.{3,}")
_NO_MATTERS = frozenset(
    {"human_agent", "contact", "ticket_status", "prepare_info", "about_wallet", "feedback", "bill", "product_news"}
)
_ASKS_ABOUT_WORK = frozenset({"human_agent", "contact", "ticket_status", "prepare_info", "about_wallet"})


def is_told(question: str, topic: str) -> bool:
    """Whether the words for a matter say already what has happened (提现没到账), so that nobody asks for a story."""
    return topic in topics() and len(question) >= _LEAST and bool(_TELLS.search(question))


def sharper(topic: str, text: str) -> str:
    """The matter that a story tells of a topic: of 提现, money that has not arrived."""
    sibling = f"{topic}{_ARRIVAL}"
    return sibling if sibling in topics() and _MISSING.search(text) else topic


def matter_of(said: Said, topic: str) -> str:
    """What a story is about: the classifier's matter where there was none, and the narrower one."""
    is_sure = is_business(said.intent) and said.confidence >= SURE and said.intent not in _ASKS_ABOUT_WORK
    meant = said.intent if topic == OTHER_MATTER and is_sure else topic
    return sharper(meant, said.text)


def another_matter(said: Said, topic: str) -> dict[str, Any] | None:
    """A matter that is told beside the ticket's (还有我提现也没到), as its slots; None for anything else."""
    is_sure = said.intent in topics() and said.confidence >= SURE and said.intent not in _NO_MATTERS
    if topic != OTHER_MATTER and not is_sure and _ONE_MORE.match(said.text) and not asks(said.text):
        return {"topic": OTHER_MATTER, "question": said.text}
    if topic == OTHER_MATTER or not is_sure or not _ANOTHER.search(said.text) or asks(said.text):
        return None
    if said.intent in family(topic) or not names(said.intent, said.text):
        return None
    told = {name: value for name, value in facts(said).items() if name in ("time", "amount", "order_id")}
    return {"topic": said.intent, "question": said.text, **told}
