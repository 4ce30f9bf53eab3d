"""Gives back what loading a model has left over, and tells the garbage collector that the rest is to stay.

Upstream: `rasa.core.agent.Agent.load_model`.
Reason: dictionaries and weights live as long as the model, and the collector walks them again and again while nobody is
answered. What loading needed for a moment stays with the C library's allocator.
"""

import ctypes
import gc
from collections.abc import Iterable
from typing import Any

from rasa.core.agent import Agent

from kefu.dialogue.patches.replacement import Replacement

_stock = Agent.load_model


class _Loading:
    """Whether this process has loaded a model before."""

    is_again = False


def _load_model(self: Agent, *args: Any, **kwargs: Any) -> None:
    if _Loading.is_again:
        gc.unfreeze()  # the model before this one is to go
    _Loading.is_again = True
    try:
        _stock(self, *args, **kwargs)
    finally:
        gc.collect()
        gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc
    if trim is not None:
        trim(0)


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(Agent, "load_model", _load_model)
