"""A loaded model is out of the garbage collector's sight, and a model that was replaced is not kept."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.model import get_latest_model

from kefu.dialogue import patches


@pytest.fixture
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_a_model_stays_until_another_takes_its_place(root: Path, thawed: None) -> None:
    model = get_latest_model(str(root / "models"))
    assert model, "make train"
    patches.apply(["settled_model"])
    before = gc.get_freeze_count()
    agent = Agent.load(model)
    assert gc.get_freeze_count() > before
    old = weakref.ref(agent.processor.graph_runner)
    agent.load_model(model)
    assert old() is None
    assert agent.processor.graph_runner is not None
