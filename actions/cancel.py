"""算了, 取消 where no form is open; 算了办提现吧 asks for something else."""

from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm, back_to_alarm
from actions.answer import answer
from actions.brand import ask_brand, must_ask_brand
from actions.notes import plain_word
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.dialogue.answering import Guess
from kefu.dialogue.ticket_form import request_instead
from kefu.topics import is_business


class ActionCancel(Action):
    """Nothing is there to be cancelled; what is asked for instead is answered."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_cancel"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Say so, or answer."""
        turn = Turn.of(tracker)
        of_the_ticket = (
            await about_alarm(dispatcher, turn, tracker)
            or await back_to_alarm(dispatcher, turn, tracker)
            or await plain_word(dispatcher, turn, tracker)
        )
        if of_the_ticket:
            return of_the_ticket
        request = request_instead(turn.text)
        if request is None or turn.is_pressed:
            dispatcher.utter_message(response="utter_nothing_to_cancel")
            return []
        turn = _asking_for(turn, request)
        if must_ask_brand(turn, tracker):
            return ask_brand(dispatcher, tracker)
        return await keep_unanswered(turn, await answer(dispatcher, turn, tracker))


def _asking_for(turn: Turn, request: str) -> Turn:
    """The turn as if nothing had been called off in it; entities' places are those in the whole text."""
    ranking = [guess for guess in turn.ranking if is_business(guess.intent)]
    best = ranking[0] if ranking else Guess("out_of_scope", 0.0)
    return replace(turn, text=request, intent=best.intent, confidence=best.confidence, ranking=ranking, entities=[])
