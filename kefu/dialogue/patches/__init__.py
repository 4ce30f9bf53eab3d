"""Patches to Rasa, only where no class can be named in its configuration: small, and switched by KEFU_PATCHES."""

import logging
import os
from collections.abc import Iterable
from importlib import import_module

from kefu.dialogue.patches.replacement import Replacement
from kefu.settings import settings

logger = logging.getLogger(__name__)

RASA = "3.6.21"  # the release that the patches are copies of; any other is left alone
NAMES = (
    "action_validator",
    "action_session",
    "graph_runner",
    "event_types",
    "debug_copies",
    "rule_index",
    "story_index",
    "empty_domain",
    "local_actions",
    "settled_model",
    "slot_mappings",
)

_undo: dict[str, list[Replacement]] = {}


def apply(names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Make the patches of this process; again does nothing more.

    Args:
        names: the patches wanted; default: those of KEFU_PATCHES.

    Returns:
        All patches that are in force now.

    Raises:
        ValueError: there is no such patch.
    """
    wanted = chosen() if names is None else _known(names)
    if not _is_patched_release():
        return ()
    for name in wanted:
        if name not in _undo:
            patch = import_module(f"{__name__}.{name}")
            _undo[name] = [replacement.make() for replacement in patch.replacements()]
    return tuple(name for name in NAMES if name in _undo)


def undo() -> None:
    """Put everything back (for tests and measurements)."""
    for name in reversed(_undo):
        for replacement in reversed(_undo[name]):
            replacement.make()
    _undo.clear()


def chosen() -> tuple[str, ...]:
    """The patches that KEFU_PATCHES names: `all` (the default), `none`, or a list with commas.

    Raises:
        ValueError: there is no such patch.
    """
    value = (os.environ.get("KEFU_PATCHES") or str(getattr(settings(), "patches", ""))).strip()
    if value in ("", "all"):
        return NAMES
    return () if value == "none" else _known(name.strip() for name in value.split(",") if name.strip())


def _known(names: Iterable[str]) -> tuple[str, ...]:
    wanted = tuple(names)
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        raise ValueError(f"KEFU_PATCHES: unknown {', '.join(unknown)}; known are {', '.join(NAMES)}, all and none")
    return wanted


def _is_patched_release() -> bool:
    import rasa

    if rasa.__version__ == RASA:
        return True
    logger.warning("Rasa is %s, the patches are for %s: none is made", rasa.__version__, RASA)
    return False
