"""Recorded conversations for the tracker store: lists of turns, each a list of events as Rasa writes them."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

Turn = list[dict[str, Any]]
Conversation = list[Turn]

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [refund, fee, deny, inform, nonsense, menu]
entities: [amount]
slots:
  brand: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  faq_id: {type: text, influence_conversation: true, mappings: [{type: custom}]}
  handoff: {type: bool, influence_conversation: true, mappings: [{type: custom}]}
  amount: {type: text, influence_conversation: true, mappings: [{type: custom}]}
  time: {type: text, influence_conversation: true, mappings: [{type: custom}]}
  misses: {type: any, initial_value: 0, mappings: [{type: custom}]}
forms:
  ticket_form: {required_slots: [amount, time]}
actions: [action_answer, action_submit_ticket, action_sorry]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
"""
)


class Recorder:
    """Writes events with a clock of its own, so that every replay has the same moments."""

    def __init__(self) -> None:
        self.turns: Conversation = []
        self._clock = count(1_700_000_000)
        self._number = count(1)

    def turn(self, *events: Event) -> None:
        """Add a turn."""
        for event in events:
            event.timestamp = float(next(self._clock)) + 0.25
        self.turns.append([event.as_dict() for event in events])

    def user(self, intent: str, *entities: dict[str, Any], text: str | None = None) -> UserUttered:
        """What a customer says, parsed."""
        number = next(self._number)
        parsed = {"intent": {"name": intent, "confidence": 0.9}, "entities": list(entities), "text": text or intent}
        return UserUttered(
            text or f"{intent} 第{number}句",
            parsed["intent"],
            parsed["entities"],
            parsed,
            input_channel="rest" if number % 2 else "website",
            message_id=f"m{number}",
            metadata={"brand": "post"},
        )


def listen(hidden: bool = False) -> ActionExecuted:
    return ActionExecuted("action_listen", "RulePolicy", 1.0, hide_rule_turn=hidden)


def act(name: str, hidden: bool = False) -> ActionExecuted:
    return ActionExecuted(name, "RulePolicy", 1.0, hide_rule_turn=hidden)


def say(text: str) -> BotUttered:
    return BotUttered(text, {"buttons": [{"title": "解决了", "payload": "/affirm"}]}, {"faq_id": "refund.apply"})


def by_intent() -> DefinePrevUserUtteredFeaturization:
    return DefinePrevUserUtteredFeaturization(False)


def begin(tape: Recorder, *carried: SlotSet) -> list[Event]:
    return [act("action_session_start"), SessionStarted(), *carried, listen()]


def answer(tape: Recorder, intent: str = "refund", hidden: bool = False) -> list[Event]:
    """A question and its answer, in three actions."""
    slots = [SlotSet("faq_id", f"{intent}.apply"), SlotSet("misses", 0)]
    return [
        *(tape.user(intent), by_intent(), act("action_answer", hidden), say(f"{intent} 的答案"), *slots),
        listen(hidden),
    ]


def answers() -> Conversation:
    """Nothing but questions and answers, 320 of them."""
    tape = Recorder()
    tape.turn(*begin(tape), *answer(tape))
    for number in range(320):
        tape.turn(*answer(tape, "fee" if number % 3 else "refund"))
    return tape.turns


def rules_between_stories() -> Conversation:
    """Few turns that stories see, far apart; rules answer the rest, and one slot is set only at the start."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), SlotSet("handoff", True), *answer(tape))
    for number in range(90):
        tape.turn(*answer(tape, "fee" if number % 2 else "menu", hidden=number % 17 != 5))
    return tape.turns


def form_turn(tape: Recorder, slot: str, value: Any, asks: str | None) -> list[Event]:
    done: list[Event] = [SlotSet("requested_slot", asks)]
    done += [say(f"请问 {asks}?")] if asks else [ActiveLoop(None)]
    return [tape.user("inform"), SlotSet(slot, value), by_intent(), act("ticket_form"), *done]


def forms() -> Conversation:
    """A form is filled on the happy path, again and again."""
    tape = Recorder()
    tape.turn(*begin(tape), *answer(tape))
    for number in range(12):
        start = [act("action_sorry"), say("抱歉"), act("ticket_form"), ActiveLoop("ticket_form")]
        tape.turn(
            *(tape.user("deny"), by_intent(), *start, SlotSet("requested_slot", "amount"), say("请问 amount?")),
            listen(),
        )
        tape.turn(*form_turn(tape, "amount", f"{number}.50", "time"), listen())
        tape.turn(
            *form_turn(tape, "time", f"2026-01-{number + 1:02}", None),
            act("action_submit_ticket"),
            say("单号"),
            listen(),
        )
        tape.turn(SlotSet("amount", None), SlotSet("time", None), *answer(tape, "fee"))
    return tape.turns


def endless_form() -> Conversation:
    """A form that asks for the same thing for ever: for policies all of it is one turn."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), *answer(tape))
    tape.turn(tape.user("deny"), by_intent(), act("ticket_form"), ActiveLoop("ticket_form"), say("金额?"), listen())
    for number in range(60):
        tape.turn(*form_turn(tape, "amount", f"{number}", "amount"), listen())
    tape.turn(*form_turn(tape, "time", "2026-01-01", None), act("action_submit_ticket"), listen())
    for _ in range(5):
        tape.turn(*answer(tape))
    return tape.turns


