"""Registering because the customer says so: 帮我登记一下, 好的 after an offer, 你们帮我查查."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import register_or_person
from actions.matter import matter, stay
from actions.turn import Turn
from kefu.dialogue.ticket_form import asks

_BIDS = re.compile(
    r"(帮|给|替|请|麻烦|要|想|那)[你您我]{0,2}(给我|帮我|替我)?.{0,2}(登个?记|[登等]记|开个?(工?单)|报个?单)|^[登等]记一?下"
    r"|^(那就?|先|就|行|好|请|麻烦|你们?|[,.!]){0,8}(给我|帮我|替我)?(先)?(记|登)(一?下来?|下来|录一?下)(来|吧|呀|啊|[,.!]){0,8}$"
    r"|^(确认|就|直接){0,8}提交(工单)?[吧了,.!]*$"
    r"|^(帮我|给我|请)?反映一?下[吧,.!]*$|^那?就?(麻烦|拜托)(你们?|您|了){1,6}[吧,.!]*$"
)
_HANDS_OVER = re.compile(  # not 帮我看看怎么充值
    r"(帮|替|给)我(?!.{0,6}(怎|如何|吗|什么)).{0,3}(处理|查|催|解决|弄|办|要回|追|申请|联系|问|看看?)"
    r"(一?下|一?[查看]|吧|呀|啊|回来?|[,.!]){0,8}$"
    r"|^(那|行|好|请|麻烦|[,.!]){0,8}你们?(来|去|帮忙|给|倒是|快)?(查|联系|处理|催|办|解决|看)(一?下|一?[查看]|吧|呀|啊|[,.!]){0,8}$"
)
_LITTLE = 3  # characters beside the bidding
OFFERS = ("register", "noted")  # what slot `asks` says where registering was offered, or mentioned
_HEARD = re.compile(r"^(好|好的|嗯|哦|噢|ok|知道|明白|收到|[了啊呀吧呢,.!~\s]){1,6}$", re.IGNORECASE)


def register_now(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Begin the form for who bids it, with all that was told; empty for any other message."""
    if turn.is_pressed or asks(turn.text):
        return []
    bid = _BIDS.search(turn.text)
    if bid:
        is_told = len(turn.text) - len(bid[0]) > _LITTLE or not tracker.get_slot("topic")
        return [*(matter if is_told else stay)(turn, tracker), *begin_form(dispatcher)]
    if not _HANDS_OVER.search(turn.text) or not tracker.get_slot("topic"):
        return []
    if tracker.get_slot("asks") in OFFERS:
        return begin_form(dispatcher)
    dispatcher.utter_message(response="utter_people_can", buttons=register_or_person())
    return [SlotSet("asks", "register")]


def agreed(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """A yes to the offer to register; empty where none was made.

    After a mere 记下了 a mere 好的 agrees to nothing yet.
    """
    asked = tracker.get_slot("asks")
    if asked not in OFFERS or turn.is_pressed:
        return []
    if asked == "noted" and _HEARD.match(turn.text):
        dispatcher.utter_message(response="utter_press_register", buttons=register_or_person())
        return []
    return begin_form(dispatcher)


def begin_form(dispatcher: CollectingDispatcher) -> list[EventType]:
    """Say so, and let the ticket form ask its first question."""
    dispatcher.utter_message(response="utter_open_ticket")
    return [FollowupAction("ticket_form")]
