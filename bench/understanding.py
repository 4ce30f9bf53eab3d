"""Understanding: ours against stock Rasa, our model on customers' questions, and what each part gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import models
from bench.ablation import Ablation
from bench.corpus import Example, Split, overlap, read_examples, read_measure, sample, split, unlike
from bench.plan import Plan
from bench.rasa_model import Measured, measure
from bench.report import Section, Table, interval, megabytes, milliseconds, seconds, share, times
from bench.scores import Pairs, Scores, score
from kefu.dialogue.answering import SURE

_FULL_EPOCHS = 100  # of `rasa init`


def run(plan: Plan, folder: Path) -> Section:
    """Measure; each of Rasa's models in its own processes, one after the other."""
    examples, questions = read_examples(), read_measure()
    parts = split(examples)
    print("understanding …", flush=True)
    tables = list(_against_stock(plan, folder, parts, questions)) if plan.tested else []
    tables += _full_model(folder, examples, questions)
    if plan.ablation_messages:
        print("the classifier without its parts …", flush=True)
        tables += Ablation(parts, questions, plan.ablation_messages).tables()
    intents = len({example.intent for example in examples})
    intro = (
        f"`data/nlu` holds {len(examples)} messages of {intents} intents. *Split*: {len(parts.train)} of them to "
        f"train, {len(parts.test)} held out, of every intent its share, by a fixed seed; a message in two spellings is "
        f"one message. *Customers*: {len(questions)} questions kept apart from the training data "
        f"(`tests/kefu/nlu/data/measure.tsv`); {overlap(questions, examples)} of them stand in `data/nlu` all the same."
        f"{'' if plan.tested else ' Stock Rasa beside ours: `make bench FULL=1`.'}"
    )
    return Section("Understanding", intro, tuple(tables))


def _against_stock(plan: Plan, folder: Path, parts: Split, questions: Sequence[Example]) -> Iterator[Table]:
    train = models.sample_of_split(plan)
    tests = (sample(parts.test, plan.tested), questions)
    ours = measure(models.own_on_sample(plan, folder), tests, SURE)
    stock = measure(models.stock(plan, folder), tests)
    yield _right(stock, ours, _terms(plan, train, parts))
    yield _costs(stock, ours)


def _terms(plan: Plan, train: Sequence[Example], parts: Split) -> str:
    smaller = "" if len(train) == len(parts.train) else f", a sample of the {len(parts.train)} of the split"
    fewer = "as `rasa init` has it" if plan.stock_epochs == _FULL_EPOCHS else f"not the {_FULL_EPOCHS} of `rasa init`"
    return (
        f"Both trained on the same {len(train)} messages{smaller}; stock {plan.stock_epochs} epochs, {fewer}. Stock: "
        "`bench/stock.yml`; ours: `config.yml`. *Acted on*: stock without `nlu_fallback`, ours with a confidence of at "
        f"least {SURE} (below, our bot looks at the words and offers choices, which is not counted here). Ratio: "
        "stock's mistakes for one of ours."
    )


def _right(stock: Measured, ours: Measured, note: str) -> Table:
    rows = [
        row
        for name, theirs, own in zip(("split", "customers"), stock.found, ours.found, strict=True)
        for row in _right_rows(name, score(theirs), score(own))
    ]
    return Table("Ours against stock Rasa: mistakes", ("", "stock", "ours", "ratio"), tuple(rows), note)


