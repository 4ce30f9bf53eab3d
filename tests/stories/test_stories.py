"""`rasa test core` over the stories of this folder, with the trained model, as a trainer would run it."""

import subprocess
import sys
from pathlib import Path


def test_every_story_goes_as_written(root: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "rasa", "test", "core", "--e2e", "--stories", "tests/stories", "--model", "models"]
    command += ["--out", str(tmp_path), "--fail-on-prediction-errors", "--endpoints", "endpoints.yml"]
    finished = subprocess.run(command, cwd=root, capture_output=True, text=True)
    failed = tmp_path / "failed_test_stories.yml"
    report = failed.read_text() if failed.exists() else finished.stdout + finished.stderr
    assert finished.returncode == 0, report[-6000:]
