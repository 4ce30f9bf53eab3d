"""The targets of the engine, and whether they were reached."""

from __future__ import annotations

from math import isnan

from bench import lengths
from bench.measured import Measurements
from bench.report import Table, megabytes, milliseconds, seconds, times
from bench.speed import CLIENTS

Row = tuple[str, ...]


def targets(found: Measurements) -> Table:
    """One row a target."""
    rows = (*_speed(found), *_steadiness(found), *_costs(found), _training(found), _floor(found))
    note = "Ratio: stock's for one of ours, or ours for one of stock's where more is better."
    return Table("Targets", ("", "stock", "ours", "ratio", "target", "reached"), rows, note)


def at_least(name: str, stock: str, ours: str, ratio: float, target: float) -> Row:
    """A row whose ratio is to be that large."""
    return name, stock, ours, times(ratio, 1), f"≥ {target:g}", reached(ratio >= target)


def reached(is_reached: bool) -> str:
    """The last cell."""
    return "yes" if is_reached else "**no**"


def _speed(found: Measurements) -> tuple[Row, ...]:
    stock, ours = found.speed["stock"], found.speed["ours"]
    alone = stock.alone_quantile(0.5), ours.alone_quantile(0.5)
    rates = f"{stock.rate:.1f}", f"{ours.rate:.1f}"
    return (
        at_least(f"messages/s, {CLIENTS} clients", *rates, ours.rate / stock.rate, 15),
        at_least("p50, 1 client", milliseconds(alone[0]), milliseconds(alone[1]), alone[0] / alone[1], 12),
    )


def _steadiness(found: Measurements) -> tuple[Row, ...]:
    last = lengths.AT[-1]
    stock, ours = found.growth("stock", found.plan.stock_turns), found.growth("ours", last)
    name = f"turn {last} (stock: turn {found.plan.stock_turns}) ÷ turn {lengths.SHORT}"
    bursts = max(found.bursts["stock"]), max(found.bursts["ours"])
    in_seconds = f"{bursts[0]:.2f} s", f"{bursts[1]:.2f} s"
    return (
        (name, _ratio(stock), _ratio(ours), _ratio(stock / ours), "≤ 1.3", reached(ours <= 1.3)),
        (
            f"last answer to a burst of {lengths.BURST} messages",
            *in_seconds,
            times(*bursts),
            "< 0.15 s",
            reached(bursts[1] < 0.15),
        ),
    )


def _ratio(value: float) -> str:
    return "–" if isnan(value) else times(value, 1)


def _costs(found: Measurements) -> tuple[Row, ...]:
    stock = found.costs["stock"]

    def memory(name: str, side: str, target: float) -> Row:
        ours = found.costs[side].resident_bytes
        return at_least(name, megabytes(stock.resident_bytes), megabytes(ours), stock.resident_bytes / ours, target)

    def start(name: str, side: str, target: float) -> Row:
        ours = found.costs[side].start_seconds
        return at_least(name, seconds(stock.start_seconds), seconds(ours), stock.start_seconds / ours, target)

    return (
        memory("memory of the Rasa process", "ours", 2),
        memory("memory of the Rasa process, lean", "lean", 4),
        start("start to first answer", "ours", 5),
        start("start to first answer, lean", "lean", 10),
    )


def _training(found: Measurements) -> Row:
    stock, ours = found.training.stock_as_initialised(), found.training.ours.seconds
    return at_least(
        "training on all of the data (stock: reckoned, see *Training*)", seconds(stock), seconds(ours), stock / ours, 10
    )


def _floor(found: Measurements) -> Row:
    floor = found.speed["floor"].rate
    part = {name: found.speed[name].rate / floor for name in ("stock", "ours")}
    shares = f"{100 * part['stock']:.1f} %", f"{100 * part['ours']:.1f} %"
    return "messages/s against the floor", *shares, "–", "≥ 10 %", reached(part["ours"] >= 0.1)
