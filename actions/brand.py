"""Which wallet it is about: asked once and remembered where the channel does not say; another one is pointed to."""

import json
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.buttons import Button
from actions.turn import Turn
from kefu.brands import brand_named, brands

_JUST_A_NAME = 12  # characters up to which a message that names a wallet asks nothing else


def must_ask_brand(turn: Turn, tracker: Tracker) -> bool:
    """Whether to ask now: the wallet is unknown, and the customer was not asked before."""
    return not turn.brand.id and not tracker.get_slot("unanswered")


def ask_brand(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Ask, and keep the question, so that it is answered as soon as the wallet is known."""
    dispatcher.utter_message(response="utter_ask_brand", buttons=brand_buttons())
    kept = ("text", "intent", "intent_ranking", "entities", "questions", "metadata", "message_id")
    return [SlotSet("unanswered", {name: tracker.latest_message.get(name) for name in kept})]


def resumed(turn: Turn, tracker: Tracker) -> Turn:
    """The question that waited for the wallet's name, where this message gives just that; else the message itself."""
    waiting = tracker.get_slot("unanswered")
    if not waiting or not turn.brand.id or tracker.get_slot("brand") or len(turn.text) > _JUST_A_NAME:
        return turn
    return Turn.of_message(_of_brand(waiting, turn.brand.id), tracker)


def point_to_other(dispatcher: CollectingDispatcher, turn: Turn) -> None:
    """Say whose service this is to who names another wallet: its customer would take our answer for its own."""
    other = None if turn.is_pressed else brand_named(turn.text)
    if other and turn.brand.id and other.id != turn.brand.id:
        dispatcher.utter_message(response="utter_other_wallet", other=other.name, other_hotline=other.hotline)


def brand_buttons() -> list[Button]:
    """One button a wallet."""
    known = brands().values()
    return [{"title": one.name, "payload": "/choose_brand" + json.dumps({"brand": one.id})} for one in known]


class AskBrandInForm(Action):
    """The ticket form's question for the wallet."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_ask_ticket_form_brand"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the question with a button for each wallet."""
        dispatcher.utter_message(response="utter_ask_brand", buttons=brand_buttons())
        return []


def _of_brand(message: dict[str, Any], brand: str) -> dict[str, Any]:
    return {**message, "metadata": {**(message.get("metadata") or {}), "brand": brand}}