def _right_rows(name: str, stock: Scores, ours: Scores) -> Iterator[tuple[str, ...]]:
    hits: dict[str, Callable[[Scores], int]] = {
        "right intent first": lambda scores: scores.first,
        "right intent first, and acted on": lambda scores: scores.acted,
        "right intent among the first three": lambda scores: scores.top3,
    }
    misses: dict[str, Callable[[Scores], int]] = {
        "out of scope, given a business intent": lambda scores: scores.outside_business,
        "out of scope, given a business intent, and acted on": lambda scores: scores.outside_acted,
    }
    for title, hit in hits.items():
        label = f"{name}, {ours.business} business messages: {title}"
        ratio = times(stock.business - hit(stock), ours.business - hit(ours))
        yield label, share(hit(stock), stock.business), share(hit(ours), ours.business), ratio
    for title, miss in misses.items():
        label = f"{name}, {ours.outside} messages {title}"
        yield label, share(miss(stock), stock.outside), share(miss(ours), ours.outside), times(miss(stock), miss(ours))


def _costs(stock: Measured, ours: Measured) -> Table:
    def row(name: str, shown: Callable[[float], str], of: Callable[[Measured], float]) -> tuple[str, ...]:
        return name, shown(of(stock)), shown(of(ours)), times(of(stock), of(ours))

    return Table(
        "Ours against stock Rasa: costs",
        ("", "stock", "ours", "stock ÷ ours"),
        (
            row("training, without imports", seconds, lambda one: one.trained.seconds),
            row("training, CPU time", seconds, lambda one: one.trained.cpu_seconds),
            row("parse, median", milliseconds, lambda one: one.parse_quantile(0.5)),
            row("parse, p99", milliseconds, lambda one: one.parse_quantile(0.99)),
            row("import, load and first parse", seconds, lambda one: one.ready_seconds),
            row("resident memory after the first parse", megabytes, lambda one: float(one.resident_bytes)),
            row("model file", megabytes, lambda one: float(one.trained.bytes)),
        ),
        "The models of the table before, dialogue policies included. Parsing: "
        f"{len(ours.parse_seconds)} messages one by one through `Agent.parse_message`, in the process whose memory is "
        "given. Rasa itself imports TensorFlow on both sides.",
    )


def _full_model(folder: Path, examples: Sequence[Example], questions: Sequence[Example]) -> Iterator[Table]:
    ours = measure(models.own(folder), [questions], SURE)
    pairs = ours.found[0]
    fresh = unlike(questions, examples)
    total, unseen = score(pairs), score([pair for pair in pairs if pair[0] in fresh])
    rows = (
        ("right intent first", total.first, total.business),
        ("right intent first, and acted on", total.acted, total.business),
        ("right intent among the first three", total.top3, total.business),
        ("right intent first, unlike anything in `data/nlu`", unseen.first, unseen.business),
        ("out of scope, given a business intent", total.outside_business, total.outside),
        ("out of scope, given a business intent, and acted on", total.outside_acted, total.outside),
        ("out of scope, given a business intent, unlike …", unseen.outside_business, unseen.outside),
    )
    yield Table(
        "Our model on customers' questions",
        ("", "questions", "share", "95 % interval"),
        tuple((name, str(whole), share(part, whole), interval(part, whole)) for name, part, whole in rows),
        f"Trained on all of `data/nlu` in {seconds(ours.trained.seconds)} ({seconds(ours.trained.cpu_seconds)} of CPU "
        f"time); parse {milliseconds(ours.parse_quantile(0.5))} at the median, "
        f"{milliseconds(ours.parse_quantile(0.99))} at p99; {megabytes(ours.resident_bytes)} resident; model "
        f"file {megabytes(ours.trained.bytes)}. *Unlike*: no training message has nearly the same "
        "characters (cosine < 0.8).",
    )
    yield _by_intent(pairs)


def _by_intent(pairs: Pairs) -> Table:
    rows = []
    for intent in sorted({example.intent for example, _ in pairs}):
        of_it = [found for example, found in pairs if example.intent == intent]
        first = sum(found.intent == intent for found in of_it)
        among = sum(intent in [name for name, _ in found.ranking[:3]] for found in of_it)
        rows.append((intent, str(len(of_it)), str(first), str(among)))
    columns = ("intent", "questions", "right first", "among three")
    return Table("Our model on customers' questions, by intent", columns, tuple(rows))
