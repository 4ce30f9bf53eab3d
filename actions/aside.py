"""A matter that waits while the form is about something more urgent."""

import re
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import OPEN_TICKET
from actions.turn import Turn
from kefu.show import SKIPPED
from kefu.topics import OTHER_MATTER, title

_ASKS_OF_IT = re.compile(
    r"(那|还有|对了|[,.])*(刚才|之前|前面)?的?(?P<what>[^,.?!的那呢]{0,6}?)(的|那)?(件?事情?|个|件|笔)?(呢|怎么办|咋办)[?!.啊呀]*$"
)
_MATTER = ("topic", "question", "description", "extra", "time", "time_before", "amount", "order_id")


def put_aside(tracker: Tracker) -> dict[str, Any] | None:
    """What the form knows of its matter; None where it has none yet."""
    known = {name: tracker.get_slot(name) for name in _MATTER if tracker.get_slot(name)}
    return known if known.get("topic", OTHER_MATTER) != OTHER_MATTER else None


def take_up(dispatcher: CollectingDispatcher, tracker: Tracker, is_offered: bool) -> list[EventType]:
    """The matter that waited is the open one again, and the customer is asked about it; empty where none waits.

    Args:
        is_offered: False where a person is about to take over, who asks for himself.
    """
    aside = tracker.get_slot("aside")
    if not aside:
        return []
    if is_offered:
        no: dict[str, str] = {"title": "不用了", "payload": "/cancel"}
        dispatcher.utter_message(response="utter_take_up", buttons=[OPEN_TICKET, no], matter=title(aside["topic"]))
    known = {**dict.fromkeys(_MATTER), **aside, **retold(aside), "aside": None, "alarm": None, "asks": "register"}
    return [SlotSet(name, value) for name, value in known.items()]


def about_aside(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """那退款的事呢, when registering that matter has been offered: a yes; empty for any other message."""
    topic = tracker.get_slot("topic") or ""
    is_offered = tracker.get_slot("asks") == "register" and not tracker.get_slot("faq_id") and not turn.is_pressed
    asked = _ASKS_OF_IT.match(turn.text) if topic and is_offered else None
    if asked is None or (asked["what"] and not title(topic).startswith(asked["what"][:2])):
        return []
    dispatcher.utter_message(response="utter_press_register", buttons=[OPEN_TICKET])
    return [SlotSet("asks", "register")]


def retold(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The story as the talk's question, which the form starts from: its own slots would outlive the matter."""
    told = (slots.get(name) for name in ("question", "description", "extra"))
    said = dict.fromkeys(words for words in told if words and words != SKIPPED)
    return {"question": "；".join(said), "description": None, "extra": None}
