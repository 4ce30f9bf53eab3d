"""不想留电话, said outside of the form: nobody has to."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import register_or_person
from actions.turn import Turn
from kefu.dialogue.ticket_form import asks, keeps_phone
from kefu.show import SKIPPED


def reassure(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Say what a phone number is for, and that it may be left out; empty for any other message."""
    if turn.is_pressed or not keeps_phone(turn.text):
        return []
    topic, number = tracker.get_slot("topic"), tracker.get_slot("ticket_id")
    is_refused = not asks(turn.text) and not tracker.get_slot("phone")
    kept = [SlotSet("phone", SKIPPED)] if is_refused else []  # the form will not ask
    if topic and tracker.get_slot("alarm") != topic:
        dispatcher.utter_message(response="utter_phone_optional", buttons=register_or_person())
        return [*kept, SlotSet("asks", "register")]
    response = "utter_phone_optional_ticket" if number else "utter_phone_optional_first"
    dispatcher.utter_message(response=response, receipt=number)
    return [*kept, SlotSet("ticket_id", number)]
