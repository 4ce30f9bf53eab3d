"""Responses of the domain, with the names and numbers of the wallet that the customer uses."""

from typing import Any

from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from kefu.brands import brand_or_neutral


class BrandNlg(TemplatedNaturalLanguageGenerator):
    """Fills {brand}, {hotline}, {email}, {hours} and {app}; named in endpoints.yml."""

    def __init__(self, endpoint_config: Any, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """The response for an action, as Rasa's own generator makes it, for the customer's wallet."""
        message = tracker.latest_message
        metadata = (message.metadata if message else None) or {}
        brand = brand_or_neutral(metadata.get("brand") or tracker.get_slot("brand"))
        return await super().generate(utter_action, tracker, output_channel, **{**brand.variables(), **kwargs})
