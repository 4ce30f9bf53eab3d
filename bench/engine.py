"""The engine over HTTP: stock Rasa, ours and a floor side by side, with the shipped configuration."""

from __future__ import annotations

from pathlib import Path

from bench import engine_report, left_out, lengths, models, questions, sides, speed
from bench.measured import Cost, Measurements, Training
from bench.plan import Plan
from bench.report import Section
from bench.sides import Side

_LEAN = {"KEFU_LEAN": "1"}
_BURSTS = {"stock": 1, "ours": 3}  # stock Rasa takes seconds for one


def run(plan: Plan, folder: Path) -> Section:
    """Measure; stock, ours and the floor run at the same time, and only one is asked at a time."""
    models.train_both(plan, folder)
    stock_model, own_model = models.stock(plan, folder), models.own(folder)
    own_models = own_model.path.parent
    print("starting the floor, ours and stock Rasa …", flush=True)
    with sides.ours(own_models, folder / "ours") as ours:
        with sides.floor(folder / "floor") as floor, sides.stock(stock_model.path, folder / "stock") as stock:
            answers = questions.answered_alike([ours.url, stock.url], questions.candidates(plan.questions))
            asked = list(answers)
            print(f"{plan.rounds} rounds with {len(asked)} questions …", flush=True)
            fast = speed.measure(plan, [stock, ours, floor], answers)
            print("bursts and long conversations …", flush=True)
            bursts = {side.name: _bursts(side, asked[0]) for side in (stock, ours)}
            short = {side.name: lengths.short_times(side, asked, plan.short_talks) for side in (stock, ours)}
            turns = {"stock": plan.stock_turns, "ours": lengths.AT[-1]}
            long = {side.name: lengths.turn_times(side, asked, turns[side.name]) for side in (stock, ours)}
            costs = {side.name: _cost(side) for side in (stock, ours)}
        print("lean mode …", flush=True)
        with sides.ours(own_models, folder / "lean", _LEAN, name="lean") as lean:
            fast |= speed.measure(plan, [lean], answers)
            costs["lean"] = _cost(lean)
        parts = (left_out.table(plan, own_models, folder, ours, answers),) if plan.left_out else ()
    training = Training(stock_model, plan.stock_epochs, own_model)
    found = Measurements(plan, answers, fast, long, short, bursts, costs, training)
    return engine_report.section(found, parts)


def _bursts(side: Side, question: str) -> list[float]:
    return [lengths.burst(side, question, f"burst-{number}") for number in range(_BURSTS[side.name])]


def _cost(side: Side) -> Cost:
    return Cost(side.start_seconds, side.rasa.resident_bytes(), side.actions.resident_bytes())
