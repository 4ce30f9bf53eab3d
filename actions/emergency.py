"""The emergency lane: fixed short steps, an urgent ticket, a person; nothing is asked first."""

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.lost_money import ASKS as LOST
from actions.matter import KEPT, joined, only_facts
from actions.turn import Turn
from kefu.brands import DEFAULT_BRAND
from kefu.database import database
from kefu.desk.bound import customer_of
from kefu.desk.lifecycle import Priority
from kefu.desk.tickets import NewTicket, TicketService
from kefu.dialogue.alarm_questions import asked_before
from kefu.dialogue.emergency import THEFT, find_emergency
from kefu.dialogue.said import FACTS
from kefu.dialogue.said import facts as facts_in
from kefu.dialogue.ticket_form import asks
from kefu.dialogue.unharmed import is_unharmed, speaks_of_harm
from kefu.show import parse_amount
from kefu.topics import OTHER_MATTER

_SURE = 0.4
_SHORT, _SURE_OF_SHORT = 4, 0.6  # characters that say too little (有人吗) to go by less
_ASKS_WHETHER = re.compile(
    r"(是真的|真的假的|可信|能信|是骗子|是骗人的|靠谱|可靠|正规)[吗嘛么]|靠不靠谱|是不是(骗子|骗人|诈骗|真的|假的)"
    r"|(能|可以)用.{0,10}[吗嘛么]|用.{0,10}(可以|行|能)[吗嘛么]"
)
_OF_SAFETY = frozenset({THEFT, "data_security", "transfer"})
_DONE = re.compile(
    r"^(我|卡号|密码|验证码|身份证|信息|资料|钱|链接|和|跟|还|也|都|全|就|已经|刚|刚才|[,.!])*(?P<what>填|输|点|给|转|交|付|退|还|告诉|说|念|打|汇)"
    r"(了|过去?|完|进去|出去|给他|给她)"
)
_PAID = frozenset("转交付退还打汇")
_OF_ONE_MATTER = ("time", "time_before", "amount", "order_id", "description", "extra", *KEPT)
NO_BRAND = "（客户还没说用的是哪个钱包）"


def kind_of(turn: Turn, tracker: Tracker | None = None) -> str | None:
    """The kind of emergency in a turn, if any; `general` where only the classifier sees one.

    Args:
        tracker: where a message may be the end of what was begun before (短信让我点链接 … 卡号和密码都填了).
    """
    if tracker and (done := _done_now(turn, tracker)):
        return done
    if asked_before(turn.text) or only_facts(turn):
        return None
    found = find_emergency(turn.text)
    only_asks = _ASKS_WHETHER.search(turn.text) and "了" not in turn.text  # what has happened is told with 了
    if found and not (only_asks and found.name == "code_given"):
        return found.name
    is_sure = turn.confidence >= (_SURE_OF_SHORT if len(turn.text.strip()) <= _SHORT else _SURE)
    is_told = turn.intent == THEFT and is_sure and speaks_of_harm(turn.text)
    return "general" if is_told and not (only_asks or is_unharmed(turn.text)) else None


def _done_now(turn: Turn, tracker: Tracker) -> str | None:
    """The kind of what was only feared before and has been done since: 短信让我点链接, then 卡号密码都填了."""
    is_warned = tracker.get_slot("topic") in _OF_SAFETY and tracker.get_slot("faq_id")
    if not is_warned or asks(turn.text) or not asked_before(tracker.get_slot("question") or ""):
        return None
    done = _DONE.search(turn.text)
    return None if done is None else "scam" if done["what"] in _PAID else "code_given"


def topic_of(kind: str, tracker: Tracker) -> str:
    """What a kind's ticket is filed under; where only the classifier sees one, what the last alarm was about."""
    if kind == "general":
        return tracker.get_slot("alarm") or THEFT
    return "transfer" if kind == "wrong_transfer" else THEFT


async def raise_alarm(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, kind: str) -> list[EventType]:
    """Tell what to do now, and open (or extend) the urgent ticket; returns the slots of the matter.

    Facts of another matter are forgotten: they are none of this one. Of money that was missed first, they are.
    """
    topic, goes_on = topic_of(kind, tracker), tracker.get_slot("asks") == LOST
    said = joined(tracker.get_slot("question"), turn.text) if goes_on else turn.text
    told = {name: tracker.get_slot(name) for name in FACTS if goes_on and tracker.get_slot(name)}
    mine = "phone" in facts_in(turn.said())  # 骗子电话139… is not to be called
    heard = [name for name in FACTS if turn.entity(name) and (mine or name != "phone")]
    facts = {**told, **{name: turn.entity(name) for name in heard}}
    opened = await TicketService(database()).open(
        NewTicket(
            brand=turn.brand.id or DEFAULT_BRAND,
            channel=turn.channel,
            customer=await customer_of(database(), turn.conversation),
            intent=topic,
            description=said if turn.brand.id else f"{said}\n{NO_BRAND}",
            idempotency_key=f"emergency:{turn.conversation}:{turn.message_id}",
            priority=Priority.P1,
            amount=parse_amount(facts.get("amount")),
            time=facts.get("time"),
            order_id=facts.get("order_id"),
            phone=turn.entity("phone") if mine and turn.sealed_phone else None,
            phone_sealed=turn.sealed_phone if mine else None,
        )
    )
    again = "utter_emergency_again_transfer" if topic == "transfer" else "utter_emergency_again"
    response = f"utter_emergency_{kind}" if opened.created else again
    dispatcher.utter_message(response=response, receipt=opened.ticket.id)
    is_other = (tracker.get_slot("topic") or OTHER_MATTER) not in (OTHER_MATTER, topic)
    forgotten = dict.fromkeys(_OF_ONE_MATTER) if is_other else {}
    known = {"topic": topic, "alarm": topic, "question": said, "ticket_id": opened.ticket.id}
    nothing = dict.fromkeys(("faq_id", "guide", "tried", "asks"))
    return [SlotSet(name, value) for name, value in {**forgotten, **facts, **known, **nothing, "misses": 0}.items()]
