"""Keeps Rasa from going on in memory when the tracker store fails.

Upstream: `rasa.core.agent.Agent._create_tracker_store` wraps every store in `FailSafeTrackerStore`, which catches all
errors: a conversation that cannot be read is a new one, and what cannot be written goes to memory (189 of 254 turns
were stored). `rasa.core.tracker_store._load_from_module_name_in_endpoint_config` takes a class that cannot be imported
for a wish to keep conversations in memory.
Only stores that say `never_falls_back` are left unwrapped; ours makes this patch itself, whatever KEFU_PATCHES says:
it is not a matter of speed.
"""

from collections.abc import Iterable
from typing import Any

import rasa
import rasa.core.tracker_store
from rasa.core.agent import Agent
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.common import class_from_module_path

from kefu.dialogue.patches.replacement import Replacement

RASA = "3.6.21"

_stock_wrap = Agent._create_tracker_store
_stock_load = rasa.core.tracker_store._load_from_module_name_in_endpoint_config


def _create_tracker_store(store: Any, domain: Any) -> Any:
    if not getattr(store, "never_falls_back", False):
        return _stock_wrap(store, domain)
    store.domain = domain
    return store


def _load(domain: Any, store: Any, event_broker: Any = None) -> Any:
    if store.type.startswith("kefu."):
        try:
            class_from_module_path(store.type)
        except (AttributeError, ImportError) as error:
            raise RasaException(f"tracker store {store.type}: {error}") from error
    return _stock_load(domain, store, event_broker)


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(Agent, "_create_tracker_store", staticmethod(_create_tracker_store))
    yield Replacement(rasa.core.tracker_store, "_load_from_module_name_in_endpoint_config", _load)


def install() -> None:
    """Make the patch; again does nothing more.

    Raises:
        RasaException: this is another release of Rasa, and nobody has looked how it treats a store that fails.
    """
    if rasa.__version__ != RASA:
        raise RasaException(f"Rasa is {rasa.__version__}: check that it never goes on without its tracker store")
    for replacement in replacements():
        replacement.make()
