"""Asking for a person, and passing the customer's lines on while one is asked for or talks."""

import re
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm
from actions.answer import answer
from actions.buttons import OPEN_TICKET
from actions.notices import tell_notices
from actions.odd import said_oddly
from actions.on_ticket import open_ticket
from actions.queue import PERSON, back_to_bot, handoffs, tell_wait, to_queue
from actions.status import add_to, status_line
from actions.turn import Turn
from actions.waiting import while_waiting
from kefu.dialogue.answering import Guess
from kefu.dialogue.queue_words import asks_of_queue, leaves, may_wish_for_person, question_beside
from kefu.topics import OTHER_MATTER, is_business

_RELAYED = {"relayed": True}  # an answer that says nothing: the channel knows that the line has arrived
_WANTS_PERSON = re.compile(
    r"人工|真人|转人|活人|客服|坐席|专员|经理|领导|人(来|接|呢|吗|说|聊|帮)|(找|叫|来|换|给)[^,.?!]{0,3}人"
)
_EXPLICIT = re.compile(r"机器人|不等了|不排了|(?:退出|结束|取消)(?:人工|排队)")  # 算了 may be said to the person
_STAY = SlotSet("handoff", None)  # then the policy listens: neither the queue nor the form


class ActionToPerson(Action):
    """The customer asks for a person: join the queue; where nobody is on duty, say so (a ticket is opened next)."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_to_person"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the place in the queue, or what happens instead; `handoff` says which, None: no person was wished."""
        turn = Turn.of(tracker)
        if not turn.is_pressed and not _WANTS_PERSON.search(turn.text):
            of_the_alarm = await about_alarm(dispatcher, turn, tracker)
            if of_the_alarm:  # 接下来呢, 能直接扣回来吗: questions, whatever the classifier hears
                return [*of_the_alarm, _STAY]
        other = await _no_wish(dispatcher, turn, tracker)
        if other:
            return [*other, _STAY]
        busy = await tell_notices(dispatcher, turn, None)
        if await to_queue(dispatcher, turn, tracker, "asked"):
            return [SlotSet("handoff", True)]
        known = await _told_already(dispatcher, turn, tracker)
        if known:
            return [*known, _STAY]
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
        if leaves(turn.text) and _EXPLICIT.search(turn.text):
            await handoffs().leave(turn.conversation)
            return back_to_bot(dispatcher, turn)
        place = await handoffs().say(turn.conversation, _as_typed(turn, tracker), turn.message_id)
        if place is None:
            return [SlotSet("handoff", False), FollowupAction(_instead(turn))]
        if not place.is_waiting:
            dispatcher.utter_message(json_message=_RELAYED)
            return []
        return await while_waiting(dispatcher, turn, tracker, place)


async def wish_person(dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
    """As the intent does, for a wish that has another one: 0 of the menu, I want a human."""
    events = await ActionToPerson().run(dispatcher, tracker, domain)
    takes_down = any(event.get("name") == "handoff" and event.get("value") is False for event in events)
    return [*events, FollowupAction("ticket_form")] if takes_down else events


async def _no_wish(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """What was taken for a wish for a person and is none (回机器人, 要排多久, 接下来呢); empty for a wish."""
    if turn.is_pressed or turn.intent != PERSON:
        return []
    if leaves(turn.text):
        return back_to_bot(dispatcher, turn)
    if asks_of_queue(turn.text):
        await tell_wait(dispatcher)
        return [SlotSet("misses", 0)]
    oddly = await said_oddly(dispatcher, turn, tracker)
    if oddly:
        return oddly
    beside = question_beside(turn.text)
    if beside is None and may_wish_for_person(turn.text):
        return []
    ranking = [guess for guess in turn.ranking if guess.intent != PERSON]
    best = next((guess for guess in ranking if is_business(guess.intent)), Guess(OTHER_MATTER, 0.0))
    asked = replace(turn, text=beside or turn.text, ranking=ranking, intent=best.intent, confidence=best.confidence)
    return await answer(dispatcher, replace(asked, entities=[] if beside else turn.entities), tracker)


async def _told_already(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Nobody is there, and the matter is with them already, or was asked for a moment ago: no form once more."""
    topic, alarm = tracker.get_slot("topic"), tracker.get_slot("alarm")
    number = tracker.get_slot("ticket_id") if not topic or topic == alarm else None
    ticket = await open_ticket(number, turn) if number else None
    if ticket is not None:
        dispatcher.utter_message(
            response="utter_person_has_ticket", status=status_line(ticket), buttons=[add_to(ticket)]
        )
        return [SlotSet("ticket_id", ticket.id)]
    if tracker.get_slot("asks") == PERSON and not turn.is_pressed:
        dispatcher.utter_message(response="utter_nobody_yet", buttons=[OPEN_TICKET])
        return [SlotSet("asks", PERSON)]
    return []


def _as_typed(turn: Turn, tracker: Tracker) -> str:
    """The customer's line for a person: masked, but not normalised."""
    metadata = tracker.latest_message.get("metadata") or {}
    return str(metadata.get("original") or turn.text)


def _instead(turn: Turn) -> str:
    """The action for a line that came just after the talk had ended."""
    if is_business(turn.intent):
        return "action_answer"
    return "action_out_of_scope" if turn.intent == OTHER_MATTER else "utter_what_now"
