"""After an answer: did it help, and what now."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.after_alarm import about_alarm, back_to_alarm
from actions.answer import answer
from actions.buttons import PERSON, SOLVED, UNSOLVED, branches_of, register_or_person
from actions.feedback import rate_late
from actions.guided import option_named, place, try_next, untried
from actions.in_passing import close, go_along
from actions.lost_money import ASKS as LOST
from actions.no_denial import no_denial
from actions.open_matter import note_facts
from actions.phone import reassure
from actions.registering import OFFERS, agreed, register_now
from actions.showing import ask_again, go_on, noted, offer_ticket
from actions.turn import Turn
from kefu.dialogue.guides import Option
from kefu.dialogue.same_matter import is_fact

_SOLVED = re.compile(
    r"解决|办好|弄好|搞定|搞掂|好了|可以了|行了|成了|通了|会了|懂了|明白|清楚了|^(都|现在|已经|这下)*没问题|没问题了|没事了|(收|找|看|退)到了|到账了"
)
_SHORTEST_FACT = 5  # characters: 我确定是对的, not 好的
_HEARD = re.compile(r"^(好的?|知道|晓得|收到|ok|okay)(了|啦|呀|啊|哈|[,.!~])*$", re.IGNORECASE)
_NOTHING_ELSE = re.compile(r"^没(有)?(别的|其他(的)?|什么)?(问题|事)?(要补充的?)?了[,.!吧啊]*$")
_ALL = re.compile(r"全|都|解决")


class ActionSolved(Action):
    """The answer has helped: go on to the guide's next step, or close the matter."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_solved"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """A mere 嗯 is asked about; a step that is done leads to the next; else say so and forget the matter."""
        turn = Turn.of(tracker)
        named = option_named(turn, tracker)
        if named:
            return go_on(dispatcher, turn, tracker, *named)
        along = go_along(dispatcher, turn, tracker) or register_now(dispatcher, turn, tracker)
        if along:
            return along
        if not _SOLVED.search(turn.text) and (tracker.get_slot("asks") in OFFERS):
            return [SlotSet("faq_id", tracker.get_slot("faq_id")), *agreed(dispatcher, turn, tracker)]
        if turn.text.rstrip().endswith("?") and not turn.is_pressed:  # 就这？ is no yes
            kept = SlotSet("faq_id", tracker.get_slot("faq_id"))
            return [kept, *offer_ticket(dispatcher, tracker, "utter_still_open")]
        here = place(tracker)
        is_heard = _HEARD.match(turn.text)  # no answer to the guide's question
        if here and here.option is None and not (turn.is_pressed or is_heard or _SOLVED.search(turn.text)):
            kept = SlotSet("faq_id", tracker.get_slot("faq_id"))
            if ask_again(dispatcher, turn, tracker):
                return [kept, SlotSet("asks", "guide")]
            return [kept, *offer_ticket(dispatcher, tracker, "utter_still_open")]
        is_told = len(turn.text) >= _SHORTEST_FACT and is_fact(turn.text)
        if is_told and not (turn.is_pressed or _SOLVED.search(turn.text)):
            return [SlotSet("faq_id", tracker.get_slot("faq_id")), *noted(dispatcher, turn, tracker)]
        if not (turn.is_pressed or tracker.get_slot("asks") == "solved" or _SOLVED.search(turn.text)):
            dispatcher.utter_message(response="utter_ask_solved")
            return [SlotSet("faq_id", tracker.get_slot("faq_id")), SlotSet("asks", "solved")]
        left = here.guide.steps_after(here.option) if here and here.option else []
        if left and not _ALL.search(turn.text):
            _next_step(dispatcher, left)
            return [SlotSet("faq_id", left[0].faq), SlotSet("asks", None)]
        return close(dispatcher, tracker)


class ActionUnsolved(Action):
    """The answer has not helped: try what the guide still has; `nothing_left` says that a ticket is next."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_unsolved"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Show another answer of the same step, or leave it to the ticket form."""
        turn = Turn.of(tracker)
        phone = reassure(dispatcher, turn, tracker)
        if phone:
            return [*phone, SlotSet("nothing_left", False)]
        named = option_named(turn, tracker)
        if named and untried(named[1], turn, tracker):
            return [*go_on(dispatcher, turn, tracker, *named), SlotSet("nothing_left", False)]
        noted = note_facts(dispatcher, turn, tracker)
        if noted:
            return [*noted, SlotSet("nothing_left", False)]
        other = no_denial(dispatcher, turn, tracker)
        if other:
            return [*other, SlotSet("nothing_left", False)]
        here = place(tracker) if turn.text != UNSOLVED["title"] else None  # who presses 没解决 wants it registered
        if here and here.option and untried(here.option, turn, tracker):
            events = go_on(dispatcher, turn, tracker, here.guide, here.option, try_next(here.option, tracker))
            return [*events, SlotSet("nothing_left", False)]
        return [SlotSet("nothing_left", True)]


class ActionHeard(Action):
    """好的 without an answer before it: a word on what the bot has just asked, if it has asked anything."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_heard"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Lead to the button that does what was offered; 办好了 ends the open matter."""
        asks = tracker.get_slot("asks")
        of_the_alarm = await _alarm(dispatcher, tracker) or go_along(dispatcher, Turn.of(tracker), tracker)
        if of_the_alarm:
            return of_the_alarm
        if tracker.get_slot("topic") and _SOLVED.search(Turn.of(tracker).text):
            return close(dispatcher, tracker)
        if asks in OFFERS and tracker.get_slot("topic"):
            return agreed(dispatcher, Turn.of(tracker), tracker)
        dispatcher.utter_message(response="utter_lost_money_again" if asks == LOST else "utter_heard")
        return []


class ActionWhatNow(Action):
    """没用, 不知道, a lone fact: words that need something before them to make sense."""

    def name(self) -> str:
        """Name in the domain."""
        return "action_what_now"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Go on with the matter that is open; without one ask what it is about."""
        turn = Turn.of(tracker)
        beside = reassure(dispatcher, turn, tracker) or await rate_late(dispatcher, turn, tracker)
        if beside:
            return beside
        of_the_alarm = await _alarm(dispatcher, tracker) or go_along(dispatcher, turn, tracker)
        if of_the_alarm:
            return of_the_alarm
        if option_named(turn, tracker):
            return await answer(dispatcher, turn, tracker)
        noted = note_facts(dispatcher, turn, tracker)
        if noted:
            return noted
        if tracker.get_slot("asks") == "register" and _NOTHING_ELSE.match(turn.text):
            dispatcher.utter_message(response="utter_press_register", buttons=register_or_person())
            return []
        if not tracker.get_slot("topic"):
            dispatcher.utter_message(response="utter_what_now")
            return []
        return offer_ticket(dispatcher, tracker, "utter_not_sure" if turn.intent == "skip" else "utter_still_open")


async def _alarm(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    turn = Turn.of(tracker)
    return await about_alarm(dispatcher, turn, tracker) or await back_to_alarm(dispatcher, turn, tracker)


def _next_step(dispatcher: CollectingDispatcher, left: list[Option]) -> None:
    text = f"好，接着下一步：{left[0].step}。卡住了点卡在哪里；全办好了点“已解决”。"
    dispatcher.utter_message(text=text, buttons=[*branches_of(left), SOLVED, PERSON])