def interrupted_form() -> Conversation:
    """Questions in the middle of a form: rejected, answered, asked again."""
    tape = Recorder()
    tape.turn(*begin(tape), *answer(tape))
    tape.turn(tape.user("deny"), by_intent(), act("ticket_form"), ActiveLoop("ticket_form"), say("金额?"), listen())
    for number in range(40):
        rejected = [tape.user("fee"), by_intent(), ActionExecutionRejected("ticket_form")]
        again = [LoopInterrupted(True), act("ticket_form"), say("金额?"), listen()]
        tape.turn(*rejected, act("action_answer", number % 2 == 0), say("答案"), *again)
        if number % 4 == 3:
            tape.turn(*form_turn(tape, "amount", f"{number}", "time"), listen())
        if number % 9 == 8:  # rejected, and left so over some turns
            tape.turn(
                tape.user("fee"), by_intent(), ActionExecutionRejected("ticket_form"), act("action_sorry"), listen()
            )
            tape.turn(tape.user("menu"), by_intent(), act("action_answer"), listen())
    return tape.turns


def two_forms() -> Conversation:
    """A second form is started while the first is open, and is left unfinished for a long time."""
    tape = Recorder()
    tape.turn(*begin(tape), *answer(tape))
    tape.turn(tape.user("deny"), by_intent(), act("ticket_form"), ActiveLoop("ticket_form"), listen())
    tape.turn(tape.user("menu"), by_intent(), act("comment_form"), ActiveLoop("comment_form"), listen())
    for _ in range(30):
        tape.turn(tape.user("fee"), ActionExecutionRejected("comment_form"), act("action_answer"), listen())
    tape.turn(tape.user("inform"), by_intent(), act("comment_form"), ActiveLoop(None), listen())
    for _ in range(6):
        tape.turn(*answer(tape))
    return tape.turns


def restarts() -> Conversation:
    """The customer begins again, several times, also in the middle of a form and of a pause."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), *answer(tape))
    for number in range(7):
        for _ in range(number * 2):
            tape.turn(*answer(tape))
        if number % 2:
            tape.turn(
                tape.user("deny"), act("ticket_form"), ActiveLoop("ticket_form"), SlotSet("amount", "1"), listen()
            )
            tape.turn(ConversationPaused())
        tape.turn(tape.user("menu"), by_intent(), act("action_restart"), Restarted(), *begin(tape))
    for _ in range(9):
        tape.turn(*answer(tape))
    return tape.turns


def sessions() -> Conversation:
    """New sessions that carry the slots over, after short and long ones."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), SlotSet("amount", "9.90"), *answer(tape))
    for number in range(6):
        for _ in range(number * 3):
            tape.turn(*answer(tape, hidden=number % 2 == 0))
        carried = [SlotSet("brand", "my"), SlotSet("amount", "9.90"), SlotSet("faq_id", "refund.apply")]
        tape.turn(SlotSet("session_started_metadata", {"a": 1}), *begin(tape, *carried), *answer(tape))
    return tape.turns


