"""Models trained and asked by Rasa, each in processes of its own."""

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
_PATIENCE = 1200  # seconds for a training

_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Trained:
    """A model, and what making it cost."""

    path: Path
    seconds: float
    cpu_seconds: float
    bytes: int
    messages: int
    epochs: dict[str, list[float]]  # seconds of each epoch but the first, by what was trained in epochs (DIET, TED …)


@dataclass(frozen=True)
class Measured:
    """A model's costs, and what it made of each set of messages."""

    trained: Trained
    ready_seconds: float
    resident_bytes: int
    parse_seconds: tuple[float, ...]
    found: tuple[Pairs, ...]

    def parse_quantile(self, q: float) -> float:
        """Parse time of the message at a quantile, such as 0.5."""
        return sorted(self.parse_seconds)[min(int(q * len(self.parse_seconds)), len(self.parse_seconds) - 1)]


def train(config: Path, examples: Sequence[Example], folder: Path) -> Trained:
    """Train an assistant in a process of its own: these examples, the project's domain, rules and stories.

    A folder in which that was done before in this run gives the same model again.

    Raises:
        BenchError: the training failed.
    """
    model, result = folder / "model.tar.gz", folder / "train.json"
    if not result.exists():
        folder.mkdir(parents=True)
        data = folder / "nlu.yml"
        data.write_text(nlu_yaml(examples), encoding="utf-8")
        made = _run(folder, "train", config, model, result, data, ROOT / "data/rules", ROOT / "data/stories")
        result.write_text(json.dumps({**made, "messages": len(examples)}), encoding="utf-8")
    return Trained(model, **json.loads(result.read_text(encoding="utf-8")))


def measure(trained: Trained, tests: Sequence[Sequence[Example]], sure: float = 0.0) -> Measured:
    """Load and parse in a process of its own.

    Args:
        trained: the model.
        tests: sets of messages to parse.
        sure: the confidence from which the bot acts on an intent, where the pipeline has no fallback intent.

    Raises:
        BenchError: the process failed.
    """
    folder = trained.path.parent
    texts, result = folder / "messages.json", folder / "parse.json"
    messages = [example.text for test in tests for example in test]
    texts.write_text(json.dumps(messages, ensure_ascii=False), encoding="utf-8")
    parsed = _run(folder, "parse", trained.path, texts, result)
    understood = (_understood(ranking, sure) for ranking in parsed["rankings"])
    return Measured(
        trained=trained,
        ready_seconds=parsed["ready_seconds"],
        resident_bytes=parsed["resident_bytes"],
        parse_seconds=tuple(parsed["seconds"]),
        found=tuple([(example, next(understood)) for example in test] for test in tests),
    )


def stop_all() -> None:
    """End the trainings that other threads are waiting for."""
    for process in tuple(_running):
        process.kill()


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
    environment = {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),  # nothing is left over from another training
        "TMPDIR": str(folder),  # where stock jieba keeps its cache
        "PYTHONHASHSEED": "0",
    }
    command = [sys.executable, "-m", "bench.rasa_worker", job, *map(str, paths)]
    log = folder / f"{job}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    _running.add(process)
    try:
        code = process.wait(_PATIENCE)
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{job}: not done after {_PATIENCE} s") from error
    finally:
        process.kill()
        process.wait()
        _running.discard(process)
    if code:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-15:])
        raise BenchError(f"{job} failed:\n{tail}")
    return json.loads((folder / f"{job}.json").read_text(encoding="utf-8"))
