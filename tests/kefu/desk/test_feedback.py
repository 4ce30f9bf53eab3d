"""Feedback: kept once, newest first, and without who gave it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from kefu.database import Database
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.sealing import fingerprint

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewFeedback(
    brand="post",
    channel="rest",
    customer="web-1",
    kind="rating",
    idempotency_key="rating:web-1:m1",
    stars=2,
    faq_id="refund.apply",
)


@pytest.fixture
def feedback(database: Database) -> FeedbackService:
    return FeedbackService(database)


async def test_keeps_what_was_given(feedback: FeedbackService) -> None:
    await feedback.store(NEW, NOW)
    [kept] = await feedback.latest()
    assert (kept.brand, kept.channel, kept.kind, kept.stars, kept.faq_id, kept.text, kept.at) == (
        *("post", "rest", "rating", 2, "refund.apply", None),
        NOW,
    )


async def test_does_not_keep_who_gave_it(feedback: FeedbackService) -> None:
    await feedback.store(replace(NEW, idempotency_key="m1"), NOW)
    [kept] = await feedback.latest()
    assert kept.customer_key == fingerprint("post", "web-1")
    assert "web-1" not in kept.customer_key


async def test_same_key_is_kept_once(feedback: FeedbackService) -> None:
    await feedback.store(NEW, NOW)
    await feedback.store(replace(NEW, stars=5), NOW + timedelta(days=1))
    assert [(kept.stars, kept.at) for kept in await feedback.latest()] == [(2, NOW)]


async def test_parallel_deliveries_are_kept_once(feedback: FeedbackService) -> None:
    await asyncio.gather(*(feedback.store(NEW, NOW) for _ in range(12)))
    assert len(await feedback.latest()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "comment", "text": "等了太久"},
        {"kind": "feedback", "text": "希望有夜间模式😀", "stars": None},
        {"text": "好" * 2000},
        {"faq_id": None},
        {"faq_id": None, "ticket_id": "KF7K3M9QXT2B"},
    ],
)
async def test_another_key_is_another_piece(feedback: FeedbackService, change: dict[str, object]) -> None:
    await feedback.store(NEW, NOW)
    await feedback.store(replace(NEW, idempotency_key="m2", **change), NOW)
    newest, first = await feedback.latest()
    assert first.idempotency_key == fingerprint(NEW.idempotency_key)
    assert {name: getattr(newest, name) for name in change} == change


async def test_the_newest_come_first_and_no_more_than_asked(feedback: FeedbackService) -> None:
    for number in range(5):
        await feedback.store(replace(NEW, idempotency_key=str(number)), NOW)
    assert [kept.idempotency_key for kept in await feedback.latest(3)] == [fingerprint(n) for n in "432"]
    assert len(await feedback.latest()) == 5


async def test_by_default_the_moment_is_now(feedback: FeedbackService) -> None:
    await feedback.store(NEW)
    [kept] = await feedback.latest()
    assert timedelta() <= datetime.now(timezone.utc) - kept.at < timedelta(minutes=1)


async def test_a_moment_without_a_zone_is_refused(feedback: FeedbackService) -> None:
    with pytest.raises(Exception, match="needs a time zone"):
        await feedback.store(NEW, datetime(2026, 11, 23))
    assert await feedback.latest() == []
