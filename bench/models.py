"""The models of a run. The parts of the benchmark share them: each is trained once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.corpus import Example, read_examples, sample, split
from bench.plan import Plan
from bench.questions import labelled
from bench.rasa_model import Trained, stop_all, train
from kefu.settings import ROOT
from kefu.text import normalise

_OWN_CONFIG = ROOT / "config.yml"
_STOCK_CONFIG = ROOT / "bench/stock.yml"


def sample_of_split(plan: Plan) -> tuple[Example, ...]:
    """What stock Rasa is trained on: a sample of the split's training part, and the FAQ's questions (see `questions`).

    None of the FAQ's questions that is among the split's held-out messages.
    """
    parts = split(read_examples())
    held_out = {normalise(example.text).text for example in parts.test}
    asked = [one for one in labelled(plan.questions) if normalise(one.text).text not in held_out]
    return tuple(dict.fromkeys([*sample(parts.train, plan.stock_messages), *asked]))


def own(part: Path) -> Trained:
    """Ours, trained on all of `data/nlu`; `part` is the folder of the part that asks."""
    return _train("ours", _OWN_CONFIG, read_examples(), part)


def own_on_sample(plan: Plan, part: Path) -> Trained:
    """Ours, trained on what stock Rasa is trained on."""
    return _train("ours on the sample", _OWN_CONFIG, sample_of_split(plan), part)


def stock(plan: Plan, part: Path) -> Trained:
    """Stock Rasa, trained on the sample in the plan's number of epochs."""
    return _train("stock Rasa", _stock_config(part.parent, plan.stock_epochs), sample_of_split(plan), part)


def train_both(plan: Plan, part: Path) -> None:
    """Make sure that stock Rasa's model and ours are there, in as little time as the plan wants."""
    with ThreadPoolExecutor(2 if plan.train_together else 1) as pool:
        trainings = pool.submit(stock, plan, part), pool.submit(own, part)
        try:
            for training in trainings:
                training.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop_all()
            raise


def _train(name: str, config: Path, examples: list[Example] | tuple[Example, ...], part: Path) -> Trained:
    folder = part.parent / "models" / name.replace(" ", "-").lower()
    if not folder.exists():
        print(f"training {name}: {len(examples)} messages …", flush=True)
    return train(config, examples, folder)


def _stock_config(folder: Path, epochs: int) -> Path:
    from rasa.shared.utils.io import read_yaml_file, write_yaml

    content: Any = read_yaml_file(_STOCK_CONFIG)
    for component in (*content["pipeline"], *content["policies"]):
        if "epochs" in component:
            component["epochs"] = epochs
    path = folder / f"stock-{epochs}.yml"
    write_yaml(content, path)
    return path
