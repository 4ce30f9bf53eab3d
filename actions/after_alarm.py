"""What customers say right after an alarm: nothing was lost, is it frozen by now, and the rest of the story."""

import re

from rasa_sdk import Tracker

from actions.guided import says_unsolved
from actions.turn import Turn
from kefu.dialogue.answering import SURE
from kefu.dialogue.emergency import find_emergency
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.ticket_form import asks
from kefu.topics import is_business, title

_NOTHING_LOST = re.compile(r"^我?(还|都|并)?没有?(转|给|说|付|告诉)(过|出去|成)?(钱|他|她|别人|验证码)*[呢啊了的,.!]*$")
_ASKS_DONE = re.compile(r"(冻结|挂失|拦截|追回|止付)[^,.?]{0,4}(没有?|吗|了吧?\?)[啊呀?]*$")
_GONE = re.compile(r"骗(走|光)|(转|付|给|打|汇)(过去|出去|给他)?了|没了|不见了|少了|损失")
_WHAT_NOW = re.compile(r"^(那|我|现在|这下?|该|接下来|还)*(要|该)?(怎么|咋)(办|整|弄|搞)[啊呀呢嘛?!]*$")
_CALLS = frozenset({"contact", "human_agent", "complaint"})  # 电话打不通 wants an answer
_SHORTEST_STORY = 3  # characters


def is_alarmed(tracker: Tracker) -> bool:
    """Whether an alarm is what the talk is about, and nothing was answered since."""
    alarm = tracker.get_slot("alarm")
    return bool(alarm) and alarm == tracker.get_slot("topic") and not tracker.get_slot("faq_id")


def word_on_alarm(text: str, tracker: Tracker) -> str | None:
    """The response to a word that only the alarm explains, however sure the classifier is of something else."""
    if _WHAT_NOW.match(text):
        return "utter_alarm_what_now"
    if _NOTHING_LOST.match(text) and not _is_lost(tracker):
        return "utter_nothing_lost"
    return "utter_freeze_yourself" if _ASKS_DONE.search(text) else None


def _is_lost(tracker: Tracker) -> bool:
    """Whether the alarm says that money is gone: then 我没转过 means that somebody else did it."""
    told = tracker.get_slot("question") or ""
    kind = find_emergency(told)
    if kind and kind.name == "wrong_transfer":
        return False
    return kind is None or kind.name != "scam" or bool(tracker.get_slot("amount") or _GONE.search(told))


def tells_more(turn: Turn) -> bool:
    """Whether words are part of the alarm's story (对方不还, 我都不知道): no question, and no other matter is named."""
    is_sure = is_business(turn.intent) and turn.confidence >= SURE
    is_ours = is_sure and (turn.intent in _CALLS or title(turn.intent)[0] in turn.text)
    is_ours = is_ours and not _NOTHING_LOST.match(turn.text)  # 我没给别人验证码
    tells = len(turn.text) >= _SHORTEST_STORY and not asks(turn.text) and not says_unsolved(turn.text)
    return tells and not is_ours and kind_of_text(turn.text) is Kind.ORDINARY
