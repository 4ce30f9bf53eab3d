"""Every test here starts with stock Rasa and leaves the process as it was."""

from collections.abc import Iterator

import pytest

from kefu.dialogue import patches


@pytest.fixture(autouse=True)
def stock() -> Iterator[None]:
    in_force = patches.apply(())
    patches.undo()
    yield
    patches.undo()
    patches.apply(in_force)
