"""What the dialogue needs to know about each intent; the business ones are edited in data/topics.yml."""

import re
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ValidationError, validator

from kefu.settings import settings
from kefu.yaml_file import DataError, DataErrors, LineDict, load_yaml
from kefu.yaml_models import mistakes, pattern_error

DIALOGUE_INTENTS = frozenset(
    {"greet", "goodbye", "thank", "affirm", "deny", "bot_challenge", "out_of_scope"}
    | {"cancel", "skip", "menu", "inform", "choose_faq", "none_of_these", "open_ticket", "rate"}
    | {"choose_brand", "add_to_ticket"}
)

OTHER_MATTER = "out_of_scope"  # the topic of a ticket about nothing that the intents name
_OTHER_TITLE = "其他问题"


class Topic(BaseModel):
    """A matter of the wallet: what people call it, and whether a ticket on it should name an amount.

    `words` (a pattern) are those that name it in passing, while another matter is talked about.
    """

    title: str
    money: bool = False
    words: str = ""

    class Config:
        extra = "forbid"
        frozen = True

    @validator("words")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"正则“{value}”不对：{pattern_error(error)}") from error
        return value


def load_topics(path: Path) -> dict[str, Topic]:
    """The topics of a file by intent.

    Raises:
        DataError: the file is not as expected; says where.
    """
    content = load_yaml(path)
    if not isinstance(content, LineDict):
        raise DataError(path, 1, "应是“意图: {title: 中文名}”")
    topics = {str(intent): _topic(path, content, intent) for intent in content}
    first: dict[str, str] = {}
    for intent, topic in topics.items():
        if first.setdefault(topic.title, intent) != intent:
            problem = f"{intent} 和 {first[topic.title]} 的 title 都是“{topic.title}”，客户分不清"
            raise DataError(path, content.line_of(intent), problem)
    return topics


def is_business(intent: str) -> bool:
    """Whether an intent is a matter of the wallet, not a move of the dialogue."""
    return intent not in DIALOGUE_INTENTS


def is_topic(intent: str) -> bool:
    """Whether a ticket may be filed, or a notice given, under this name."""
    return intent == OTHER_MATTER or intent in topics()


def needs_amount(topic: str) -> bool:
    """Whether a ticket on the topic should name an amount."""
    return topic in topics() and topics()[topic].money


def names(intent: str, text: str) -> bool:
    """Whether a normalised text has a word that names the topic; True where the topic's words are not given."""
    words = topics()[intent].words if intent in topics() else ""
    return not words or bool(re.search(words, text, re.IGNORECASE))


def title(intent: str) -> str:
    """What people call an intent."""
    return topics()[intent].title if intent in topics() else _OTHER_TITLE


@lru_cache(maxsize=1)
def topics() -> dict[str, Topic]:
    """The topics of this process."""
    return load_topics(settings().data_dir / "topics.yml")


def _topic(path: Path, content: LineDict, intent: str) -> Topic:
    fields = content[intent]
    if not isinstance(fields, LineDict):
        raise DataError(path, content.lines[intent], f"{intent} 应是 {{title: 中文名}}，money、words 可选")
    try:
        return Topic(**{str(key): value for key, value in fields.items()})
    except ValidationError as error:
        raise DataErrors(list(mistakes(path, fields, error, f"{intent} 的 ", content.lines[intent]))) from error
