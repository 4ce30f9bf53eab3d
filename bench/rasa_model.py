"""Models trained and served by Rasa, each in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.corpus import Example
from bench.plan import BenchError
from bench.scores import Pairs, Understood
from kefu.settings import ROOT

_FALLBACK = "nlu_fallback"
_STOCK_CONFIG = ROOT / "bench/stock.yml"
_OWN_CONFIG = ROOT / "config.yml"


@dataclass(frozen=True)
class Measured:
    """A model's costs, and what it made of each set of messages."""

    train_seconds: float
    train_cpu_seconds: float
    model_bytes: int
    ready_seconds: float
    resident_bytes: int
    parse_seconds: tuple[float, ...]
    found: tuple[Pairs, ...]

    def parse_quantile(self, q: float) -> float:
        """Parse time of the message at a quantile, such as 0.5."""
        return sorted(self.parse_seconds)[min(int(q * len(self.parse_seconds)), len(self.parse_seconds) - 1)]


def own_config() -> Path:
    """What the product is trained with."""
    return _OWN_CONFIG


def stock_config(folder: Path, epochs: int) -> Path:
    """Stock Rasa with another number of epochs for DIET."""
    from rasa.shared.utils.io import read_yaml_file, write_yaml

    content: Any = read_yaml_file(_STOCK_CONFIG)
    for component in content["pipeline"]:
        if "epochs" in component:
            component["epochs"] = epochs
    path = folder / "stock.yml"
    write_yaml(content, path)
    return path


def measure(
    config: Path, train: Iterable[Example], tests: Sequence[Sequence[Example]], folder: Path, sure: float = 0.0
) -> Measured:
    """Train in one process; load and parse in a second one.

    Args:
        config: Rasa's pipeline.
        train: what to train on.
        tests: sets of messages to parse.
        folder: where to work; must not exist.
        sure: the confidence from which the bot acts on an intent, where the pipeline has no fallback intent.

    Raises:
        BenchError: a process failed.
    """
    folder.mkdir()
    examples, texts, model = folder / "nlu.yml", folder / "messages.json", folder / "model.tar.gz"
    examples.write_text(nlu_yaml(train), encoding="utf-8")
    messages = [example.text for test in tests for example in test]
    texts.write_text(json.dumps(messages, ensure_ascii=False), encoding="utf-8")
    trained = _run(folder, "train", config, examples, model)
    parsed = _run(folder, "parse", model, texts)
    understood = (_understood(ranking, sure) for ranking in parsed["rankings"])
    return Measured(
        train_seconds=trained["seconds"],
        train_cpu_seconds=trained["cpu_seconds"],
        model_bytes=trained["bytes"],
        ready_seconds=parsed["ready_seconds"],
        resident_bytes=parsed["resident_bytes"],
        parse_seconds=tuple(parsed["seconds"]),
        found=tuple([(example, next(understood)) for example in test] for test in tests),
    )


def nlu_yaml(examples: Iterable[Example]) -> str:
    """Examples in Rasa's format for training data."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for example in examples:
        groups[example.intent].append(example.text)
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in groups.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    return "\n".join(lines) + "\n"


def _understood(ranking: Sequence[tuple[str, float]], sure: float) -> Understood:
    """The intents of the domain; stock Rasa's fallback intent stands first where the bot would not act."""
    named = tuple((name, confidence) for name, confidence in ranking if name != _FALLBACK)
    acted = ranking[0][0] != _FALLBACK and named[0][1] >= sure
    return Understood(named, acted)


def _run(folder: Path, job: str, *paths: Path) -> Any:
    result = folder / f"{job}.json"
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),  # nothing is left over from another training
        "TMPDIR": str(folder),  # where stock jieba keeps its cache
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, "-m", "bench.rasa_worker", job, *map(str, paths), str(result)]
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, errors="replace")
    if finished.returncode:
        tail = "\n".join(finished.stderr.strip().splitlines()[-15:])
        raise BenchError(f"{job} failed:\n{tail}")
    return json.loads(result.read_text(encoding="utf-8"))
