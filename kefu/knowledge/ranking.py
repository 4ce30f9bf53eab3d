"""From similarities to a decision: answer, ask which of a few is meant, or admit not to know."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from kefu.knowledge.entry import FaqEntry


class Band(str, Enum):
    """What to do with a look-up."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Hit:
    """An entry and how well it fits, 0…1."""

    entry: FaqEntry
    score: float


@dataclass(frozen=True)
class Found:
    """The result of a look-up: the decision, and the entries it rests on, best first."""

    band: Band
    hits: tuple[Hit, ...]
    version: str


@dataclass(frozen=True)
class Thresholds:
    """Where the bands begin, on scores of 0…1.

    An entry of the intent that the classifier named gets `prior` on top of (1 - prior) × similarity;
    without an intent the similarity is the score. `docs/decisions/0004-faq-bands.md` says how they were chosen.
    """

    prior: float = 0.5
    answer: float = 0.5
    answer_without_intent: float = 0.7
    clarify: float = 0.3


def decide(
    entries: Sequence[FaqEntry],
    closest: np.ndarray,
    fit: np.ndarray,
    of_intent: np.ndarray | None,
    k: int,
    version: str,
    thresholds: Thresholds,
) -> Found:
    """Rank entries and choose the band.

    Args:
        entries: the candidates, in the order of the files (the first of an intent is its overview).
        closest: similarity 0…1 of the question to each entry's closest wording; the band rests on it.
        fit: how well each entry fits as a whole, 0…1; the order rests on it.
        of_intent: which entries are of the intent that the classifier named; None where it was not sure.
        k: how many hits at most.
    """
    if not entries:
        return Found(Band.REFUSE, (), version)
    needed = thresholds.answer_without_intent
    if of_intent is not None:
        needed, prior = thresholds.answer, of_intent * np.float32(thresholds.prior)
        closest, fit = prior + (1 - thresholds.prior) * closest, prior + (1 - thresholds.prior) * fit
    hits = tuple(Hit(entries[place], float(closest[place])) for place in _best(fit, k))
    return Found(_band(hits[0].score, needed, thresholds.clarify), hits, version)


def _best(values: np.ndarray, k: int) -> Iterator[int]:
    """The places of the k largest, largest first, the first of equals first; without sorting all."""
    left = values.astype(np.float32)
    for _ in range(min(k, len(left))):
        place = int(left.argmax())
        yield place
        left[place] = -np.inf


def _band(score: float, answer: float, clarify: float) -> Band:
    if score >= answer:
        return Band.ANSWER
    return Band.CLARIFY if score >= clarify else Band.REFUSE
