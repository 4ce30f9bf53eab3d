"""Answering from the knowledge base."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm, asked_in_alarm, back_to_alarm, calm_down, is_alarmed
from actions.aside import about_aside
from actions.brand import ask_brand, must_ask_brand, point_to_other, resumed
from actions.buttons import branches_of
from actions.complaint import take_complaint
from actions.emergency import kind_of, raise_alarm
from actions.going_on import go_on_with_it
from actions.guided import option_named, options_meant
from actions.in_passing import go_along
from actions.lost_money import ask_who
from actions.matter import answered, joined, matter, stay
from actions.notes import about_ticket
from actions.notices import tell_notices
from actions.odd import said_oddly
from actions.on_ticket import at_hand
from actions.open_matter import about_matter, ranking_of
from actions.phone import reassure
from actions.registering import register_now
from actions.safety import of_safety
from actions.showing import ask_again, go_on, guide_of, miss, say, show
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.dialogue.answering import SURE, Decision, decide
from kefu.dialogue.guides import guides
from kefu.dialogue.odd_messages import Kind, kind_of_text
from kefu.dialogue.ticket_form import calls_off
from kefu.knowledge import Band, knowledge_base
from kefu.topics import is_business

_NO_MATTER = frozenset({"complaint", "feedback"})
_LONGEST_ODD = 12  # characters


class ActionAnswer(Action):
    """Answer a business question, ask which one is meant, or admit not to know; emergencies first."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Look the question up and utter what was found."""
        turn = Turn.of(tracker)
        odd = await said_oddly(dispatcher, turn, tracker) or ask_who(dispatcher, turn, tracker)
        if odd:
            return odd
        kind = kind_of(turn, tracker)
        of_the_ticket = [] if kind or is_alarmed(tracker) else await at_hand(dispatcher, turn, tracker)
        asked = of_the_ticket or await asked_in_alarm(dispatcher, turn, tracker)
        if asked:
            return asked
        if kind:
            return await raise_alarm(dispatcher, turn, tracker, kind)
        calm = calm_down(dispatcher, turn, tracker)
        if calm:
            return calm
        if must_ask_brand(turn, tracker):
            return ask_brand(dispatcher, tracker)
        turn = resumed(turn, tracker)
        point_to_other(dispatcher, turn)
        return await keep_unanswered(turn, await answer(dispatcher, turn, tracker))


class ActionShowFaq(Action):
    """Show the entry that the customer has chosen from a list."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_show_faq"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Utter the chosen answer; an entry that is gone or another brand's is admitted."""
        turn = Turn.of(tracker)
        snapshot = knowledge_base().current()
        entry = snapshot.by_id.get(turn.entity("faq_id") or "")
        if entry is None or not knowledge_base().answer(entry.id, turn.brand):
            return miss(dispatcher, turn, tracker)
        await tell_notices(dispatcher, turn, entry.intent)
        guide = guides().of(tracker.get_slot("guide") or "")
        option = guide.holding(entry.id) if guide else None
        if guide and option:
            return go_on(dispatcher, turn, tracker, guide, option)
        show(dispatcher, turn, entry, snapshot.version)
        said = joined(tracker.get_slot("question"), turn.text)
        return [SlotSet("question", said), *answered(entry, tracker, guide=guide_of(entry))]


async def answer(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> list[EventType]:
    """Answer a message that may be about the wallet's business, or about the open guide's question."""
    of_the_alarm = await about_alarm(dispatcher, turn, tracker) or await back_to_alarm(dispatcher, turn, tracker)
    if of_the_alarm:
        return of_the_alarm
    if calls_off(turn.said()):
        dispatcher.utter_message(response="utter_nothing_to_cancel")
        return []
    for first in (about_aside, of_safety, reassure):
        said = first(dispatcher, turn, tracker)
        if said:
            return said
    named = option_named(turn, tracker)
    if named:
        return go_on(dispatcher, turn, tracker, *named)
    which = options_meant(turn, tracker)
    if which:
        dispatcher.utter_message(text="是哪一种？点一下就行。", buttons=branches_of(which))
        return stay(turn, tracker)
    about = await about_ticket(dispatcher, turn, tracker)
    if about:
        return about
    of_the_matter = about_matter(dispatcher, turn, tracker)
    if of_the_matter:
        return of_the_matter
    for goes_on in (go_along, register_now, go_on_with_it):
        more = goes_on(dispatcher, turn, tracker)
        if more:
            return more
    odd = take_complaint(dispatcher, turn, tracker) or answer_oddly(dispatcher, turn)
    if odd:
        return odd
    decision = _pressed(turn) if turn.is_pressed else None
    ranking = ranking_of(turn, tracker)
    decision = decision or decide(turn.text, ranking, turn.brand, knowledge_base(), turn.questions)
    return await tell(dispatcher, turn, tracker, decision)


def answer_oddly(dispatcher: CollectingDispatcher, turn: Turn) -> list[EventType]:
    """那个, 我想问下, 什么破玩意: they ask nothing yet; empty for any other message."""
    if turn.is_pressed or len(turn.text) > _LONGEST_ODD:
        return []
    kind = kind_of_text(turn.text)
    is_ours = is_business(turn.intent) and turn.intent not in _NO_MATTER and turn.confidence >= SURE
    if not (kind is Kind.OPENING or (kind is Kind.ABUSIVE and not is_ours)):
        return []
    dispatcher.utter_message(response=f"utter_{kind.value}")
    return [SlotSet("asks", None)]


async def tell(dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, decision: Decision) -> list[EventType]:
    """Utter a decision with what belongs to it: notices before an answer, a guide's question once more without one."""
    if decision.band is not Band.ANSWER and ask_again(dispatcher, turn, tracker):
        return [*stay(turn, tracker), SlotSet("asks", "guide")]
    if decision.band is Band.ANSWER:
        await tell_notices(dispatcher, turn, decision.entries[0].intent)
    return [*matter(turn, tracker), *say(dispatcher, turn, tracker, decision)]


def _pressed(turn: Turn) -> Decision | None:
    """A line of the menu stands for its topic as a whole, whatever its title says."""
    entry = knowledge_base().current().overview.get(turn.intent)
    if entry is None or not knowledge_base().answer(entry.id, turn.brand):
        return None
    return Decision(Band.ANSWER, (entry,), knowledge_base().current().version)
