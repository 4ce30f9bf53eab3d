"""A complaint about our service that tells what happened is taken down; nobody is asked for it again."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import register_or_person
from actions.matter import SURELY, matter, stay
from actions.turn import Turn
from kefu.dialogue.answering import SURE
from kefu.dialogue.ticket_form import asks
from kefu.topics import is_business

_COMPLAINT = "complaint"
_OF_OURS = re.compile(r"客服|你们|坐席|接线|工作人员|业务员|柜员|服务|工号|态度|人工")
_WHAT = re.compile(r"骂|吼|凶|怼|挂[断了我]|敷衍|推[脱诿来]|不耐烦|不理|工号|态度|打电话|来电|说我|骗我|没礼貌")
_SHORTEST = 8  # characters that tell when and how


def take_complaint(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Offer to register a complaint that says when and how; empty for any other message."""
    if turn.is_pressed or asks(turn.text) or len(turn.text) < _SHORTEST:
        return []
    is_told = bool(_WHAT.search(turn.text) and turn.entity("time"))
    is_first = turn.intent == _COMPLAINT and turn.confidence >= SURE and bool(_OF_OURS.search(turn.text))
    is_other = is_business(turn.intent) and turn.intent != _COMPLAINT and turn.confidence >= SURELY
    goes_on = tracker.get_slot("topic") == _COMPLAINT and not is_other
    if not is_told or not (is_first or goes_on):
        return []
    dispatcher.utter_message(response="utter_complaint_told", buttons=register_or_person())
    known = {"topic": _COMPLAINT, "faq_id": None, "guide": None, "asks": "register", "misses": 0}
    told = stay(turn, tracker) if goes_on else matter(turn, tracker)
    return [*told, *(SlotSet(name, value) for name, value in known.items())]
