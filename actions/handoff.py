"""Asking for a person, and passing the customer's lines on while one is asked for or talks."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm
from actions.emergency import kind_of, raise_alarm
from actions.notices import tell_notices
from actions.turn import Turn, all_said
from kefu.brands import DEFAULT_BRAND
from kefu.database import database
from kefu.desk.handoffs import HandoffService, NewHandoff, Place
from kefu.desk.people.users import Users
from kefu.dialogue.emergency import THEFT
from kefu.dialogue.transcript import faq_ids, transcript
from kefu.topics import OTHER_MATTER, is_business

_PERSON = "human_agent"
_RELAYED = {"relayed": True}  # an answer that says nothing: the channel knows that the line has arrived
_BACK = re.compile(
    r"^(请|我要|帮我)?(回到?|返回|转回?|找|叫|要)?(智能)?机器人(吧|客服)?$"
    r"|^(不等了|退出人工|结束人工|取消人工|取消排队|不排了)$"
)
_WANTS_PERSON = re.compile(
    r"人工|真人|转人|活人|客服|坐席|专员|经理|领导|人(来|接|呢|吗|说|聊|帮)|(找|叫|来|换|给)[^,.?!]{0,3}人"
)
_OPEN = ("faq_id", "guide", "asks")  # of the bot's last answer, which 好的 is no word on any more
_REMIND = timedelta(seconds=60)  # of silence after which a waiting customer hears the place in the queue again
_TOPIC_SLOTS = ("topic", "question", "time", "amount", "order_id", "bank", "pay_channel", "failure_reason", "ticket_id")


class ActionToPerson(Action):
    """The customer asks for a person: join the queue; where nobody is on duty, say so (a ticket is opened next)."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_to_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the place in the queue, or what happens instead; `handoff` says which."""
        turn = Turn.of(tracker)
        if not turn.is_pressed and not _WANTS_PERSON.search(turn.text):
            of_the_alarm = await about_alarm(dispatcher, turn, tracker)
            if of_the_alarm:  # 接下来呢, 能直接扣回来吗: questions, whatever the classifier hears
                return [*of_the_alarm, FollowupAction("action_listen")]
        busy = await tell_notices(dispatcher, turn, None)
        if await to_queue(dispatcher, turn, tracker, "asked"):
            return [SlotSet("handoff", True)]
        dispatcher.utter_message(response="utter_to_person_busy" if busy else "utter_to_person")
        return [SlotSet("handoff", False)]


class ActionRelay(Action):
    """Passes a line on; the bot itself says as little as possible."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_relay"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Keep the line with the handoff; where that is over, answer as if there had been none."""
        turn = Turn.of(tracker)
        if _BACK.match(turn.text.strip(" ，。,.!！")):
            await handoffs().leave(turn.conversation)
            dispatcher.utter_message(response="utter_back_to_bot")
            return [SlotSet("handoff", False), *(SlotSet(name, None) for name in _OPEN)]
        place = await handoffs().say(turn.conversation, _as_typed(turn, tracker), turn.message_id)
        if place is None:
            return [SlotSet("handoff", False), FollowupAction(_instead(turn))]
        if not place.is_waiting:
            dispatcher.utter_message(json_message=_RELAYED)
            return []
        return await _while_waiting(dispatcher, turn, tracker, place)


async def to_queue(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, reason: str, ticket_id: str | None = None
) -> bool:
    """Join the queue and tell the place in it; False where nobody is on duty for this brand."""
    if not await users().online():
        return False
    place = await handoffs().ask(await _new(turn, tracker, reason, ticket_id))
    _tell_place(dispatcher, place)
    return True


async def _while_waiting(
    dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, place: Place
) -> list[EventType]:
    """An emergency gets its first steps although nobody has taken over yet."""
    kind = kind_of(turn)
    if kind:
        await handoffs().ask(await _new(turn, tracker, "emergency", None, urgent=True))
        return await raise_alarm(dispatcher, turn, tracker, kind)
    if place.pause is None and turn.intent != _PERSON:
        dispatcher.utter_message(response="utter_queue_noted")
    elif place.pause is None or place.pause >= _REMIND or turn.intent == _PERSON:
        _tell_place(dispatcher, place)
    else:
        dispatcher.utter_message(json_message=_RELAYED)
    return []


def _tell_place(dispatcher: CollectingDispatcher, place: Place) -> None:
    waits = "utter_queue_wait" if place.before else "utter_queue_next"
    dispatcher.utter_message(response=waits if place.is_waiting else "utter_person_is_here", before=place.before)


async def _new(turn: Turn, tracker: Tracker, reason: str, ticket_id: str | None, urgent: bool = False) -> NewHandoff:
    said = await all_said(tracker)
    known = {name: tracker.get_slot(name) for name in _TOPIC_SLOTS}
    topic = tracker.get_slot("topic") or OTHER_MATTER
    return NewHandoff(
        brand=turn.brand.id or DEFAULT_BRAND,
        channel=turn.channel,
        conversation=turn.conversation,
        reason=reason,
        topic=topic,
        urgent=urgent or topic == THEFT,
        ticket_id=ticket_id or tracker.get_slot("ticket_id"),
        packet={
            "slots": {name: value for name, value in known.items() if value},
            "faq_ids": faq_ids(said),
            "transcript": transcript(said),
        },
    )


def _as_typed(turn: Turn, tracker: Tracker) -> str:
    """The customer's line for a person: masked, but not normalised."""
    metadata = tracker.latest_message.get("metadata") or {}
    return str(metadata.get("original") or turn.text)


def _instead(turn: Turn) -> str:
    """The action for a line that came just after the talk had ended."""
    if is_business(turn.intent):
        return "action_answer"
    return "action_out_of_scope" if turn.intent == OTHER_MATTER else "utter_what_now"


@lru_cache(maxsize=1)
def handoffs() -> HandoffService:
    """Handoffs of this process."""
    return HandoffService(database())


@lru_cache(maxsize=1)
def users() -> Users:
    """The people of the desk: who is on duty."""
    return Users(database())
