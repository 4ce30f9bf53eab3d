"""Does not look for slots to fill where the domain says that only actions fill them.

Upstream: `rasa.core.actions.action.ActionExtractSlots.run`.
Reason: for every message it goes through all mappings of all slots; ours are all `custom` without an action, of which
it makes nothing.
"""

from collections.abc import Iterable
from typing import Any

from rasa.core.actions.action import ActionExtractSlots
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES, MAPPING_TYPE, SlotMappingType
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event

from kefu.dialogue.patches.replacement import Replacement

_stock = ActionExtractSlots.run


class _Latest:
    """The answer for the domain that is served; by identity, for a domain's hash is a walk through all of it."""

    def __init__(self) -> None:
        self._domain: Domain | None = None
        self._answer = False

    def has_nothing_to_fill(self, domain: Domain) -> bool:
        if self._domain is not domain:
            self._domain, self._answer = domain, has_nothing_to_fill(domain)
        return self._answer


def has_nothing_to_fill(domain: Domain) -> bool:
    """Whether no message can fill a slot by itself, and no action wants to have its say."""
    if ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions:
        return False
    mappings = [mapping for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES for mapping in slot.mappings]
    return all(one.get(MAPPING_TYPE) == str(SlotMappingType.CUSTOM) and not one.get("action") for one in mappings)


_latest = _Latest()


async def _run(self: ActionExtractSlots, output_channel: Any, nlg: Any, tracker: Any, domain: Domain) -> list[Event]:
    if _latest.has_nothing_to_fill(domain):
        return []
    found: list[Event] = await _stock(self, output_channel, nlg, tracker, domain)
    return found


def replacements() -> Iterable[Replacement]:
    """What this patch replaces."""
    yield Replacement(ActionExtractSlots, "run", _run)
