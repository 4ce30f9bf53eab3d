"""我的钱不见了: asked who did it before anything is answered."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.matter import matter
from actions.turn import Turn
from kefu.dialogue.emergency import find_emergency
from kefu.dialogue.lost_money import only_misses_money
from kefu.topics import needs_amount

ASKS = "lost"
_TOPIC = "wrong_charge"  # what a ticket is filed under where the customer cannot tell


def ask_who(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Ask what has become of the money; empty for any other message, and where money is talked about already."""
    is_open = needs_amount(tracker.get_slot("topic") or "") and tracker.get_slot("asks") != ASKS
    if turn.is_pressed or is_open or not only_misses_money(turn.text) or find_emergency(turn.text):
        return []
    is_asked = tracker.get_slot("asks") == ASKS
    dispatcher.utter_message(response="utter_lost_money_again" if is_asked else "utter_lost_money")
    known = {"topic": _TOPIC, "faq_id": None, "guide": None, "asks": ASKS, "misses": 0}
    return [*matter(turn, tracker), *(SlotSet(name, value) for name, value in known.items())]
