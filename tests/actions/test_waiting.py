"""While a customer waits for a person: each line is acknowledged once, the place is told to who asks for it."""

from collections.abc import Iterator

import pytest

from actions.handoff import ActionRelay, handoffs
from kefu.database import Database
from kefu.desk.handoffs import NewHandoff
from tests.actions.conversation import Talk, faq_of, text_of


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
    assert text_of(await talk.hear(ActionRelay(), "还没到", "withdraw_arrival")) == "utter_queue_noted_too"


async def test_who_asks_again_hears_the_place(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionRelay(), "转人工", "human_agent")) == "utter_queue_next"
    assert text_of(await talk.hear(ActionRelay(), "还有几位", "out_of_scope")) == "utter_queue_next_still"


@pytest.mark.parametrize("text", ["算了", "取消", "不想等了", "退出", "不用人工了", "帮我转回去", "不等了", "回机器人"])
async def test_who_would_rather_not_wait_is_back_with_the_bot(talk: Talk, text: str) -> None:
    assert text_of(await talk.hear(ActionRelay(), text, "cancel")) == "utter_back_to_bot"
    assert talk.slots["handoff"] is False
    assert await handoffs().place("talk-1") is None


async def test_who_has_managed_alone_is_done(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionRelay(), "我自己解决了", "affirm")) == "utter_back_solved"
    assert talk.slots["topic"] is None


async def test_once_somebody_talks_such_words_are_said_to_him(talk: Talk, own_database: Database) -> None:
    place = await handoffs().place("talk-1")
    assert place is not None
    await handoffs().take(place.handoff.id, "li", 3)
    said = await talk.hear(ActionRelay(), "算了", "cancel")
    assert said[0]["custom"] == {"relayed": True}
    assert text_of(await talk.hear(ActionRelay(), "回机器人", "human_agent")) == "utter_back_to_bot"


async def test_a_question_is_answered_and_the_place_kept(talk: Talk) -> None:
    said = await talk.hear(ActionRelay(), "提现手续费多少", "fee")
    assert faq_of(said)
    assert text_of(said).endswith("utter_queue_still_wait")
    assert await handoffs().place("talk-1") is not None
    assert talk.slots["topic"] == "withdraw"


@pytest.mark.parametrize(("text", "intent"), [("谢谢", "thank"), ("再见", "goodbye")])
async def test_politeness_is_no_note(talk: Talk, text: str, intent: str) -> None:
    assert text_of(await talk.hear(ActionRelay(), text, intent)) == "utter_queue_polite"


async def test_what_to_do_in_an_alarm_is_told_although_nobody_is_there_yet(talk: Talk) -> None:
    talk.slots.update(faq_id=None, guide=None, asks=None)
    await talk.hear(ActionRelay(), "我被盗刷了3000", "account_theft")
    assert text_of(await talk.hear(ActionRelay(), "怎么办", "out_of_scope", 0.2)) == "utter_alarm_what_now"


async def test_back_at_the_bot_its_old_answer_is_closed(talk: Talk) -> None:
    assert text_of(await talk.hear(ActionRelay(), "机器人", "bot_challenge")) == "utter_back_to_bot"
    assert talk.slots["handoff"] is False
    assert (talk.slots["faq_id"], talk.slots["guide"], talk.slots["asks"]) == (None, None, None)
    assert talk.slots["topic"] == "withdraw", "the matter is known when a person is asked for again"