def fallbacks() -> Conversation:
    """Nothing is understood, and every turn is taken back."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), *answer(tape))
    for number in range(60):
        back = [act("action_default_fallback"), say("没听懂"), UserUtteranceReverted()]
        tape.turn(tape.user("nonsense"), SlotSet("misses", number), by_intent(), *back, listen())
        if number % 10 == 9:
            tape.turn(*answer(tape))
    return tape.turns


def far_back() -> Conversation:
    """More is taken back than the tail holds, slots that were set long ago come out again."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("amount", "1.00"), *answer(tape))
    for number in range(30):
        tape.turn(*answer(tape), SlotSet("amount", f"{number}"))
    tape.turn(*[UserUtteranceReverted() for _ in range(12)])
    tape.turn(*answer(tape, "fee"))
    for _ in range(8):  # `action_back`: its own message and the one before
        tape.turn(tape.user("menu"), act("action_back"), UserUtteranceReverted(), UserUtteranceReverted(), listen())
    tape.turn(*[ActionReverted() for _ in range(9)], listen())
    for _ in range(12):
        tape.turn(*answer(tape))
    tape.turn(*[UserUtteranceReverted() for _ in range(60)], listen())
    for _ in range(6):
        tape.turn(*answer(tape))
    return tape.turns


def two_stages() -> Conversation:
    """What Rasa's two-stage fallback does: it takes turns back and puts the message in again."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), *answer(tape))
    for _ in range(14):
        ask = [act("action_two_stage_fallback"), ActiveLoop("action_two_stage_fallback")]
        asked = tape.user("nonsense")
        tape.turn(asked, by_intent(), *ask, act("action_default_ask_affirmation"), say("您是想问…?"), listen())
        undo = [UserUtteranceReverted(), UserUtteranceReverted(), listen()]
        again = tape.user("refund", text="退款")
        end = [act("action_two_stage_fallback"), ActiveLoop(None), *undo, again]
        tape.turn(tape.user("deny"), by_intent(), *end, by_intent(), act("action_answer"), say("答案"), listen())
    return tape.turns


def handed_over() -> Conversation:
    """A person talks: the bot is paused and only told what was said; reminders, and notices to a silent customer."""
    tape = Recorder()
    tape.turn(*begin(tape), SlotSet("brand", "my"), *answer(tape))
    tape.turn(ConversationPaused(), SlotSet("handoff", True))
    for number in range(45):
        tape.turn(tape.user("inform"))
        tape.turn(say(f"人工回复 {number}"))
    for number in range(90):
        tape.turn(say(f"通知 {number}"))
    tape.turn(ConversationResumed(), SlotSet("handoff", None))
    for number in range(10):
        tape.turn(*answer(tape), FollowupAction("action_sorry"))
        tape.turn(act("action_sorry"), listen())
        if number == 5:
            tape.turn(AllSlotsReset())
    return tape.turns


def entities() -> Conversation:
    """Entities, some added by a policy; messages that policies read as text; more than one slot between two actions."""
    tape = Recorder()
    tape.turn(*begin(tape), *answer(tape))
    for number in range(40):
        found = {"entity": "amount", "value": f"{number}", "start": 0, "end": 1}
        added = EntitiesAdded([{"entity": "time", "value": "今天"}])
        reads = DefinePrevUserUtteredFeaturization(number % 3 == 0)
        tape.turn(
            *(tape.user("inform", found), SlotSet("amount", "?"), SlotSet("amount", f"{number}"), reads, added),
            *(act("action_answer", number % 5 != 0), SlotSet("time", "今天"), say("好"), listen(number % 7 != 0)),
        )
    return tape.turns


def reminded() -> Conversation:
    """A reminder is set and comes due many turns later."""
    from datetime import datetime, timedelta, timezone

    tape = Recorder()
    due = datetime.now(timezone.utc) + timedelta(hours=1)
    tape.turn(*begin(tape), *answer(tape), ReminderScheduled("menu", due, name="回访", kill_on_user_message=False))
    for _ in range(30):
        tape.turn(*answer(tape))
    return tape.turns


ALL: dict[str, Callable[[], Conversation]] = {
    made.__name__: made
    for made in (
        *(answers, rules_between_stories, forms, endless_form, interrupted_form, two_forms, restarts, sessions),
        *(fallbacks, far_back, two_stages, handed_over, entities, reminded),
    )
}


def events_of(turn: Turn) -> Iterator[Event]:
    """New event objects for a turn; events change while they are applied."""
    import copy

    for event in copy.deepcopy(turn):
        yield Event.from_parameters(event)
