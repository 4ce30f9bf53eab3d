"""Questions that the bot had no answer to: kept, so that trainers see what is asked most."""

from rasa_sdk.events import EventType

from actions.turn import Turn
from kefu.brands import DEFAULT_BRAND
from kefu.database import database
from kefu.desk.feedback import UNANSWERED, FeedbackService, NewFeedback
from kefu.dialogue.odd_messages import Kind, kind_of_text

_LONGEST = 200  # characters; the start of a message is enough to see what was asked


async def keep_unanswered(turn: Turn, events: list[EventType], question: str = "") -> list[EventType]:
    """Store the question where the events admit not to know an answer; returns the events.

    Args:
        question: what was asked; default: what the customer has just written.
    """
    slots = {event["name"]: event["value"] for event in events if event.get("event") == "slot"}
    missed = slots.get("misses") and slots.get("faq_id", "") is None and kind_of_text(turn.text) is Kind.ORDINARY
    text = " ".join((question or turn.text).split())[:_LONGEST]
    if missed and text:
        new = NewFeedback(
            brand=turn.brand.id or DEFAULT_BRAND,
            channel=turn.channel,
            customer=turn.conversation,
            kind=UNANSWERED,
            idempotency_key=f"{UNANSWERED}:{turn.conversation}:{turn.message_id}",
            text=text,
        )
        await FeedbackService(database()).store(new)
    return events
