"""The questions within one message: 退款多久到?另外提现收手续费吗 → two."""

from collections.abc import Iterator, Sequence

_ENDS = frozenset("。!?!?;;,,、\n")
_OPENERS = frozenset({"还有", "另外", "顺便", "再问", "对了", "还想", "以及", "然后", "再就是", "第二"})
_ASKS = "怎咋吗么嘛为多几能可如哪啥没不要想呢谁"
_SHORTEST = 4  # characters that can be a question of their own
_MOST = 4  # questions looked at in one message


def questions(words: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of words (first, last exclusive) that can each be a question; empty where there is only one.

    What stands before 还有 is one as well, although it does not ask (密码忘了 还有退款到账没有).
    """
    parts = [(start, end, opens) for start, end, opens in _parts(words) if _is_long("".join(words[start:end]))]
    found = [(start, end) for start, end, opens in parts if opens or _asks("".join(words[start:end]))]
    return found[:_MOST] if len(found) > 1 else []


def _parts(words: Sequence[str]) -> Iterator[tuple[int, int, bool]]:
    """Parts between marks, and before words that open another question (True; the opener is left out)."""
    start = 0
    for place, word in enumerate(words):
        if word in _OPENERS or word[:1] in _ENDS:
            yield start, place, word in _OPENERS
            start = place + 1
    yield start, len(words), False


def _is_long(text: str) -> bool:
    return len(text) >= _SHORTEST


def _asks(text: str) -> bool:
    return any(character in text for character in _ASKS)
