"""Figures of the service: counted by China's days, by brand, with nothing to measure shown as nothing."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from kefu.channels.models import InboundMessage
from kefu.database import Database
from kefu.desk.feedback import UNANSWERED, FeedbackService, NewFeedback
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.lifecycle import Status
from kefu.desk.statistics import Statistics
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork

NOON = datetime(2026, 11, 26, 4, 0, tzinfo=timezone.utc)  # 12:00 in China
HOUR = timedelta(hours=1)


async def wrote(database: Database, conversation: str, at: datetime, brand: str = "post") -> None:
    async with database.write() as session:
        key = f"m{at.timestamp()}"
        row = InboundMessage(
            conversation=conversation, message_id=key, channel="website", brand=brand, text="x", received_at=at
        )
        session.add(row)


async def test_days_are_chinas_days_and_empty_ones_are_there(database: Database) -> None:
    midnight = datetime(2026, 11, 25, 16, 0, tzinfo=timezone.utc)  # 00:00 of the 26th in China
    await wrote(database, "a", midnight)
    await wrote(database, "a", midnight - timedelta(minutes=1))
    await wrote(database, "b", NOON)
    figures = await Statistics(database).of_period(7, now=NOON)
    assert [day.day for day in figures.days] == [date(2026, 11, 20) + timedelta(days=n) for n in range(7)]
    assert [day.messages for day in figures.days] == [0, 0, 0, 0, 0, 1, 2]
    assert [day.conversations for day in figures.days] == [0, 0, 0, 0, 0, 1, 2]
    assert figures.total("messages") == 3


async def test_what_the_bot_did_alone_is_what_needed_nobody(database: Database) -> None:
    for name in "abcd":
        await wrote(database, name, NOON)
    await TicketService(database).open(NewTicket("post", "website", "a", "refund", "x", "k"), NOON)
    handoffs = HandoffService(database)
    await handoffs.ask(NewHandoff("post", "website", "a", "asked", "refund"), NOON)  # the same customer
    await handoffs.ask(NewHandoff("post", "website", "b", "asked", "refund"), NOON)
    figures = await Statistics(database).of_period(7, now=NOON)
    assert figures.days[-1].by_bot == 2
    assert figures.share("by_bot", "conversations") == 0.5
    assert figures.total("handoffs") == 2


async def test_times_are_medians_and_missed_due_times_are_counted(database: Database) -> None:
    tickets, numbers = TicketService(database), []
    for index in range(3):
        new = NewTicket("post", "website", f"c{index}", "refund", "x", f"k{index}", amount=Decimal(5))
        numbers.append((await tickets.open(new, NOON)).ticket.id)
    for number, hours in zip(numbers, (1, 2, 30), strict=True):
        await TicketMessages(database).reply(number, "在办", "user:li", "李敏", "r", now=NOON + hours * HOUR)
    await TicketWork(database).move(numbers[0], Status.RESOLVED, "user:li", NOON + 5 * HOUR)
    figures = await Statistics(database).of_period(7, now=NOON + 40 * HOUR)
    assert figures.first_response == 2 * HOUR
    assert figures.resolution == 5 * HOUR
    assert (figures.total("tickets"), figures.total("resolved"), figures.total("sla_missed")) == (3, 1, 1)
    assert figures.topics == [("refund", 3)]


async def test_a_brand_has_its_own_figures(database: Database) -> None:
    await wrote(database, "a", NOON)
    await wrote(database, "b", NOON + HOUR, brand="my")
    await TicketService(database).open(NewTicket("my", "website", "b", "refund", "x", "k"), NOON)
    feedback = FeedbackService(database)
    for brand, stars in (("post", 5), ("my", 2), ("my", 4)):
        await feedback.store(NewFeedback(brand, "website", "c", "rating", f"{brand}{stars}", stars=stars), NOON)
    mine = await Statistics(database).of_period(7, "my", now=NOON + HOUR)
    assert (mine.total("conversations"), mine.total("tickets"), mine.rating) == (1, 1, 3.0)
    other = await Statistics(database).of_period(7, "post", now=NOON + HOUR)
    assert (other.total("conversations"), other.total("tickets"), other.rating) == (1, 0, 5.0)


async def test_of_nothing_there_are_no_figures(database: Database) -> None:
    figures = await Statistics(database).of_period(30, now=NOON)
    assert figures.rating is None and figures.first_response is None and figures.wait is None
    assert figures.share("by_bot", "conversations") is None
    assert len(figures.days) == 30


async def test_the_most_frequent_unanswered_questions_come_first(database: Database) -> None:
    feedback = FeedbackService(database)
    for index, text in enumerate(["交社保", "开发票", "交社保", "很久以前"]):
        at = NOON - timedelta(days=60) if text == "很久以前" else NOON
        await feedback.store(NewFeedback("post", "website", "c", UNANSWERED, f"u{index}", text=text), at)
    assert await feedback.unanswered(NOON - timedelta(days=7)) == [("交社保", 2), ("开发票", 1)]
    assert await feedback.unanswered(NOON - timedelta(days=7), "my") == []
    assert await feedback.latest() == []  # they are no opinion


async def test_what_comes_in_after_midnight_while_one_looks_is_of_the_next_day(database: Database) -> None:
    await TicketService(database).open(NewTicket("post", "website", "a", "refund", "x", "k"), NOON + 13 * HOUR)
    await HandoffService(database).ask(NewHandoff("post", "website", "a", "asked", "refund"), NOON + 13 * HOUR)
    figures = await Statistics(database).of_period(7, now=NOON + 11 * HOUR)
    assert (figures.total("tickets"), figures.total("handoffs")) == (0, 0)
