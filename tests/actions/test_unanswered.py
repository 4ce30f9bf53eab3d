"""Questions without an answer are kept once; odd messages and answered ones are not."""

from datetime import datetime, timezone

import pytest
from rasa_sdk.events import SlotSet

import actions.unanswered
from actions.turn import Turn
from actions.unanswered import keep_unanswered
from kefu.brands import brand_or_default
from kefu.database import Database
from kefu.desk.feedback import FeedbackService

MISS = [SlotSet("misses", 1), SlotSet("faq_id", None)]


@pytest.fixture(autouse=True)
def database_of_actions(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions.unanswered, "database", lambda: database)


def turn(text: str, message_id: str = "m1") -> Turn:
    return Turn(brand_or_default("post"), "website", "web-1", message_id, text, "out_of_scope", 0.2)


async def kept(database: Database) -> list[tuple[str, int]]:
    return await FeedbackService(database).unanswered(datetime(2000, 1, 1, tzinfo=timezone.utc))


async def test_a_miss_is_kept_once_however_often_the_action_runs(database: Database) -> None:
    for _ in range(2):
        assert await keep_unanswered(turn(" 能不能\n交社保 "), MISS) == MISS
    await keep_unanswered(turn("能不能 交社保", "m2"), MISS)
    assert await kept(database) == [("能不能 交社保", 2)]


async def test_the_question_counts_where_the_message_is_a_button(database: Database) -> None:
    await keep_unanswered(turn("以上都不是"), MISS, "怎么开发票")
    assert await kept(database) == [("怎么开发票", 1)]


@pytest.mark.parametrize("events", [[], [SlotSet("misses", 0)], [SlotSet("misses", None)], [SlotSet("faq_id", "x")]])
async def test_an_answer_is_not_kept(database: Database, events: list) -> None:
    await keep_unanswered(turn("退款多久到"), events)
    assert await kept(database) == []


async def test_a_long_message_is_kept_by_its_start_and_an_empty_one_not_at_all(database: Database) -> None:
    await keep_unanswered(turn("长" * 1000), MISS)
    await keep_unanswered(turn("  ", "m2"), MISS)
    assert [len(text) for text, _ in await kept(database)] == [200]
