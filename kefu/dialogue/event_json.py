"""Rasa's events as they are stored: one line of JSON each."""

import json
from collections.abc import Sequence
from typing import Any

import orjson
from rasa.shared.core.events import Event, SessionStarted

from kefu.conversations.log import NewEvent


def as_row(event: Event) -> NewEvent:
    """An event as it is stored.

    Raises:
        TypeError: it holds a value that JSON has no form for.
    """
    data = event.as_dict()
    try:
        text = orjson.dumps(data).decode()
    except TypeError:  # half of an emoji: Python's JSON has a form for it
        text = json.dumps(data)
    return NewEvent(event.type_name, float(event.timestamp), text)


def event_from_text(text: str) -> Event | None:
    """A stored event; None for a kind that Rasa has given up."""
    return Event.from_parameters(data_from_text(text))


def data_from_text(text: str) -> dict[str, Any]:
    """A stored event as Rasa writes it."""
    try:
        found: dict[str, Any] = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = json.loads(text)
    return found


def latest_session(history: Sequence[str]) -> Sequence[str]:
    """The events since the latest session start; all where there was none."""
    name = SessionStarted.type_name
    starts = [at for at, text in enumerate(history) if name in text and data_from_text(text)["event"] == name]
    return history[starts[-1] :] if starts else history
