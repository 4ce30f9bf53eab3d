"""From what a model made of messages to the figures of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.corpus import Example
from kefu.topics import is_business

OUT_OF_SCOPE = "out_of_scope"


@dataclass(frozen=True)
class Understood:
    """What a model made of a message: intents, best first, and whether it was sure enough to act on the first."""

    ranking: tuple[tuple[str, float], ...]
    acted: bool

    @property
    def intent(self) -> str:
        """The best guess."""
        return self.ranking[0][0]

    @property
    def confidence(self) -> float:
        """Of the best guess."""
        return self.ranking[0][1]


Pairs = Sequence[tuple[Example, Understood]]


@dataclass(frozen=True)
class Scores:
    """Counts over the messages of business intents, and over those that are out of scope."""

    business: int
    first: int  # right intent first, however sure
    acted: int  # right intent first, and sure enough to act on it
    top3: int
    outside: int
    outside_business: int  # out of scope, but a business intent comes first
    outside_acted: int  # … and the model is sure enough to act on it


def score(pairs: Pairs) -> Scores:
    """Count; messages of other dialogue intents (greetings and the like) are left out."""
    business = [pair for pair in pairs if is_business(pair[0].intent)]
    outside = [found for example, found in pairs if example.intent == OUT_OF_SCOPE]
    wrong = [found for found in outside if is_business(found.intent)]
    return Scores(
        business=len(business),
        first=_count(business, lambda example, found: found.intent == example.intent),
        acted=_count(business, lambda example, found: found.acted and found.intent == example.intent),
        top3=_count(business, lambda example, found: example.intent in [name for name, _ in found.ranking[:3]]),
        outside=len(outside),
        outside_business=len(wrong),
        outside_acted=sum(found.acted for found in wrong),
    )


def confusions(pairs: Pairs, most: int) -> list[tuple[str, str, int]]:
    """The most frequent mistakes: right intent, named intent, how often."""
    counts: dict[tuple[str, str], int] = {}
    for example, found in pairs:
        if example.intent != found.intent:
            key = (example.intent, found.intent)
            counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(right, named, count) for (right, named), count in ordered[:most]]


def between(pairs: Pairs, low: float, high: float) -> Pairs:
    """The messages whose best guess has a confidence from `low` up to, not including, `high`."""
    return [pair for pair in pairs if low <= pair[1].confidence < high]


def _count(pairs: Iterable[tuple[Example, Understood]], test: Callable[[Example, Understood], bool]) -> int:
    return sum(test(example, found) for example, found in pairs)
