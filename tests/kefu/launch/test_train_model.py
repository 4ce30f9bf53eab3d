"""The process that trains says on stdout why it can't, and nothing else there."""

from pathlib import Path

import pytest
from rasa.engine.exceptions import GraphComponentException
from rasa.shared.exceptions import RasaException

from kefu.launch import train_model
from kefu.yaml_file import DataError


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where a model was to be put; nothing contradicts, and nothing is trained."""
    folders: list[str] = []
    monkeypatch.setattr(train_model, "contradictions", list)
    monkeypatch.setattr(train_model, "train", lambda output, **_: folders.append(output))
    return folders


def test_it_trains_into_the_folder(trained: list[str], capsys: pytest.CaptureFixture) -> None:
    assert train_model.main("draft") == 0
    assert trained == ["draft"]
    assert capsys.readouterr().out == ""


def test_contradictions_are_told_before_anything_is_trained(
    trained: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    found = [DataError(Path("data/rules/a.yml"), 3, "规则“甲”和“乙”"), DataError(Path("data/rules/b.yml"), 5, "矛盾")]
    monkeypatch.setattr(train_model, "contradictions", lambda: found)
    assert train_model.main("draft") == 1
    assert trained == []
    assert capsys.readouterr().out == "data/rules/a.yml:3: 规则“甲”和“乙”\ndata/rules/b.yml:5: 矛盾\n"


def test_the_cause_is_told_not_the_component_that_was_running(
    trained: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def fails(**_: object) -> None:
        try:
            raise RasaException("词表第 3 行不对")
        except RasaException as error:
            raise GraphComponentException("Error running graph component for node train_X") from error

    monkeypatch.setattr(train_model, "train", fails)
    assert train_model.main("draft") == 1
    assert capsys.readouterr().out == "词表第 3 行不对\n"
