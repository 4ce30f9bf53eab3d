"""The current turn, read from Rasa's tracker once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker

from kefu.brands import Brand, brand_named, brand_or_neutral
from kefu.conversations import conversation_log
from kefu.dialogue.answering import Guess
from kefu.dialogue.said import Entity, Said
from kefu.dialogue.transcript import this_turn


@dataclass(frozen=True)
class Turn:
    """What the customer has just said, to which wallet, through which channel."""

    brand: Brand
    channel: str
    conversation: str
    message_id: str
    text: str
    intent: str
    confidence: float
    ranking: list[Guess] = field(default_factory=list)
    questions: list[Guess] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    sealed_phone: str | None = None
    is_pressed: bool = False

    @classmethod
    def of(cls, tracker: Tracker) -> Turn:
        """Read a tracker's latest message."""
        return cls.of_message(tracker.latest_message, tracker)

    @classmethod
    def of_message(cls, message: dict[str, Any], tracker: Tracker) -> Turn:
        """Read a message of the tracker's conversation; its brand is the channel's, else what the customer named."""
        metadata = message.get("metadata") or {}
        text = _readable(message.get("text") or "", metadata.get("original") or "")
        brand = brand_or_neutral(metadata.get("brand") or tracker.get_slot("brand"))
        return cls(
            brand=brand if brand.id else brand_named(text) or brand,
            channel=tracker.get_latest_input_channel() or "rest",
            conversation=tracker.sender_id,
            message_id=message.get("message_id") or "",
            text=text,
            intent=(message.get("intent") or {}).get("name") or "out_of_scope",
            confidence=(message.get("intent") or {}).get("confidence") or 0.0,
            ranking=_guesses(message.get("intent_ranking") or [message.get("intent") or {}]),
            questions=_guesses(message.get("questions") or []),
            entities=[_entity(found) for found in message.get("entities") or []],
            is_pressed=(message.get("text") or "").startswith("/"),
            sealed_phone=(metadata.get("sealed") or {}).get("phone"),
        )

    def entity(self, name: str) -> str | None:
        """The value of the last entity of that name."""
        found = self.entity_found(name)
        return found.value if found else None

    def entity_found(self, name: str) -> Entity | None:
        """The last entity of that name, with its place in the text."""
        return next((entity for entity in reversed(self.entities) if entity.name == name), None)

    def said(self) -> Said:
        """The message as the ticket form sees it."""
        said = (self.text, self.intent, self.confidence, self.entities, self.sealed_phone)
        return Said(*said, self.brand.id, self.is_pressed)


async def all_said(tracker: Tracker) -> list[dict[str, Any]]:
    """The latest messages of both sides, as Rasa's events; the tracker itself holds the last two turns only."""
    return [*await conversation_log().messages(tracker.sender_id), *this_turn(tracker.events)]


def _readable(text: str, original: str) -> str:
    """The text that entities' offsets belong to; for a pressed button its title."""
    return original if text.startswith("/") and original else text


def _guesses(found: Iterable[dict[str, Any]]) -> list[Guess]:
    return [Guess(one["name"], one["confidence"], one.get("text", "")) for one in found if one.get("name")]


def _entity(found: dict[str, Any]) -> Entity:
    return Entity(found["entity"], str(found["value"]), found.get("start") or 0, found.get("end") or 0)
