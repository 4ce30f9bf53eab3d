"""What each part of our classifier gives: it is trained again without the part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.corpus import Example, Split, sample
from bench.own_classifier import features, fit, understand
from bench.report import Table, share
from bench.scores import Pairs, Scores, between, confusions, score
from kefu.dialogue.answering import SURE, UNSURE
from kefu.nlu.features import BLOCKS, Blocks


@dataclass(frozen=True)
class _Variant:
    """A way to train the classifier."""

    name: str
    blocks: tuple[str, ...] = BLOCKS
    normalised: bool = True
    data: float = 1.0


_SHIPPED = _Variant("characters + pinyin + words, as shipped")
_VARIANTS = (
    _Variant("characters only", ("characters",)),
    _Variant("characters + pinyin", ("characters", "pinyin")),
    _Variant("characters + words", ("characters", "words")),
    _SHIPPED,
    _Variant("as shipped, without the normaliser", normalised=False),
    _Variant("as shipped, 50 % of the training messages", data=0.5),
    _Variant("as shipped, 25 % of the training messages", data=0.25),
)


class Ablation:
    """Trains on (at most so many messages of) one part of the split, tests on the other and on customers' questions."""

    def __init__(self, split: Split, measure: Sequence[Example], most: int) -> None:
        self._train = sample(split.train, most)
        self._tests = (split.test, tuple(measure))
        self._features: dict[bool, tuple[dict[Example, Blocks], list[list[Blocks]]]] = {}

    def tables(self) -> Iterator[Table]:
        """What the parts give; then confidence, and mistakes, of the shipped classifier."""
        results = {variant: self._run(variant) for variant in _VARIANTS}
        scores = [(variant.name, [score(pairs) for pairs in found]) for variant, found in results.items()]
        yield _parts(scores, len(self._train))
        held_out, measured = results[_SHIPPED]
        yield _bands(held_out, measured)
        yield _mistakes(held_out)

    def _run(self, variant: _Variant) -> list[Pairs]:
        known, tests = self._encoded(variant.normalised)
        examples = sample(self._train, round(variant.data * len(self._train)))
        chosen = [known[example] for example in examples]
        model = fit(chosen, examples, variant.blocks)
        return [
            list(zip(test, understand(model, found), strict=True))
            for test, found in zip(self._tests, tests, strict=True)
        ]

    def _encoded(self, normalised: bool) -> tuple[dict[Example, Blocks], list[list[Blocks]]]:
        if normalised not in self._features:
            known = dict(zip(self._train, features(self._train, normalised), strict=True))
            self._features[normalised] = known, [features(test, normalised) for test in self._tests]
        return self._features[normalised]


def _parts(results: Sequence[tuple[str, Sequence[Scores]]], trained: int) -> Table:
    def row(name: str, scores: Sequence[Scores]) -> tuple[str, ...]:
        cells = (
            (share(s.first, s.business), share(s.top3, s.business), share(s.outside_business, s.outside))
            for s in scores
        )
        return name, *(cell for group in cells for cell in group)

    held_out, measured = results[0][1]
    return Table(
        "What each part of the classifier gives",
        (
            "classifier",
            *("split: right first", "split: among three", "split: out of scope → business"),
            *("customers: right first", "customers: among three", "customers: out of scope → business"),
        ),
        tuple(row(name, scores) for name, scores in results),
        f"Business intents: {held_out.business} messages of the split, {measured.business} questions of customers; out "
        f"of scope: {held_out.outside} and {measured.outside}. Trained on {trained} messages of the split's training "
        "part where a row says nothing else. The classifier alone, without the rest of the pipeline.",
    )


def _bands(held_out: Pairs, measured: Pairs) -> Table:
    bands = (
        (f"sure: {SURE} and more", SURE, 1.1),
        (f"{UNSURE} to {SURE}", UNSURE, SURE),
        (f"below {UNSURE}", 0.0, UNSURE),
    )

    def cells(pairs: Pairs, low: float, high: float) -> tuple[str, ...]:
        total, inside = score(pairs), score(between(pairs, low, high))
        return (
            share(inside.business, total.business),
            share(inside.first, inside.business),
            share(inside.outside_business, total.outside),
        )

    names = ("of business questions", "of these right", "out of scope → business, of all out of scope")
    return Table(
        "Confidence of the first intent",
        ("confidence", *(f"split: {name}" for name in names), *(f"customers: {name}" for name in names)),
        tuple((name, *cells(held_out, low, high), *cells(measured, low, high)) for name, low, high in bands),
        "SURE and UNSURE of kefu/dialogue/answering.py; the shipped classifier of the table before.",
    )


def _mistakes(held_out: Pairs) -> Table:
    rows = tuple((f"{right} → {named}", str(count)) for right, named, count in confusions(held_out, most=15))
    return Table("The most frequent mistakes on the split", ("right → named", "messages"), rows)
