"""While a customer waits for a person: each line is acknowledged once, the place is told to who asks for it."""

from collections.abc import Iterator

import pytest

from actions.handoff import ActionRelay, handoffs
from kefu.database import Database
from kefu.desk.handoffs import NewHandoff
from tests.actions.conversation import Talk, text_of


@pytest.fixture
async def talk(own_database: Database) -> Talk:
    """A customer who has just asked for a person, after an answer of the bot."""
    await handoffs().ask(NewHandoff("post", "rest", "talk-1", "asked", "withdraw", False, None, {}))
    found = Talk()
    found.slots.update(handoff=True, faq_id="withdraw.steps", guide="withdraw", asks="solved", topic="withdraw")
    return found


@pytest.fixture(autouse=True)
def fresh_service(own_database: Database) -> Iterator[None]:
    handoffs.cache_clear()
    yield
    handoffs.cache_clear()


async def test_the_queue_is_not_told_twice_in_a_row(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionRelay(), "昨天提的", "out_of_scope")) == "utter_queue_noted"
    assert text_of(await talk.hear(ActionRelay(), "还没到", "withdraw_arrival")) == ""


async def test_who_asks_again_hears_the_place(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionRelay(), "转人工", "human_agent")) == "utter_queue_next"
    assert text_of(await talk.hear(ActionRelay(), "转人工", "human_agent")) == "utter_queue_next"


async def test_back_at_the_bot_its_old_answer_is_closed(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionRelay(), "机器人", "bot_challenge")) == "utter_back_to_bot"
    assert talk.slots["handoff"] is False
    assert (talk.slots["faq_id"], talk.slots["guide"], talk.slots["asks"]) == (None, None, None)
    assert talk.slots["topic"] == "withdraw", "the matter is known when a person is asked for again"
