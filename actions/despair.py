"""A customer who does not want to live: warm words, who is there to help now, and an urgent ticket."""

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn
from kefu.brands import DEFAULT_BRAND
from kefu.database import database
from kefu.desk.bound import customer_of
from kefu.desk.lifecycle import Priority
from kefu.desk.tickets import NewTicket, TicketService
from kefu.topics import OTHER_MATTER

_NOTE = "【有轻生念头，请马上联系】"


async def comfort(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Say who helps at once, and put the talk before a colleague; no other matter is open any more."""
    opened = await TicketService(database()).open(
        NewTicket(
            brand=turn.brand.id or DEFAULT_BRAND,
            channel=turn.channel,
            customer=await customer_of(database(), turn.conversation),
            intent=OTHER_MATTER,
            description=f"{_NOTE}{turn.text}",
            idempotency_key=f"despair:{turn.conversation}:{turn.message_id}",
            priority=Priority.P1,
            phone=tracker.get_slot("phone") if tracker.get_slot("phone_sealed") else None,
            phone_sealed=tracker.get_slot("phone_sealed"),
        )
    )
    dispatcher.utter_message(response="utter_despair", receipt=opened.ticket.id)
    over = dict.fromkeys(("topic", "faq_id", "guide", "asks", "alarm"))
    return [SlotSet(name, value) for name, value in {**over, "ticket_id": opened.ticket.id, "misses": 0}.items()]
