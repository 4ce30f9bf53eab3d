"""Ratings, comments, praise and suggestions: stored, so that the service gets better."""

import re
from typing import Any

from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm
from actions.answer import answer
from actions.emergency import kind_of, raise_alarm
from actions.guided import option_named
from actions.matter import answered, matter
from actions.notes import about_ticket
from actions.open_matter import note_facts
from actions.showing import show
from actions.turn import Turn
from kefu.database import database
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.dialogue.answering import SURE, decide
from kefu.dialogue.stars import rating_of
from kefu.knowledge import Band, knowledge_base
from kefu.topics import is_business

_STARS = frozenset("12345")
_NOTHING = frozenset({"没有", "没", "没了", "无", "不用", "不写", "不了", "算了", "跳过", "没有了"})
_RATED = SlotSet("rated_faq", None)
_LEAVE: list[EventType] = [SlotSet("comment", None), SlotSet("requested_slot", None)]
_STILL_OPEN = re.compile(r"(没|不).{0,4}(解决|处理|办好|弄好|搞定)|还是(不行|没|老样子)")
_CLOSE = 0.75  # similarity from which a message asks how to give feedback instead of giving it


class ActionRate(Action):
    """Store the stars at once; the comment may never come."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_rate"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Keep the rating of this message."""
        turn = Turn.of(tracker)
        stars = turn.entity("stars")
        if stars not in _STARS:
            return []
        ticket = turn.entity("ticket_id")  # of the button; the rating of an answer has none
        faq_id = None if ticket else tracker.get_slot("rated_faq")
        await store(turn, "rating", stars=int(stars), faq_id=faq_id, ticket_id=ticket)
        return [SlotSet("stars", stars), SlotSet("comment", None), SlotSet("rated_ticket", ticket), _RATED]


class ValidateCommentForm(FormValidationAction):
    """Takes whatever comes next as the comment, unless it is another question."""

    def name(self) -> str:
        """Name in the domain."""
        return "validate_comment_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Fill `comment`, or answer the question and leave the form."""
        if tracker.get_slot("requested_slot") != "comment":
            return [SlotSet("bad_answers", 0)]
        turn = Turn.of(tracker)
        kind = kind_of(turn)
        if kind:
            return [*await raise_alarm(dispatcher, turn, tracker, kind), *_LEAVE]
        if turn.intent == "human_agent" and turn.confidence >= SURE:
            dispatcher.utter_message(response="utter_person_by_button")
            return _LEAVE
        asks = is_business(turn.intent) and turn.intent not in ("feedback", "complaint")
        if asks and turn.confidence >= SURE:
            decision = decide(turn.text, turn.ranking, turn.brand, knowledge_base(), turn.questions)
            if decision.band is Band.ANSWER:
                show(dispatcher, turn, decision.entries[0], decision.version, decision.also)
                return [*matter(turn, tracker), *answered(decision.entries[0], tracker), *_LEAVE]
        is_nothing = turn.text.strip(" 。,.!") in _NOTHING or turn.text.isdigit()
        is_nothing = is_nothing or turn.intent in ("skip", "cancel", "thank", "goodbye")
        return [SlotSet("comment", "" if is_nothing else turn.text)]


class ActionStoreComment(Action):
    """Store the comment that goes with the stars."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_store_comment"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Keep it and thank; where the customer asked something instead, say nothing more."""
        comment, stars = tracker.get_slot("comment"), tracker.get_slot("stars")
        if comment:
            about = {"stars": int(stars) if stars else None, "ticket_id": tracker.get_slot("rated_ticket")}
            await store(Turn.of(tracker), "comment", text=comment, **about)
        if comment is not None:
            stored = "utter_comment_unsolved" if _STILL_OPEN.search(comment) else "utter_comment_stored"
            dispatcher.utter_message(response=stored if comment else "utter_no_comment")
        return [SlotSet(name, None) for name in ("comment", "stars", "rated_ticket")]


class ActionFeedback(Action):
    """Suggestions and praise are stored as said; how to give them is answered."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_feedback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Answer the question, or keep the words and thank."""
        turn = Turn.of(tracker)
        intent = turn.intent if turn.is_pressed else None
        rated = await rate_late(dispatcher, turn, tracker)
        if rated:
            return rated
        beside = (
            await about_alarm(dispatcher, turn, tracker)
            or await about_ticket(dispatcher, turn, tracker)
            or note_facts(dispatcher, turn, tracker)
        )
        if beside:
            return beside
        found = knowledge_base().search(turn.text, intent, turn.brand.id, 1)
        if found.hits and (turn.is_pressed or found.hits[0].score >= _CLOSE):
            show(dispatcher, turn, found.hits[0].entry, found.version)
            return [*matter(turn, tracker), *answered(found.hits[0].entry, tracker)]
        if not turn.is_pressed and (turn.confidence < SURE or option_named(turn, tracker)):
            return await answer(dispatcher, turn, tracker)
        await store(turn, "feedback", text=turn.text)
        dispatcher.utter_message(response="utter_feedback_stored")
        return matter(turn, tracker)


async def rate_late(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Stars in words, or after other talk: kept with what is said besides, and no more asked; empty without any."""
    rating = rating_of(turn.text) if tracker.get_slot("rated_faq") and not turn.is_pressed else None
    if rating is None:
        return []
    stars = int(rating.stars)
    await store(turn, "rating", stars=stars, faq_id=tracker.get_slot("rated_faq"))
    if rating.comment:
        await store(turn, "comment", text=rating.comment, stars=stars)
    heard = "utter_comment_stored" if rating.comment else "utter_rated_late"
    dispatcher.utter_message(response="utter_comment_unsolved" if _STILL_OPEN.search(rating.comment) else heard)
    return [_RATED]


async def store(turn: Turn, kind: str, **what: Any) -> None:
    """Keep a piece of feedback that a turn has brought."""
    new = NewFeedback(
        brand=turn.brand.id,
        channel=turn.channel,
        customer=turn.conversation,
        kind=kind,
        idempotency_key=f"{kind}:{turn.conversation}:{turn.message_id}",
        **what,
    )
    await FeedbackService(database()).store(new)
