"""Which answer a question gets: one entry, a choice of a few, or an honest "I don't know"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kefu.brands import Brand
from kefu.knowledge import Band, FaqEntry, KnowledgeBase
from kefu.topics import is_business

SURE = 0.5  # from here on the classifier's intent decides which entries come into question
UNSURE = 0.2  # below this, words alone decide
CHOICES = 3


@dataclass(frozen=True)
class Decision:
    """What to do, and the entries that it is about (best first)."""

    band: Band
    entries: tuple[FaqEntry, ...]
    version: str


def decide(question: str, ranking: Sequence[tuple[str, float]], brand: Brand, knowledge: KnowledgeBase) -> Decision:
    """Choose for a question.

    Args:
        question: the customer's text.
        ranking: the classifier's intents with their probabilities, best first.
    """
    intent, confidence = ranking[0] if ranking else (None, 0.0)
    if intent is not None and is_business(intent) and confidence >= SURE:
        found = knowledge.search(question, intent, brand.id, CHOICES)
        return Decision(found.band, tuple(hit.entry for hit in found.hits), found.version)
    by_words = knowledge.search(question, None, brand.id, CHOICES)
    best = tuple(hit.entry for hit in by_words.hits)
    if by_words.band is Band.ANSWER and confidence < SURE:
        return Decision(Band.ANSWER, best, by_words.version)
    likely = [name for name, probability in ranking if is_business(name) and probability >= UNSURE]
    overviews = _overviews(question, likely, brand, knowledge)
    words = best if by_words.band is Band.CLARIFY else ()
    choices = tuple(_distinct([*overviews, *words]))[:CHOICES]
    return Decision(Band.CLARIFY if choices else Band.REFUSE, choices, by_words.version)


def _overviews(question: str, intents: Iterable[str], brand: Brand, knowledge: KnowledgeBase) -> Iterable[FaqEntry]:
    """The best entry of each intent."""
    for intent in intents:
        found = knowledge.search(question, intent, brand.id, 1)
        if found.hits and found.hits[0].entry.intent == intent:
            yield found.hits[0].entry


def _distinct(entries: Iterable[FaqEntry]) -> Iterable[FaqEntry]:
    return {entry.id: entry for entry in entries}.values()
