"""A conversation with the actions alone: what Rasa does between them is done here, without a server."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from kefu.sealing import seal
from kefu.settings import ROOT

DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))


def first_slots() -> dict[str, Any]:
    """The slots of a new conversation."""
    return {name: slot.get("initial_value") for name, slot in DOMAIN["slots"].items()}


@dataclass
class Talk:
    """Keeps the slots; `brand` is what the channel says, None where it does not know."""

    brand: str | None = "post"
    slots: dict[str, Any] = field(default_factory=first_slots)
    said: int = 0

    async def hear(
        self,
        action: Action,
        text: str,
        intent: str,
        confidence: float = 0.95,
        sealed: str | None = None,
        others: Sequence[tuple[str, float]] = (),
        **entities: str | tuple[str, str],
    ) -> list[dict[str, Any]]:
        """Let an action answer a message; its utterances as the dispatcher got them.

        An entity is its value, or the value and the words that stand for it; `sealed` is a phone number that the door
        has taken out; `others` are the classifier's further guesses.
        """
        self.said += 1
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": sure} for name, sure in ((intent, confidence), *others)],
            "entities": [_entity(text, name, value) for name, value in entities.items()],
            "metadata": {
                "brand": self.brand,
                "original": text,
                **({"sealed": {"phone": seal(sealed)}} if sealed else {}),
            },
            "message_id": f"m{self.said}",
        }
        tracker = Tracker("talk-1", dict(self.slots), message, [], False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        for event in await action.run(dispatcher, tracker, DOMAIN) or []:
            if event["event"] == "slot":
                assert event["name"] in self.slots, f"no slot {event['name']} in domain.yml"
                self.slots[event["name"]] = event["value"]
        return dispatcher.messages


def _entity(text: str, name: str, found: str | tuple[str, str]) -> dict[str, Any]:
    value, words = (found, found) if isinstance(found, str) else found
    start = max(text.find(words), 0)
    return {"entity": name, "value": value, "start": start, "end": start + len(words) if words in text else start}


def text_of(messages: list[dict[str, Any]]) -> str:
    """Texts of the utterances; a response stands for itself by its name."""
    return "\n".join(message.get("text") or message.get("response") or "" for message in messages)


def titles_of(messages: list[dict[str, Any]]) -> list[str]:
    """Titles of all buttons."""
    return [button["title"] for message in messages for button in message.get("buttons") or []]


def faq_of(messages: list[dict[str, Any]]) -> list[str]:
    """Ids of the FAQ entries that were shown."""
    return [message["faq_id"] for message in messages if "faq_id" in message]
