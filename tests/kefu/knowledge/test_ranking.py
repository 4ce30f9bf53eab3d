"""From similarities to a decision."""

from datetime import date

import numpy as np
import pytest

from kefu.knowledge import Band, FaqEntry, Found
from kefu.knowledge.ranking import Thresholds, decide

BANDS = Thresholds(prior=0.5, answer=0.6, clarify=0.3)


def entry(faq_id: str) -> FaqEntry:
    given = {"answer": {"default": "好"}, "owner": "甲", "valid_from": date(2026, 1, 1), "source": "甲"}
    return FaqEntry(id=faq_id, question=f"{faq_id}?", **given)


ENTRIES = [entry("refund.a"), entry("refund.b"), entry("fee.a"), entry("fee.b")]


def found(*similarity: float, intent: str | None = None, k: int = 3) -> Found:
    return decide(ENTRIES, np.array(similarity, dtype=np.float32), intent, k, "v1", BANDS)


def ids(result: Found) -> list[str]:
    return [hit.entry.id for hit in result.hits]


@pytest.mark.parametrize(
    ("best", "band"),
    [(1.0, Band.ANSWER), (0.61, Band.ANSWER), (0.59, Band.CLARIFY), (0.31, Band.CLARIFY), (0.29, Band.REFUSE)],
)
def test_the_best_score_chooses_the_band(best: float, band: Band) -> None:
    assert found(0, best, 0, 0).band is band


def test_a_band_begins_at_its_threshold() -> None:
    sharp = Thresholds(prior=0.5, answer=0.5, clarify=0.25)
    for score, band in ((0.5, Band.ANSWER), (0.25, Band.CLARIFY)):
        assert decide(ENTRIES[:1], np.array([score]), None, 1, "v1", sharp).band is band


def test_hits_come_best_first_and_the_first_of_equals_stays_first() -> None:
    assert ids(found(0.2, 0.7, 0.7, 0.9, k=4)) == ["fee.b", "refund.b", "fee.a", "refund.a"]


@pytest.mark.parametrize(("k", "given"), [(1, 1), (3, 3), (9, 4)])
def test_at_most_k_hits(k: int, given: int) -> None:
    assert len(found(0.1, 0.2, 0.3, 0.4, k=k).hits) == given


def test_without_an_intent_the_similarity_is_the_score() -> None:
    assert [hit.score for hit in found(0.1, 0.2, 0.3, 0.4).hits] == pytest.approx([0.4, 0.3, 0.2])


def test_the_intents_entries_come_first_at_half_the_similarity_plus_the_prior() -> None:
    result = found(0.1, 0.2, 0.9, 0.0, intent="refund")
    assert ids(result) == ["refund.b", "refund.a", "fee.a"]
    assert [hit.score for hit in result.hits] == pytest.approx([0.6, 0.55, 0.45])


def test_an_intent_without_entries_halves_every_score() -> None:
    assert found(0.0, 0.9, 0.0, 0.0, intent="bill").hits[0].score == pytest.approx(0.45)


def test_without_candidates_it_is_refused() -> None:
    assert decide([], np.zeros(0), "refund", 3, "v1", BANDS) == Found(Band.REFUSE, (), "v1")


def test_the_result_names_the_version() -> None:
    assert found(1, 0, 0, 0).version == "v1"
