"""Rasa's own REST channel, which here says which wallet is meant: else the bot would ask for it first."""

from typing import Any

from rasa.core.channels.rest import RestInput
from sanic.request import Request


class StockRest(RestInput):
    """Nothing of Rasa's is changed but that messages are those of the wallet `post`."""

    def get_metadata(self, request: Request) -> dict[str, Any]:
        """The brand, as our door would add it."""
        return {"brand": "post"}
