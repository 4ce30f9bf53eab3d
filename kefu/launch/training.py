"""Training, only where something has changed that a model is made from."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from kefu.launch.errors import LaunchError
from kefu.settings import ROOT, settings
from kefu.trainer.lint import errors

_SOURCES = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/stories", "data/lexicon")
_CODE = ("kefu/nlu", "kefu/text", "requirements.txt")
_STAMP = "fingerprint"

# Nothing about this machine goes to Rasa's servers, and TensorFlow keeps its start-up remarks to itself.
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "2"}


def train_if_changed(force: bool = False) -> bool:
    """Train a model where its sources changed since the newest one; returns whether it did.

    Raises:
        LaunchError: the trainers' files have errors, or Rasa's training failed.
    """
    models = settings().models_dir
    stamp, now = models / _STAMP, fingerprint(ROOT)
    has_model = any(models.glob("*.tar.gz"))
    if not force and has_model and stamp.exists() and stamp.read_text() == now:
        return False
    _refuse_broken_files()
    models.mkdir(parents=True, exist_ok=True)
    print("训练模型(约一分钟)…", flush=True)
    with tempfile.TemporaryDirectory(dir=models) as draft:  # cut short, it leaves no half model for Rasa to load
        command = [sys.executable, "-W", "ignore", "-m", "kefu.launch.train_model", draft]
        environment = {**os.environ, **QUIET}
        finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        if finished.returncode:
            told = finished.stdout.strip() or _tail(finished.stderr)
            raise LaunchError(f"训练失败：\n{told}")
        for model in Path(draft).glob("*.tar.gz"):
            model.replace(models / model.name)
    stamp.write_text(now)
    return True


def fingerprint(root: Path) -> str:
    """A digest of everything that a model is made from (data/faq is not: it is served as it stands)."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    for name in (*_SOURCES, *_CODE):
        path = root / name
        if not path.exists():
            continue
        yield from (
            sorted(p for p in path.rglob("*") if p.suffix in (".yml", ".txt", ".py")) if path.is_dir() else [path]
        )


def _refuse_broken_files() -> None:
    found = errors()
    if found:
        raise LaunchError("训练师的文件有错，先改好再训练：\n" + "\n".join(map(str, found)))


def _tail(output: str, lines: int = 15) -> str:
    return "\n".join(output.strip().splitlines()[-lines:])
