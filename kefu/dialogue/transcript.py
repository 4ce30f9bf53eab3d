"""The talk so far, as an agent reads it; made from Rasa's events, which hold masked text only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LONGEST = 60  # messages


def transcript(events: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The latest messages of both sides: `who`, `text`, `at`, and what the bot understood or showed."""
    lines = [line for event in events if (line := _line(event))]
    return lines[-LONGEST:]


def this_turn(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The events since the customer's latest message; while an action runs, they are not stored yet."""
    starts = [at for at, event in enumerate(events) if event.get("event") == "user"]
    return [dict(event) for event in events[starts[-1] if starts else 0 :]]


def faq_ids(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """The FAQ entries that the customer was shown, each once, in order."""
    shown = [(event.get("metadata") or {}).get("faq_id") for event in events if event.get("event") == "bot"]
    return list(dict.fromkeys(filter(None, shown)))


def _line(event: Mapping[str, Any]) -> dict[str, Any] | None:
    metadata = event.get("metadata") or {}
    if event.get("event") == "user":
        intent = ((event.get("parse_data") or {}).get("intent") or {}).get("name")
        text = metadata.get("original") or event.get("text")
        return {"who": "customer", "text": text, "at": event.get("timestamp"), "intent": intent}
    if event.get("event") == "bot" and event.get("text"):
        line = {"who": "agent" if metadata.get("agent") else "bot", "text": event["text"], "at": event.get("timestamp")}
        seen = {key: metadata[key] for key in ("faq_id", "faq_version") if key in metadata}
        return {**line, **seen}
    return None
