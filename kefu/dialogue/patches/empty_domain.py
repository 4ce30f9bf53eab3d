"""Knows what an empty domain looks like.

Upstream: `rasa.shared.core.domain.Domain.is_empty`.
Reason: for every message the processor asks whether its domain is empty, and each time one is built to compare with.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from rasa.shared.core.domain import Domain

from kefu.dialogue.patches.replacement import Replacement


@lru_cache(maxsize=1)
def _empty() -> dict[str, Any]:
    empty: dict[str, Any] = Domain.empty().as_dict()
    return empty


def _is_empty(self: Domain) -> bool:
    return bool(self.as_dict() == _empty())


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(Domain, "is_empty", _is_empty)
