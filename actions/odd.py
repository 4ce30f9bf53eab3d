"""What is heard before the look-up: despair, an outage, another company's wallet, short words with one reply."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.despair import comfort
from actions.menu import show_menu
from actions.notices import tell_notices
from actions.queue import PERSON, to_queue
from actions.simpler import put_simply
from actions.turn import Turn
from kefu.dialogue.despair import is_desperate
from kefu.dialogue.queue_words import calls
from kefu.dialogue.set_pieces import asks_for_menu, asks_of_outage, asks_of_recovery, other_company, piece_of

_OUTAGE = "outage"  # of the slot `asks`: what was talked about last
_HOTLINES = {"支付宝": "95188", "微信支付": "95017", "云闪付": "95516"}  # their own, as they publish them


async def said_oddly(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Reply to a message whose words alone decide; empty for any other."""
    if turn.is_pressed:
        return []
    if is_desperate(turn.text):
        return await _help_now(dispatcher, turn, tracker)
    if calls(turn.text) and turn.intent != PERSON:
        return _nobody(dispatcher, tracker)
    is_open = bool(tracker.get_slot("topic"))
    piece = piece_of(turn.text, is_open)
    if piece:
        dispatcher.utter_message(response=piece)
        return [SlotSet("misses", 0)]
    if not is_open and asks_for_menu(turn.text):
        show_menu(dispatcher)
        return [SlotSet("misses", 0)]
    company = other_company(turn.text)
    if company:
        hotline = f"（客服电话 {_HOTLINES[company]}）" if company in _HOTLINES else ""
        dispatcher.utter_message(response="utter_other_company", company=company, company_hotline=hotline)
        return [SlotSet("misses", 0)]
    return await tell_outage(dispatcher, turn, tracker) or put_simply(dispatcher, turn, tracker)


def _nobody(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """有人吗: the bot is; who has just asked for a person hears that nobody else is yet."""
    is_asked = tracker.get_slot("asks") == PERSON
    dispatcher.utter_message(response="utter_nobody_yet" if is_asked else "utter_bot_challenge")
    return [SlotSet("misses", 0)]


async def tell_outage(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Say from the notices whether something is down; empty for a message that does not ask."""
    goes_on = tracker.get_slot("asks") == _OUTAGE and asks_of_recovery(turn.text)
    if not (asks_of_outage(turn.text) or goes_on):
        return []
    if await tell_notices(dispatcher, turn, None):
        dispatcher.utter_message(response="utter_outage_known")
    else:
        dispatcher.utter_message(response="utter_no_outage_still" if goes_on else "utter_no_outage")
    return [SlotSet("asks", _OUTAGE), SlotSet("misses", 0)]


async def _help_now(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Comfort first; then the queue, before all others, where somebody is on duty."""
    comforted = await comfort(dispatcher, turn, tracker)
    number = next(event["value"] for event in comforted if event.get("name") == "ticket_id")
    is_queued = await to_queue(dispatcher, turn, tracker, "emergency", number, urgent=True)
    return [*comforted, SlotSet("handoff", True)] if is_queued else comforted
