"""Incident notices, and what a customer hears who wants a person."""

from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from kefu.database import database
from kefu.desk.notices import NoticeService


class ActionToPerson(Action):
    """Say that a person takes over, and how things stand with waiting."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_to_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter it; during an incident say first that it takes longer."""
        turn = Turn.of(tracker)
        if await tell_notices(dispatcher, turn, None):
            dispatcher.utter_message(response="utter_to_person_busy")
        else:
            dispatcher.utter_message(response="utter_to_person")
        return []


async def tell_notices(dispatcher: CollectingDispatcher, turn: Turn, topic: str | None) -> bool:
    """Utter the notices that concern a topic (None: any); returns whether there was one."""
    texts = await _notices().active(turn.brand.id, topic)
    for text in texts:
        dispatcher.utter_message(text=f"【公告】{text}")
    return bool(texts)


@lru_cache(maxsize=1)
def _notices() -> NoticeService:
    return NoticeService(database())
