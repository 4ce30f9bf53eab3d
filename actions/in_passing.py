"""Words on how the open matter goes: it is done, the customer tries first, or is back again."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import SOLVED, UNSOLVED, register_or_person
from actions.guided import place
from actions.turn import Turn
from kefu.topics import title

MATTER = ("faq_id", "topic", "question", "guide", "tried", "asks")  # slots of the open matter

_BEFORE = r"^(啊|哦|咦|诶|哎|不用了?|谢谢|钱|款|码|短信|现在|刚刚?|刚才|已经|都|又|终于|总算|它|这下|[,.!~]){0,8}"
_AFTER = r"(了|啦)(啊|呀|吧|哈|谢谢|不用了|没事了|[,.!~]){0,8}$"
_DONE = re.compile(
    rf"{_BEFORE}(到了?账?|收到|退回来|回来|到余额|弄好|办好|搞定|解决|可以|成功|能用|[看找]到|看见|好){{1,6}}{_AFTER}"
)
_TRIES = re.compile(
    r"^(好|行|嗯|那|我|先|再|就|去|来|[,.!]){0,8}(试试?|试一下|试一试|试试看|看看|看一下|查一下|等等|等一?等|等等看|等一下|等会儿?|等着)"
    r"(看|先|再说|吧|啊|呀|[,.!~]){0,8}$|^(等等|等会儿?|稍等|等一下|先等等)再说[吧,.!]*$|^(稍等|等一?下|等会儿?)[,.]?我.{0,6}$"
)
_BACK = re.compile(r"^(我|又){0,8}(回来了|继续|接着(说|来|办)?|接着刚才的?|继续(说|来|办)?刚才的?)[吧啊,.!]*$")


def go_along(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Be glad, wait, or take up the thread; empty where no matter is open, and for any other message."""
    topic = tracker.get_slot("topic")
    if not topic or turn.is_pressed or tracker.get_slot("alarm") == topic:
        return []
    if _DONE.match(turn.text) and not _has_steps_left(tracker):  # 好了 is one step of several
        return close(dispatcher, tracker)
    if _TRIES.match(turn.text):
        dispatcher.utter_message(response="utter_take_your_time")
        return [SlotSet("faq_id", tracker.get_slot("faq_id"))]
    if _BACK.match(turn.text):
        buttons = [SOLVED, UNSOLVED] if tracker.get_slot("faq_id") else register_or_person()
        dispatcher.utter_message(response="utter_back_again", matter=title(topic), buttons=buttons)
        return [SlotSet("faq_id", tracker.get_slot("faq_id"))]
    return []


def _has_steps_left(tracker: Tracker) -> bool:
    """Whether the guide goes on after the step that was shown last."""
    here = place(tracker)
    return bool(here and here.option and here.guide.steps_after(here.option))


def close(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Say that it is good, ask for stars, and forget the matter."""
    dispatcher.utter_message(response="utter_solved")
    return [SlotSet("rated_faq", tracker.get_slot("faq_id")), *(SlotSet(name, None) for name in MATTER)]
