"""What customers say right after an alarm: nothing was lost, is it frozen by now, and the rest of the story."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.guided import says_unsolved
from actions.turn import Turn
from kefu.dialogue.answering import SURE
from kefu.dialogue.emergency import THEFT, find_emergency
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.ticket_form import asks
from kefu.dialogue.unharmed import is_relieved, may_codes_be_told
from kefu.topics import is_business, title

_NOTHING_LOST = re.compile(r"^我?(还|都|并)?没有?(转|给|说|付|告诉)(过|出去|成)?(钱|他|她|别人|验证码)*[呢啊了的,.!]*$")
_UNDO = "(冻结|挂失|拦截|[追要找拿]回(?!密码|账号|帐号)|止付)"
_ASKS_DONE = re.compile(
    rf"{_UNDO}[^,.?]{{0,4}}(没有?|吗|了吧?\?)[啊呀?]*$|(能不能|可不可以|能|可以|帮我|请|麻烦)[^,.?]{{0,6}}{_UNDO}(来|一下|账户|钱|吧|啊|[,.!])*$"
)
_GONE = re.compile(r"骗(走|光)|(转|付|给|打|汇)(过去|出去|给他)?了|没了|不见了|少了|损失")
_PANIC = r"(?:(?:我|[好很都快要太真])*(?:急|慌|怕|吓)(?:得要)?[死坏疯哭]?[我人]?了?[啊呀呢嘛,.!]*)"
_NOW = r"(?:[那我还]|现在|这下?|接下来)*[要该]?(?:怎么|咋)(?:办|整|弄|搞)(?:才好|好)?[了啊呀呢嘛吧,.?!]*"
_WHAT_NOW = re.compile(rf"^(?:{_PANIC}?{_NOW}{_PANIC}?|(?=.*[死坏疯哭]){_PANIC})$")
_TELLS_HOW = re.compile(  # 微信转的, 他说他是客服, 在咸鱼上: more of the story, although they name a business
    r"(转|付|给|打|汇|扫|买|加|聊|充|刷|下载?|点)(的|给?了?(他|她|对方|那|一个|别人|骗子))|(他|她|对方|那人|骗子|卖家)们?(就|还|又|先|后来)?(说|是|叫|让|发|把|给|要|用)"
    r"|(收款|二维)码$|^(在|用|通过|是)*(微信|支付宝|银行卡|咸鱼|闲鱼|淘宝|拼多多|抖音|快手|qq|钱包|群|网)[^,.;!?]{0,6}([上里的]|转|付|认识|加|聊|$)|(转|付|汇|充值?|投|交|买|装|点)了|(退|还|追)(回来?|给我)了"
)
_WISHES = re.compile(r"帮我|给我(?!了)|教我|^我?想(?!起|到)|^请|^麻烦")
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


def calm_down(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """A word to whom nothing has happened (差点被骗), or who asks whether codes may be told; empty for others.

    While an alarm is open such words belong in its ticket.
    """
    if turn.is_pressed or is_alarmed(tracker):
        return []
    if may_codes_be_told(turn.text):
        dispatcher.utter_message(response="utter_never_tell_codes")
    elif turn.intent == THEFT and is_relieved(turn.text):
        dispatcher.utter_message(response="utter_unharmed")
    else:
        return []
    return [SlotSet("misses", 0)]


def tells_more(turn: Turn) -> bool:
    """Whether words are part of the alarm's story (对方不还, 我都不知道): no question, and no other matter is named."""
    is_sure = is_business(turn.intent) and turn.confidence >= SURE
    is_ours = is_sure and (turn.intent in _CALLS or title(turn.intent)[0] in turn.text)
    is_ours = is_ours and not (_TELLS_HOW.search(turn.text) and not _WISHES.search(turn.text))
    is_ours = is_ours and not _NOTHING_LOST.match(turn.text)  # 我没给别人验证码
    is_long = len(turn.text) >= _SHORTEST_STORY or _TELLS_HOW.search(turn.text)
    tells = is_long and not asks(turn.text) and not says_unsolved(turn.text)
    return bool(tells) and not is_ours and kind_of_text(turn.text) is Kind.ORDINARY
