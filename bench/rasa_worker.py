"""A process of its own for Rasa: `python -m bench.rasa_worker train | parse`; results go to a file as JSON.

So each model is trained and served in a fresh process, and its memory is its own. Run by bench/rasa_model.py.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import sys
import time
from pathlib import Path
from typing import Any

_WARM_UP = 50  # messages parsed before the clock counts


def main(arguments: list[str] | None = None) -> int:
    """Do one job and write its result."""
    parser = argparse.ArgumentParser()
    jobs = parser.add_subparsers(dest="job", required=True)
    training = jobs.add_parser("train")
    training.add_argument("config", type=Path)
    training.add_argument("model", type=Path)
    parsing = jobs.add_parser("parse")
    parsing.add_argument("model", type=Path)
    parsing.add_argument("messages", type=Path)
    for job in (training, parsing):
        job.add_argument("result", type=Path)
    training.add_argument("data", type=Path, nargs="+")
    options = parser.parse_args(arguments)
    _be_quiet()
    if options.job == "train":
        result = train(options.config, options.data, options.model)
    else:
        messages = json.loads(options.messages.read_text(encoding="utf-8"))
        result = asyncio.run(parse(options.model, messages))
    options.result.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0


def train(config: Path, data: list[Path], model: Path) -> dict[str, Any]:
    """Train as `rasa train` does; imports are not counted.

    Returns:
        `seconds`, `cpu_seconds`, `bytes` of the model; `epochs`: seconds of each epoch but the first, by what learns.

    Raises:
        RuntimeError: Rasa has made no model.
    """
    import rasa.engine.recipes.default_components  # noqa: F401  # imports every component of Rasa
    from rasa.api import train as rasa_train

    epochs = _time_epochs()
    start, cpu = time.perf_counter(), time.process_time()
    files = [str(path) for path in data]
    made = rasa_train(
        "domain.yml", str(config), files, str(model.parent), force_training=True, fixed_model_name=model.name
    ).model
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    if not made:
        raise RuntimeError("Rasa has made no model")
    return {"seconds": wall, "cpu_seconds": used, "bytes": Path(made).stat().st_size, "epochs": epochs}


def _time_epochs() -> dict[str, list[float]]:
    """Have Rasa's own logger of epochs note how long each takes, but for a part's first, which builds its graph."""
    from rasa.utils.tensorflow.callback import RasaTrainingLogger

    found: dict[str, list[float]] = {}
    log = RasaTrainingLogger.on_epoch_end
    ended = 0.0

    def timed(self: Any, epoch: int, logs: Any = None) -> None:
        nonlocal ended
        now = time.perf_counter()
        if epoch == 0:
            found[type(self.model).__name__] = []
        else:
            found[type(self.model).__name__].append(now - ended)
        ended = now
        log(self, epoch, logs)

    RasaTrainingLogger.on_epoch_end = timed
    return found


async def parse(model: Path, messages: list[str]) -> dict[str, Any]:
    """Load a model, look at the memory after the first message, then parse all messages one by one."""
    start = time.perf_counter()
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    await agent.parse_message(messages[0])
    ready = time.perf_counter() - start
    memory = _resident_bytes()
    for message in messages[:_WARM_UP]:
        await agent.parse_message(message)
    rankings, took = [], []
    for message in messages:
        start = time.perf_counter()
        found = await agent.parse_message(message)
        took.append(time.perf_counter() - start)
        rankings.append([(guess["name"], guess["confidence"]) for guess in found["intent_ranking"]])
    return {"ready_seconds": ready, "resident_bytes": memory, "seconds": took, "rankings": rankings}


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _be_quiet() -> None:
    """No log line a message: as `rasa run` is by default."""
    from rasa.utils.common import configure_logging_and_warnings
    from rasa.utils.log_utils import configure_structlog

    configure_logging_and_warnings(logging.WARNING)
    configure_structlog(logging.WARNING)


if __name__ == "__main__":
    sys.exit(main())
