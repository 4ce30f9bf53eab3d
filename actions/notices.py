"""Incident notices: told before the answers that they concern."""

from functools import lru_cache

from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from kefu.database import database
from kefu.desk.notices import NoticeService


async def tell_notices(dispatcher: CollectingDispatcher, turn: Turn, topic: str | None) -> bool:
    """Utter the notices that concern a topic (None: any); returns whether there was one."""
    texts = await _notices().active(turn.brand.id, topic)
    for text in texts:
        dispatcher.utter_message(text=f"【公告】{text}")
    return bool(texts)


@lru_cache(maxsize=1)
def _notices() -> NoticeService:
    return NoticeService(database())
