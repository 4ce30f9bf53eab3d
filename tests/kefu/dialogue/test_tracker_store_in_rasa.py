"""Two bots of one small model, one with Rasa's store and one with ours, hear the same messages and say the same."""

import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.tracker_store import SQLTrackerStore
from rasa.model_training import train
from rasa.server import update_conversation_with_events
from rasa.shared.core.events import BotUttered, ConversationPaused, ConversationResumed, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

from kefu.database import Database
from kefu.dialogue.tracker_store import AppendOnlyTrackerStore
from kefu.dialogue.working_set import EXACT_STATES
from kefu.migrate import migrate

CONFIG = """
recipe: default.v1
assistant_id: test
language: zh
pipeline: [{name: KeywordIntentClassifier}]
policies:
  - {name: MemoizationPolicy, max_history: 4}
  - {name: RulePolicy, core_fallback_threshold: 0.3, core_fallback_action_name: action_default_fallback}
"""
DOMAIN = """
version: "3.1"
intents: [greet, refund, fee, deny, affirm, inform, stop, nonsense, nlu_fallback, out_of_scope]
entities: [amount, day]
slots:
  amount: {type: text, influence_conversation: true, mappings: [{type: from_entity, entity: amount}]}
  day: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: day}]}
  topic: {type: text, influence_conversation: true, mappings: [{type: from_intent, intent: refund, value: refund}]}
forms: {ticket_form: {required_slots: [amount, day]}}
responses:
  utter_greet: [{text: 您好}]
  utter_refund: [{text: 退款这样做}]
  utter_fee: [{text: 不收费}]
  utter_more: [{text: 还有吗}]
  utter_again: [{text: 又来了}]
  utter_submit: [{text: "登记好了 {amount} {day}"}]
  utter_ask_amount: [{text: 多少钱}]
  utter_ask_day: [{text: 哪一天}]
  utter_default: [{text: 没听懂}]
  utter_ask_rephrase: [{text: 换个说法}]
session_config: {session_expiration_time: 60, carry_over_slots_to_new_session: true}
"""
RULES = """
version: "3.1"
rules:
  - rule: first words
    conversation_start: true
    steps: [{intent: greet}, {action: utter_greet}]
  - rule: fees
    steps: [{intent: fee}, {action: utter_fee}]
  - rule: start
    steps: [{intent: deny}, {action: ticket_form}, {active_loop: ticket_form}]
  - rule: done
    condition: [{active_loop: ticket_form}]
    steps:
      [{action: ticket_form}, {active_loop: null}, {slot_was_set: [{requested_slot: null}]}, {action: utter_submit}]
  - rule: stop
    condition: [{active_loop: ticket_form}]
    steps: [{intent: stop}, {action: action_deactivate_loop}, {active_loop: null}]
  - rule: unsure
    steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
stories:
  - story: refund, and again
    steps:
      - {intent: refund}
      - {action: utter_refund}
      - {intent: affirm}
      - {action: utter_more}
      - {intent: refund}
      - {action: utter_again}
  - story: a second yes
    steps: [{intent: affirm}, {action: utter_more}, {intent: affirm}, {action: utter_again}]
"""
SAID = [
    *("/greet", "/refund", "/refund", "/fee", "/fee", "/affirm", "/affirm", "/deny", "/deny", "/stop", "/nonsense"),
    *('/inform{"amount": "9.90"}', '/inform{"amount": "5"}', '/inform{"day": "2026-01-02"}', '/inform{"day": "今天"}'),
    *("/nlu_fallback", "/out_of_scope", "/restart", "/back", "说点别的"),
]
SENDER = "web-1"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("bot")
    for name, content in {"config.yml": CONFIG, "domain.yml": DOMAIN, "rules.yml": RULES}.items():
        (folder / name).write_text(content, encoding="utf-8")
    examples = "".join(f"- intent: {name}\n  examples: '- {name}'\n" for name in ("greet", "fee"))
    (folder / "nlu.yml").write_text(f"version: '3.1'\nnlu:\n{examples}", encoding="utf-8")
    files = [str(folder / "rules.yml"), str(folder / "nlu.yml")]
    trained = train(str(folder / "domain.yml"), str(folder / "config.yml"), files, str(folder / "models"))
    assert trained.model
    return str(trained.model)


@pytest.fixture
async def bots(model: str, tmp_path: Path) -> AsyncIterator[tuple[Agent, Agent]]:
    """Rasa's and ours."""
    url = f"sqlite:///{tmp_path}/ours.db"
    migrate(url)
    database = Database(url)
    sql, ours = (
        SQLTrackerStore(dialect="sqlite", db=f"{tmp_path}/stock.db"),
        AppendOnlyTrackerStore(connection=database),
    )
    yield Agent.load(model, tracker_store=sql), Agent.load(model, tracker_store=ours)
    await database.close()
    sql.engine.dispose()


def timeless(found: Any) -> Any:
    """Without what two bots cannot have in common."""
    if isinstance(found, dict):
        moments = ("timestamp", "latest_event_time")
        return {key: timeless(value) for key, value in found.items() if key not in moments}
    return [timeless(value) for value in found] if isinstance(found, list) else found


def looked_at(tracker: DialogueStateTracker, bot: Agent) -> Any:
    states = tracker.past_states(bot.domain)[-EXACT_STATES:]
    in_sight = tracker.past_states(bot.domain, ignore_rule_only_turns=True, rule_only_data={})[-EXACT_STATES:]
    return timeless([tracker.current_state(), states, in_sight])


async def tell(bot: Agent, text: str, number: int) -> Any:
    output = CollectingOutputChannel()
    await bot.handle_message(UserMessage(text, output, SENDER, message_id=f"m{number}", metadata={"brand": "post"}))
    return output.messages


async def push(bot: Agent, *events: Event) -> None:
    """As `POST /conversations/{id}/tracker/events` does."""
    tracker = await update_conversation_with_events(SENDER, bot.processor, bot.domain, list(events))
    await bot.tracker_store.save(tracker)


@pytest.mark.parametrize("seed", range(4))
async def test_says_the_same(bots: tuple[Agent, Agent], monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    now, later = time.time, 0.0
    monkeypatch.setattr(time, "time", lambda: now() + later)
    for number in range(70):
        kind = chance.random()
        text = chance.choice(SAID)
        if kind < 0.03:
            later += 2 * 3600  # a new session
        for bot in bots:
            if 0.03 < kind < 0.06:
                await push(bot, ConversationPaused())
            elif 0.06 < kind < 0.12:
                await push(bot, ConversationResumed())
            elif 0.12 < kind < 0.18:
                await push(bot, BotUttered("人工回复"), SlotSet("topic", "refund"))
        answers = [await tell(bot, text, number) for bot in bots]
        assert answers[0] == answers[1], (number, text)
        stored = [await bot.tracker_store.retrieve(SENDER) for bot in bots]
        views = [looked_at(tracker, bot) for tracker, bot in zip(stored, bots, strict=True)]
        assert views[0] == views[1], (number, text)
    full = [await bot.processor.fetch_full_tracker_with_initial_session(SENDER) for bot in bots]
    theirs, ours = (timeless(tracker.current_state(EventVerbosity.ALL)) for tracker in full)
    assert ours == theirs
