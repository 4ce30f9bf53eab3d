"""Training: when something changed that a model is made from, and only then."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from kefu.launch import training
from kefu.launch.errors import LaunchError
from kefu.launch.training import fingerprint, train_if_changed
from kefu.settings import ROOT, Settings
from kefu.yaml_file import DataError

MAKES_A_MODEL = (
    *("config.yml", "domain.yml", "requirements.txt", "data/nlu/refund.yml", "data/rules/funds.yml"),
    *("data/stories/unsolved.yml", "data/lexicon/words.txt", "data/lexicon/entities.yml"),
    *("kefu/nlu/features.py", "kefu/text/money.py"),
)
DOES_NOT = (
    *("data/faq/refund.yml", "data/brands.yml", "README.md", "docs/intent-borders.md", "tests/test_x.py"),
    *("actions/answer.py", "kefu/desk/api.py", "kefu/nlu/features.pyc", "endpoints.yml"),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the tree's shape with one file of each kind."""
    for name in (*MAKES_A_MODEL, *DOES_NOT):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"old {name}")
    return tmp_path


def test_the_same_tree_has_the_same_fingerprint_wherever_it_is(project: Path) -> None:
    before = fingerprint(project)
    moved = project.rename(project.with_name("moved"))
    assert fingerprint(moved) == before


@pytest.mark.parametrize("name", MAKES_A_MODEL)
def test_a_change_of_data_or_code_changes_it(project: Path, name: str) -> None:
    before = fingerprint(project)
    (project / name).write_text(f"new {name}")
    assert fingerprint(project) != before


@pytest.mark.parametrize("name", DOES_NOT)
def test_a_change_of_what_is_served_as_it_stands_does_not(project: Path, name: str) -> None:
    before = fingerprint(project)
    (project / name).write_text(f"new {name}")
    assert fingerprint(project) == before


def test_new_renamed_and_deleted_files_change_it(project: Path) -> None:
    found = [fingerprint(project)]
    nlu = project / "data/nlu"
    (nlu / "fee.yml").write_text("new")
    found.append(fingerprint(project))
    (nlu / "fee.yml").rename(nlu / "fees.yml")
    found.append(fingerprint(project))
    (nlu / "refund.yml").unlink()
    found.append(fingerprint(project))
    assert len(set(found)) == 4


def test_a_folder_that_git_does_not_keep_may_be_missing(project: Path) -> None:
    before = fingerprint(project)
    (project / "data/stories/unsolved.yml").unlink()
    (project / "data/stories").rmdir()
    assert fingerprint(project) != before


class Rasa:
    """Stands in for the process that trains, which takes a minute."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.returncode, self.output, self.warnings = 0, "", ""
        self.interrupted = False

    def __call__(self, command: list[str], **options: Any) -> subprocess.CompletedProcess:
        self.commands.append(command)
        (Path(command[-1]) / "new.tar.gz").write_text("a model")
        if self.interrupted:
            raise KeyboardInterrupt
        return subprocess.CompletedProcess(command, self.returncode, stdout=self.output, stderr=self.warnings)


@pytest.fixture
def rasa(monkeypatch: pytest.MonkeyPatch) -> Rasa:
    stand_in = Rasa()
    monkeypatch.setattr(subprocess, "run", stand_in)
    return stand_in


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model of the project as it is."""
    monkeypatch.setattr(training, "settings", lambda: Settings(models_dir=tmp_path))
    monkeypatch.setattr(training, "errors", list)
    (tmp_path / "old.tar.gz").touch()
    (tmp_path / "fingerprint").write_text(fingerprint(ROOT))
    return tmp_path


def test_nothing_is_trained_where_nothing_changed(models: Path, rasa: Rasa) -> None:
    assert train_if_changed() is False
    assert rasa.commands == []


@pytest.mark.parametrize("missing", ["old.tar.gz", "fingerprint"])
def test_without_a_model_or_its_fingerprint_it_is_trained(models: Path, rasa: Rasa, missing: str) -> None:
    (models / missing).unlink()
    assert train_if_changed() is True
    assert len(rasa.commands) == 1
    assert (models / "fingerprint").read_text() == fingerprint(ROOT)


def test_after_a_change_it_is_trained_once(models: Path, rasa: Rasa) -> None:
    (models / "fingerprint").write_text("of another tree")
    assert (train_if_changed(), train_if_changed()) == (True, False)
    [command] = rasa.commands
    assert command[3:5] == ["-m", "kefu.launch.train_model"]
    assert sorted(path.name for path in models.iterdir()) == ["fingerprint", "new.tar.gz", "old.tar.gz"]


def test_cut_short_it_leaves_no_half_model(models: Path, rasa: Rasa) -> None:
    rasa.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        train_if_changed(force=True)
    assert sorted(path.name for path in models.iterdir()) == ["fingerprint", "old.tar.gz"]


def test_it_can_be_forced(models: Path, rasa: Rasa) -> None:
    assert train_if_changed(force=True) is True
    assert len(rasa.commands) == 1


def test_a_failure_shows_the_end_of_the_output_and_is_tried_again(models: Path, rasa: Rasa) -> None:
    (models / "fingerprint").write_text("of another tree")
    rasa.returncode, rasa.warnings = 1, "\n".join(f"line {n}" for n in range(100))
    for _ in range(2):
        with pytest.raises(LaunchError, match="训练失败") as caught:
            train_if_changed()
    assert "line 99" in str(caught.value)
    assert "line 50" not in str(caught.value)
    assert len(rasa.commands) == 2


def test_where_the_reason_is_known_nothing_else_is_shown(models: Path, rasa: Rasa) -> None:
    rasa.returncode, rasa.output, rasa.warnings = 1, "规则“甲”和“乙”矛盾\n", "DeprecationWarning: old\n" * 99
    with pytest.raises(LaunchError) as caught:
        train_if_changed(force=True)
    assert str(caught.value) == "训练失败：\n规则“甲”和“乙”矛盾"


def test_broken_files_are_named_instead_of_trained(models: Path, rasa: Rasa, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [DataError("a.yml", 3, "第一个错"), DataError("b.yml", 5, "第二个错")]
    monkeypatch.setattr(training, "errors", lambda: found)
    with pytest.raises(LaunchError, match=r"a\.yml:3: 第一个错\nb\.yml:5: 第二个错"):
        train_if_changed(force=True)
    assert rasa.commands == []
