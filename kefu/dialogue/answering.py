"""Which answer a question gets: one entry, a choice of a few, or an honest "I don't know"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kefu.brands import Brand
from kefu.dialogue.guides import guides
from kefu.knowledge import Band, FaqEntry, KnowledgeBase
from kefu.topics import is_business

SURE = 0.5  # from here on the classifier's intent decides which entries come into question
UNSURE = 0.2  # below this, words alone decide
CHOICES = 3
MOST_FURTHER = 3  # questions beside the first; who asks more has asked about everything
_AS_GOOD = 0.1  # an overview this close to the best entry goes first where a guide can ask further


@dataclass(frozen=True)
class Guess:
    """An intent that the classifier sees in a text (the whole message, or one question of it)."""

    intent: str
    confidence: float
    text: str = ""


@dataclass(frozen=True)
class Decision:
    """What to do, the entries that it is about (best first), and one for each further question in the message."""

    band: Band
    entries: tuple[FaqEntry, ...]
    version: str
    also: tuple[FaqEntry, ...] = ()


def decide(
    text: str, ranking: Sequence[Guess], brand: Brand, knowledge: KnowledgeBase, questions: Sequence[Guess] = ()
) -> Decision:
    """Choose for a message.

    Args:
        text: the customer's message.
        ranking: the classifier's guesses for the whole message, best first.
        questions: where it holds several questions, the best guess for each.
    """
    topics = _distinct_topics(questions)
    if len(topics) > 1:
        first = next((topic for topic in topics if ranking and topic.intent == ranking[0].intent), topics[0])
        answer = _answer(first.text, first.intent, brand, knowledge)
        further = (_answer(one.text, one.intent, brand, knowledge) for one in topics if one is not first)
        also = tuple(found.entries[0] for found in further if found.entries)
        return Decision(answer.band, answer.entries, answer.version, also[:MOST_FURTHER])
    best = ranking[0] if ranking else None
    meant = knowledge.word_for_word(text, brand.id)  # whatever the classifier makes of it
    if meant and best and is_business(best.intent) and meant.intent != best.intent:
        return Decision(Band.ANSWER, (meant,), knowledge.current().version)
    if best and is_business(best.intent) and best.confidence >= SURE:
        return _answer(text, best.intent, brand, knowledge)
    return _without_intent(text, ranking, brand, knowledge)


def _answer(text: str, intent: str, brand: Brand, knowledge: KnowledgeBase) -> Decision:
    found = knowledge.search(text, intent, brand.id, CHOICES)
    entries = [hit.entry for hit in found.hits]
    overview = next((hit for hit in found.hits if hit.entry == knowledge.current().overview.get(intent)), None)
    if overview and guides().of(intent) and overview.score >= found.hits[0].score - _AS_GOOD:
        entries.sort(key=lambda entry: entry is not overview.entry)  # a vague question: let the guide ask
    return Decision(found.band, tuple(entries), found.version)


def _without_intent(text: str, ranking: Sequence[Guess], brand: Brand, knowledge: KnowledgeBase) -> Decision:
    """Words alone may name an entry; else the likely intents and the nearest entries are offered."""
    by_words = knowledge.search(text, None, brand.id, CHOICES)
    nearest = tuple(hit.entry for hit in by_words.hits)
    if by_words.band is Band.ANSWER:
        return Decision(Band.ANSWER, nearest, by_words.version)
    likely = [guess.intent for guess in ranking if is_business(guess.intent) and guess.confidence >= UNSURE]
    offered = [*_best_of_each(text, likely, brand, knowledge), *(nearest if by_words.band is Band.CLARIFY else ())]
    choices = tuple({entry.id: entry for entry in offered}.values())[:CHOICES]
    return Decision(Band.CLARIFY if choices else Band.REFUSE, choices, by_words.version)


def _best_of_each(text: str, intents: Iterable[str], brand: Brand, knowledge: KnowledgeBase) -> Iterable[FaqEntry]:
    for intent in intents:
        found = knowledge.search(text, intent, brand.id, 1)
        if found.hits and found.hits[0].entry.intent == intent:
            yield found.hits[0].entry


def _distinct_topics(questions: Sequence[Guess]) -> list[Guess]:
    """The sure business questions, one an intent, in the order of the text."""
    sure = [guess for guess in questions if is_business(guess.intent) and guess.confidence >= SURE]
    return list({guess.intent: guess for guess in reversed(sure)}.values())[::-1]
