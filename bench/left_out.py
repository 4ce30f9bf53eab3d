"""What each part of the engine costs or saves: the product without it, beside the shipped one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

from bench import sides, speed
from bench.plan import Plan
from bench.postgres import durable_postgres
from bench.report import Table, milliseconds
from bench.sides import Side
from bench.speed import Speed
from kefu.dialogue.patches import NAMES

STOCK_CHANNEL = {"bench.stock_channel.StockRest": None}
_POSTGRES = "PostgreSQL in the place of SQLite"


@dataclass(frozen=True)
class Variant:
    """The product with something changed."""

    name: str
    changes: dict[str, str] = field(default_factory=dict)
    credentials: dict[str, None] | None = None


def variants() -> list[Variant]:
    """All of them; the first is the shipped one, so that its row shows how much chance there is."""
    without = [
        Variant(f"without patch `{name}`", {"KEFU_PATCHES": ",".join(other for other in NAMES if other != name)})
        for name in NAMES
    ]
    return [
        Variant("as shipped, once more"),
        Variant("lean", {"KEFU_LEAN": "1"}),
        Variant("without any patch", {"KEFU_PATCHES": "none"}),
        *without,
        Variant("without the door (Rasa's REST channel: no inbox, no masking)", credentials=STOCK_CHANNEL),
        Variant(_POSTGRES),
    ]


def table(plan: Plan, models: Path, folder: Path, shipped: Side, answers: dict[str, str]) -> Table:
    """Measure each variant in turn with the shipped product, which runs already."""
    rows = []
    plan = replace(plan, rounds=max(3, plan.rounds // 2))  # there are many of them
    for number, variant in enumerate(variants()):
        with _running(variant, models, folder / f"variant-{number}") as side:
            if side is None:
                rows.append((variant.name, *["not installed"] * 4))
                continue
            print(f"{variant.name} …", flush=True)
            found = speed.measure(plan, [shipped, side], answers, f"variant-{number}")
            rows.append(_row(variant.name, found[shipped.name], found[side.name]))
    note = (
        f"The same load as above, in {plan.rounds} rounds. *Rate*: messages/s against the shipped product in the same "
        "round, the median of the rounds; under 1: slower. The first row is the shipped product beside itself: so much "
        "is chance."
    )
    columns = ("variant", "rate", "p50, 1 client", "CPU of Rasa a turn", "CPU of the action server a turn")
    return Table("What each part costs or saves", columns, tuple(rows), note)


@contextmanager
def _running(variant: Variant, models: Path, folder: Path) -> Iterator[Side | None]:
    """The variant as a side; None where this machine has not what it needs."""
    if variant.name != _POSTGRES:
        with sides.ours(models, folder, variant.changes, variant.credentials, name="variant") as side:
            yield side
        return
    with durable_postgres() as url:
        if url is None:
            yield None
            return
        with sides.ours(models, folder, {"KEFU_DATABASE_URL": url}, name="variant") as side:
            yield side


def _row(name: str, shipped: Speed, variant: Speed) -> tuple[str, ...]:
    rate = median(changed.rate / whole.rate for changed, whole in zip(variant.together, shipped.together, strict=True))
    rasa, actions = variant.cpu
    return name, f"{rate:.2f}", milliseconds(variant.alone_quantile(0.5)), milliseconds(rasa), milliseconds(actions)
