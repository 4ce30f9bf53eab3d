"""The tables and pictures of the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median

from bench import lengths
from bench.measured import Measurements
from bench.picture import bars, lines
from bench.report import Picture, Section, Table, megabytes, milliseconds, seconds, share
from bench.speed import CLIENTS, Speed
from bench.targets import targets

_INTRO = (
    "Over HTTP on this machine, durable stores (SQLite on both sides), the shipped configuration with everything on: "
    "door (inbox, masking), entities, FAQ search, guides. *FAQ turn*: a question of the FAQ that stock Rasa and ours "
    "answer with the same text, by the same custom action: stock Rasa asks an action server for it, ours runs it in "
    "its own process (decision 0049; *without patch `local_actions`* asks the server as well). *Stock*: the pipeline "
    "and policies of `rasa init` (`bench/stock.yml`), its SQL tracker store, locks in memory and REST channel, with "
    "the product's domain, rules, stories and actions. *Floor*: a bare Sanic server that passes the message to "
    "another one over a kept connection and stores nothing (`bench/floor.py`). The sides are asked in turn, round "
    "after round, by a client process that shares the machine's cores. A run in which an answer is missing is not "
    "reported."
)
_STEP = 20  # turns that make one point of the curve


def section(found: Measurements, tables: tuple[Table, ...] = ()) -> Section:
    """The section of the report.

    Args:
        found: the measurements.
        tables: further ones, for the end.
    """
    own = (targets(found), _speeds(found), _lengths(found), _costs(found), _training(found))
    rates = {name: found.speed[name].rate for name in ("stock", "ours", "lean")}
    title = f"FAQ turn over HTTP: messages a second, {CLIENTS} clients, durable store"
    curves = {name: list(_smooth(times)) for name, times in found.long.items()}
    pictures = (
        Picture("throughput.svg", "Messages a second", bars(title, rates, "/s")),
        Picture(
            "length.svg",
            "Time of a turn by length of the conversation",
            lines(f"Time of a turn (median of {_STEP})", curves, "turn of one conversation", "ms"),
        ),
    )
    return Section("Engine", _INTRO, (*own, *tables), pictures)


def _smooth(times: list[float]) -> Iterator[tuple[float, float]]:
    for start in range(0, len(times) - _STEP + 1, _STEP):
        yield start + _STEP / 2, 1000 * median(times[start : start + _STEP])


def _speeds(found: Measurements) -> Table:
    names = [name for name in ("stock", "ours", "lean", "floor") if name in found.speed]

    def row(title: str, shown: Callable[[Speed], str]) -> tuple[str, ...]:
        return title, *(shown(found.speed[name]) for name in names)

    rows = [row(f"messages/s, {CLIENTS} clients", lambda one: f"{one.rate:.1f}")]
    for percent in (50, 95, 99):
        rows.append(row(f"p{percent}, 1 client", _alone(percent)))
        rows.append(row(f"p{percent}, {CLIENTS} clients", _together(percent)))
    rows += [
        row("CPU of Rasa a turn", lambda one: milliseconds(one.cpu[0])),
        row("CPU of the action server a turn", lambda one: milliseconds(one.cpu[1])),
        row("answers", lambda one: str(one.answers)),
    ]
    others = [share(found.speed[name].different, found.speed[name].answers) for name in names if name != "floor"]
    rows.append(("other answer than to the question alone", *others, *(["–"] if "floor" in names else [])))
    plan = found.plan
    note = (
        f"{plan.rounds} rounds, in each {plan.alone} messages of one client and {plan.together} of each of {CLIENTS}; "
        f"{len(found.answers)} questions; every client has a conversation of its own. Rate and CPU: the round in the "
        "middle. *Other answer*: rightly so where it follows from what was said before. Lean ran later than the "
        "others. How well stock understands after so short a training is not measured here (see *Understanding*)."
    )
    return Table("FAQ turn", ("", *names), tuple(rows), note)


def _alone(percent: int) -> Callable[[Speed], str]:
    return lambda one: milliseconds(one.alone_quantile(percent / 100))


def _together(percent: int) -> Callable[[Speed], str]:
    return lambda one: milliseconds(one.together_quantile(percent / 100))


def _lengths(found: Measurements) -> Table:
    def cell(name: str, turn: int) -> str:
        took = found.turn(name, turn)
        return "–" if took is None else milliseconds(took)

    rows = tuple((name, *(cell(name, turn) for turn in lengths.AT)) for name in found.long)
    note = (
        "One conversation, the median of 21 turns around each. Turn 3: turns 2 to 4 of "
        f"{found.plan.short_talks} conversations."
    )
    return Table("Turn by length of the conversation", ("", *(f"turn {turn}" for turn in lengths.AT)), rows, note)


def _costs(found: Measurements) -> Table:
    rows = tuple(
        (name, megabytes(cost.resident_bytes), megabytes(cost.actions_bytes), seconds(cost.start_seconds))
        for name, cost in found.costs.items()
    )
    note = "Memory: resident after the load. Start: of the Rasa process, the action server being up already."
    return Table("Memory and start", ("", "Rasa", "action server", "start to first answer"), rows, note)


def _training(found: Measurements) -> Table:
    training = found.training
    measured = [("stock", training.stock, str(training.stock_epochs)), ("ours", training.ours, "–")]
    rows = [
        (name, str(one.messages), epochs, seconds(one.seconds), seconds(one.cpu_seconds))
        for name, one, epochs in measured
    ]
    reckoned = seconds(training.stock_as_initialised())
    rows.insert(-1, ("stock, reckoned", str(training.ours.messages), "100", reckoned, "–"))
    note = (
        "`rasa train` without the imports. *Reckoned*: the epochs that were not run take as long as the median of "
        "those that were; an epoch of DIET takes longer as there are more messages. "
        f"{'Both were trained at the same time; `make bench FULL=1` does not.' if found.plan.train_together else ''}"
    ).rstrip()
    return Table("Training", ("", "messages", "epochs", "time", "CPU"), tuple(rows), note)
