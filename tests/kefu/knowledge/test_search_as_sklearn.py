"""On the real knowledge base, search ranks as it does with scikit-learn's TF-IDF and a full sort."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from kefu.knowledge import FaqEntry, load_faq
from kefu.knowledge.base import Snapshot
from kefu.knowledge.ranking import Thresholds
from kefu.knowledge.wordings import WordingIndex
from kefu.text import normalise

DAY, BANDS = date(2026, 11, 23), Thresholds()


class Reference:
    """The look-up written down plainly."""

    def __init__(self, entries: list[FaqEntry]) -> None:
        self.entries = entries
        wordings = [(i, text) for i, entry in enumerate(entries) for text in (entry.question, *entry.variants)]
        self.owners = np.array([i for i, _ in wordings])
        self.questions = _fitted([text for _, text in wordings])
        self.answers = _fitted([next(iter(entry.answer.values())) for entry in entries])

    def ranked(self, text: str, intent: str | None, brand: str) -> list[tuple[str, float, float]]:
        """Id, rank and score of what the brand's customers may see, best first."""
        to_questions, to_answers = (_similarities(index, text) for index in (self.questions, self.answers))
        found = []
        for i, entry in enumerate(self.entries):
            own = to_questions[self.owners == i]
            closest, fit = own.max(), 0.4 * own.max() + 0.45 * own.mean() + 0.15 * to_answers[i]
            if intent is not None:
                prior = BANDS.prior * (entry.intent == intent)
                closest, fit = prior + (1 - BANDS.prior) * closest, prior + (1 - BANDS.prior) * fit
            if entry.is_for(brand) and entry.is_valid(DAY):
                found.append((entry.id, float(fit), float(closest)))
        return sorted(found, key=lambda one: -one[1])


def _fitted(texts: list[str]) -> tuple[TfidfVectorizer, np.ndarray]:
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 2), sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform([normalise(text).text for text in texts])


def _similarities(index: tuple[TfidfVectorizer, np.ndarray], text: str) -> np.ndarray:
    vectorizer, vectors = index
    return (vectors @ vectorizer.transform([normalise(text).text]).T).toarray().ravel()


@pytest.fixture(scope="module")
def entries(root: Path) -> list[FaqEntry]:
    return load_faq(root / "data/faq")


@pytest.mark.parametrize("brand", ["post", "my"])
def test_the_real_knowledge_base_is_ranked_alike(root: Path, entries: list[FaqEntry], brand: str) -> None:
    snapshot, reference = Snapshot(entries, "v"), Reference(entries)
    lines = (root / "tests/kefu/nlu/data/measure.tsv").read_text(encoding="utf-8").splitlines()
    questions = [line.split("\t", 1) for line in lines if line][::3] + [["", "☂"], ["", ""], ["", "MY"]]
    known = {entry.intent for entry in entries}
    for number, (intent, text) in enumerate(questions):
        wanted = intent if intent in known and number % 3 else None
        hits = snapshot.search(text, wanted, brand, 5, DAY, BANDS).hits
        expected = reference.ranked(text, wanted, brand)
        ranks = {faq_id: rank for faq_id, rank, _ in expected}
        scores = {faq_id: score for faq_id, _, score in expected}
        # Equals may change places where float32 sees no difference.
        assert [ranks[hit.entry.id] for hit in hits] == pytest.approx([rank for _, rank, _ in expected[:5]], abs=1e-6)
        assert [hit.score for hit in hits] == pytest.approx([scores[hit.entry.id] for hit in hits], abs=1e-6)
        if expected[0][1] - expected[1][1] > 1e-6:
            assert hits[0].entry.id == expected[0][0]


def test_things_with_few_and_many_wordings_keep_their_order() -> None:
    index = WordingIndex([["退款"], ["提现", "提现多久", "怎么提现"], ["退款", "充值"]])
    closest, mean = index.similarities("退款")
    assert closest == pytest.approx([1, 0, 1], abs=1e-6)
    assert mean == pytest.approx([1, 0, 0.5], abs=1e-6)


def test_without_things_there_is_nothing() -> None:
    assert [len(found) for found in WordingIndex([]).similarities("退款")] == [0, 0]


def test_what_is_served_follows_the_brand_and_the_day(entries: list[FaqEntry]) -> None:
    ends = entries[0].copy(update={"valid_to": DAY})
    snapshot = Snapshot([ends, entries[1].copy(update={"answer": {"my": "好"}})], "v")
    later = date(2026, 11, 24)
    for brand, day, count in (("post", DAY, 1), ("post", later, 0), ("my", DAY, 2), ("my", later, 1), ("post", DAY, 1)):
        assert len(snapshot.search(ends.question, None, brand, 3, day, BANDS).hits) == count
