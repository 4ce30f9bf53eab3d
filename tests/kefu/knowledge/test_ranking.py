"""From similarities to a decision."""

from datetime import date

import numpy as np
import pytest

from kefu.knowledge import Band, FaqEntry, Found
from kefu.knowledge.ranking import Thresholds, decide

BANDS = Thresholds(prior=0.5, answer=0.6, answer_without_intent=0.8, clarify=0.3)


def entry(faq_id: str) -> FaqEntry:
    given = {"answer": {"default": "好"}, "owner": "甲", "valid_from": date(2026, 1, 1), "source": "甲"}
    return FaqEntry(id=faq_id, question=f"{faq_id}?", **given)


ENTRIES = [entry("refund.a"), entry("refund.b"), entry("fee.a"), entry("fee.b")]


def of(intent: str | None, entries: list[FaqEntry] = ENTRIES) -> np.ndarray | None:
    """Which entries are of an intent."""
    return None if intent is None else np.array([one.intent == intent for one in entries])


def found(*closest: float, fit: tuple[float, ...] = (), intent: str | None = None, k: int = 3) -> Found:
    """A decision about ENTRIES; `fit` is as `closest` unless a test is about the difference."""
    return decide(ENTRIES, np.array(closest), np.array(fit or closest), of(intent), k, "v1", BANDS)


def ids(result: Found) -> list[str]:
    return [hit.entry.id for hit in result.hits]


@pytest.mark.parametrize(
    ("best", "intent", "band"),
    [
        (1.0, None, Band.ANSWER),
        (0.81, None, Band.ANSWER),
        (0.79, None, Band.CLARIFY),
        (0.31, None, Band.CLARIFY),
        (0.29, None, Band.REFUSE),
        (0.21, "refund", Band.ANSWER),
        (0.19, "refund", Band.CLARIFY),
        (0.61, "bill", Band.CLARIFY),
        (0.59, "bill", Band.REFUSE),
    ],
)
def test_the_best_score_chooses_the_band(best: float, intent: str | None, band: Band) -> None:
    assert found(0, best, 0, 0, intent=intent).band is band


def test_a_band_begins_at_its_threshold() -> None:
    exact = Thresholds(prior=0.5, answer=0.75, answer_without_intent=0.5, clarify=0.25)
    for similarity, intent, band in (
        (0.5, None, Band.ANSWER),
        (0.25, None, Band.CLARIFY),
        (0.5, "refund", Band.ANSWER),
    ):
        assert decide(ENTRIES[:1], *[np.array([similarity])] * 2, of(intent, ENTRIES[:1]), 1, "v1", exact).band is band


def test_hits_come_best_first_and_the_first_of_equals_stays_first() -> None:
    assert ids(found(0.2, 0.7, 0.7, 0.9, k=4)) == ["fee.b", "refund.b", "fee.a", "refund.a"]


def test_the_order_rests_on_the_fit_and_the_score_on_the_closest_wording() -> None:
    result = found(0.4, 0.9, 0.0, 0.0, fit=(0.8, 0.3, 0.5, 0.0))
    assert ids(result) == ["refund.a", "fee.a", "refund.b"]
    assert [hit.score for hit in result.hits] == pytest.approx([0.4, 0.0, 0.9])
    assert result.band is Band.CLARIFY


def test_equals_keep_the_order_of_the_files_however_many_they_are() -> None:
    many = [entry(f"refund.e{i}") for i in range(100)]
    similarity = np.array([0.5, 0.9] * 50)
    hits = decide(many, similarity, similarity, None, 100, "v1", BANDS).hits
    assert [hit.entry for hit in hits] == many[1::2] + many[::2]


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
    assert decide([], np.zeros(0), np.zeros(0), np.zeros(0), 3, "v1", BANDS) == Found(Band.REFUSE, (), "v1")


def test_the_result_names_the_version() -> None:
    assert found(1, 0, 0, 0).version == "v1"
