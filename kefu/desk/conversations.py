"""A conversation as Rasa keeps it, read through its HTTP API; everything in it is masked already."""

from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

import httpx

from kefu.settings import Settings

_PATIENCE = 5.0  # seconds


class RasaAway(Exception):
    """Rasa did not give the conversation."""


class Conversations:
    """Transcripts for people who help a customer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def lines(self, conversation: str) -> list[dict[str, Any]]:
        """What was said, oldest first: `who` (customer, bot or agent), `text`, `at`, and what the bot understood.

        Raises:
            RasaAway: Rasa is down or refuses.
        """
        url = f"{self._settings.rasa_url}/conversations/{quote(conversation, safe='')}/tracker"
        query = {"token": self._settings.rasa_token.get_secret_value(), "include_events": "ALL"}
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
                tracker = (await client.get(url, params=query)).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaAway(type(error).__name__) from error
        return [line for event in tracker.get("events") or [] if (line := _line(event))]


def _line(event: dict[str, Any]) -> dict[str, Any] | None:
    """One event of a tracker as a line; None for what nobody has said."""
    metadata = event.get("metadata") or {}
    at = datetime.fromtimestamp(event.get("timestamp") or 0, timezone.utc)
    if event.get("event") == "user":
        intent = (event.get("parse_data") or {}).get("intent") or {}
        text = event.get("text") or ""
        shown = metadata.get("original") or text if text.startswith("/") else text
        understood = {"intent": intent.get("name"), "confidence": intent.get("confidence")}
        return {"who": "customer", "text": shown, "at": at, **understood}
    if event.get("event") == "bot" and event.get("text"):
        faq = {"faq_id": metadata.get("faq_id"), "faq_version": metadata.get("faq_version")}
        agent = metadata.get("agent")
        return {"who": "agent" if agent else "bot", "text": event["text"], "at": at, "agent": agent, **faq}
    return None
