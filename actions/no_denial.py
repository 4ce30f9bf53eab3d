"""不用登记, 不是这个, 没有提示: words with 不 or 没 that do not say that an answer has not helped."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.going_on import go_on_with_it
from actions.guided import says_unsolved
from actions.showing import miss, noted
from actions.turn import Turn

_DENIES = re.compile(
    r"^(还|都|也|就|真|根本|压根|我|这|那|可|可是|但是?|[,.!~]){0,8}"
    r"(没有?|不|否|no|不行|不可以|不能|不好|没好|不对)(的|了|啊|呀|呢|嘛|吧|[,.!~]){0,8}$"
    r"|(没|不)(有|能|会)?.{0,3}(解决|办好|弄好|办成|弄成|搞定|成功|好使|管用|起作用|有用)",
    re.IGNORECASE,
)
_NO_NEED = re.compile(
    r"^(那|先|暂时|我|就|都|[,.!]){0,8}"
    r"(不用|不必|不需要|不要|别|没必要|不想|不着?急|没事|没关系|不好意思|没什么|没啥)(登记|了|的|事|再?[弄问说]|[啊呀吧,.!~]){0,8}$"
)
_NOT_THIS = re.compile(
    r"^(我?[说问要]?的?)?都?不是[这那说问]?(个|些|一?样|件事?|意思|种)?(意思|问题|事)?(的|啊|呀|了|吧|[,.!~]){0,8}$"
)


def no_denial(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Answer words that only look like 没解决; empty for any other message."""
    if turn.is_pressed or _DENIES.match(turn.text) or says_unsolved(turn.text):
        return []
    if _NO_NEED.match(turn.text):
        dispatcher.utter_message(response="utter_nothing_to_cancel")
        return [SlotSet("asks", None)]
    if _NOT_THIS.match(turn.text):
        return miss(dispatcher, turn, tracker)
    return go_on_with_it(dispatcher, turn, tracker) or noted(dispatcher, turn, tracker)
