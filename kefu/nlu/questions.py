"""The questions within one message: 退款多久到?另外提现收手续费吗 → two."""

from collections.abc import Iterator, Sequence

_ENDS = frozenset("。!?!?;;,,、\n")
_OPENERS = frozenset({"还有", "另外", "顺便", "再问", "对了", "还想", "以及", "然后", "再就是", "第二"})
_ASKS = "怎咋吗么嘛为多几能可如哪啥没不要想呢谁"
_SHORTEST = 4  # characters that can be a question of their own
_MOST = 4  # questions looked at in one message


def questions(words: Sequence[str]) -> list[tuple[int, int]]:
    """Spans of words (first, last exclusive) that can each be a question; empty where there is only one."""
    found = [span for span in _parts(words) if _can_ask("".join(words[slice(*span)]))]
    return found[:_MOST] if len(found) > 1 else []


def _parts(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Parts between marks, and before words that open another question; the opener itself is left out."""
    start = 0
    for place, word in enumerate(words):
        if word in _OPENERS or word[:1] in _ENDS:
            yield start, place
            start = place + 1
    yield start, len(words)


def _can_ask(text: str) -> bool:
    return len(text) >= _SHORTEST and any(character in text for character in _ASKS)
