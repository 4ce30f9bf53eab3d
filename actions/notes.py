"""Adding to a ticket that is there: 补充情况, 还没解决."""

from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.emergency import kind_of, raise_alarm
from actions.turn import Turn
from kefu.database import database
from kefu.desk.lifecycle import Status
from kefu.desk.tickets import TicketService
from kefu.dialogue.ticket_form import calls_off

_LEAVE: list[EventType] = [SlotSet("note", None), SlotSet("requested_slot", None)]


class ActionAddToTicket(Action):
    """Remembers which ticket the button belongs to; the note form asks for the words."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_add_to_ticket"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Keep the number."""
        return [SlotSet("ticket_id", Turn.of(tracker).entity("ticket_id")), SlotSet("note", None)]


class ValidateNoteForm(FormValidationAction):
    """Takes whatever comes next as the note, unless the customer has changed his mind."""

    def name(self) -> str:
        """Name in the domain."""
        return "validate_note_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Fill `note`, or leave the form."""
        if tracker.get_slot("requested_slot") != "note":
            return [SlotSet("bad_answers", 0)]
        turn = Turn.of(tracker)
        kind = kind_of(turn)
        if kind:
            return [*await raise_alarm(dispatcher, turn, kind), *_LEAVE]
        if calls_off(turn.said()):
            dispatcher.utter_message(response="utter_nothing_to_cancel")
            return _LEAVE
        return [SlotSet("note", turn.text)]


class ActionStoreNote(Action):
    """Adds the note to the ticket; a finished ticket is opened again."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_store_note"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Store and say so; a form that was left stores nothing."""
        note, number = tracker.get_slot("note"), tracker.get_slot("ticket_id")
        if not note:
            return []
        turn, service = Turn.of(tracker), TicketService(database())
        ticket = await service.get(number or "")
        if ticket is None or turn.brand.id not in ("", ticket.brand):
            dispatcher.utter_message(response="utter_ticket_not_found")
            return [SlotSet("note", None)]
        ticket = await service.add_note(ticket.id, note, f"note:{turn.conversation}:{turn.message_id}")
        again = "_reopened" if ticket.status == Status.REOPENED else ""
        dispatcher.utter_message(response=f"utter_note_stored{again}", receipt=ticket.id)
        return [SlotSet("note", None)]
