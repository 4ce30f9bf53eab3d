"""Pictures: by content, not by name; once; with the ticket that lives on."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import select

from kefu.database import Database
from kefu.desk.attachments import LARGEST, MOST, Attachments
from kefu.desk.console.words import change_text
from kefu.desk.errors import TicketError, Unacceptable
from kefu.desk.lifecycle import Status
from kefu.desk.merge import merge
from kefu.desk.outbox.models import Delivery
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import Changes, TicketWork

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
NEW = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
KINDS = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0" + b"\0" * 40,
    "image/gif": b"GIF89a" + b"\0" * 40,
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40,
}


@pytest.fixture
async def ticket_id(database: Database) -> str:
    return (await TicketService(database).open(NEW, NOW)).ticket.id


@pytest.mark.parametrize(("kind", "data"), KINDS.items())
async def test_a_picture_is_what_its_content_says(database: Database, ticket_id: str, kind: str, data: bytes) -> None:
    kept = await Attachments(database).add(ticket_id, "截图.exe", data, "customer", NOW)
    assert (kept.content_type, kept.size, kept.name) == (kind, len(data), "截图.exe")
    read = await Attachments(database).read(kept.id)
    assert read.data == data
    assert (await TicketService(database).history(ticket_id))[-1].kind == "attachment"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.7" + b"\0" * 40,
        b"MZ" + b"\0" * 99,
        b"PK\x03\x04" + b"\0" * 40,
        PNG + b"\0" * LARGEST,
    ],
)
async def test_anything_else_is_refused(database: Database, ticket_id: str, data: bytes) -> None:
    with pytest.raises(Unacceptable):
        await Attachments(database).add(ticket_id, "a.png", data, "customer", NOW)
    assert await Attachments(database).of(ticket_id) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\windows\\a.png", "a.png"),
        ("", "图片"),
        ("..", "图片"),
        ("a\x00\r\nb.png", "ab.png"),
        ("长" * 300, "长" * 128),
    ],
)
async def test_a_name_is_only_shown(database: Database, ticket_id: str, name: str, kept: str) -> None:
    assert (await Attachments(database).add(ticket_id, name, PNG, "customer", NOW)).name == kept


async def test_the_same_picture_is_kept_once(database: Database, ticket_id: str) -> None:
    added = [Attachments(database).add(ticket_id, f"{n}.png", PNG, "customer", NOW) for n in range(5)]
    assert len({one.id for one in await asyncio.gather(*added)}) == 1


async def test_there_is_a_limit(database: Database, ticket_id: str) -> None:
    for number in range(MOST):
        await Attachments(database).add(ticket_id, "a.png", PNG + bytes([number]), "customer", NOW)
    with pytest.raises(Unacceptable, match=str(MOST)):
        await Attachments(database).add(ticket_id, "a.png", PNG + b"!", "customer", NOW)


async def test_pictures_of_merged_tickets_are_seen_and_kept_with_the_survivor(
    database: Database, ticket_id: str
) -> None:
    other = (await TicketService(database).open(replace(NEW, intent="fee", idempotency_key="m2"), NOW)).ticket
    attachments = Attachments(database)
    first = await attachments.add(ticket_id, "a.png", PNG, "customer", NOW)
    await merge(database, ticket_id, other.id, "user:li", NOW)
    second = await attachments.add(ticket_id, "b.png", PNG + b"!", "customer", NOW + timedelta(minutes=1))
    assert second.ticket_id == other.id
    assert [one.id for one in await attachments.of(other.id)] == [first.id, second.id]


async def test_what_is_not_there(database: Database) -> None:
    assert await Attachments(database).read("../../etc/passwd") is None
    with pytest.raises(KeyError):
        await Attachments(database).add("KF0000000000", "a.png", PNG, "customer", NOW)


async def test_a_picture_is_shown_to_the_customer_once_where_that_is_wanted(database: Database, ticket_id: str) -> None:
    attachments = Attachments(database)
    kept = await attachments.add(ticket_id, "1.png", PNG, "user:li", NOW)

    async def sent() -> list[dict[str, object]]:
        async with database.read() as session:
            return [one.body for one in (await session.execute(select(Delivery))).scalars()]

    assert await sent() == [], "it is for the staff"
    for _ in range(2):
        again = await attachments.add(ticket_id, "1.png", PNG, "user:li", NOW, shown_by="小王")
        assert again.id == kept.id
    [body] = await sent()
    assert body["data"] == {"image": f"attachments/{kept.id}"}
    assert body["metadata"] == {"agent": "小王", "ticket_id": ticket_id, "push_id": f"desk:picture:{kept.id}"}


async def test_a_shown_picture_is_an_answer_and_in_the_history(database: Database, ticket_id: str) -> None:
    attachments, tickets = Attachments(database), TicketService(database)
    kept = await attachments.add(ticket_id, "1.png", PNG, "user:li", NOW)
    assert (await tickets.get(ticket_id)).waiting_since is not None, "the customer has heard nothing"
    for _ in range(2):
        await attachments.add(ticket_id, "1.png", PNG, "user:li", NOW, shown_by="小王")
    ticket = await tickets.get(ticket_id)
    assert (ticket.waiting_since, ticket.first_response_at) == (None, NOW)
    pictures = [event for event in await tickets.history(ticket_id) if event.kind == "attachment"]
    plain = {"id": kept.id, "name": "1.png"}
    assert [event.data for event in pictures] == [plain, {**plain, "shown": True}]
    assert [change_text(event, {}) for event in pictures] == ["加了图片 1.png", "发给客户图片 1.png"]


async def test_a_closed_ticket_shows_no_picture_but_keeps_one(database: Database, ticket_id: str) -> None:
    for status in (Status.RESOLVED, Status.CLOSED):
        await TicketWork(database).change(ticket_id, Changes(status=status), "user:li", now=NOW)
    attachments = Attachments(database)
    with pytest.raises(TicketError, match="已关闭.*重新打开"):
        await attachments.add(ticket_id, "1.png", PNG, "user:li", NOW, shown_by="小王")
    assert await attachments.of(ticket_id) == []
    assert await attachments.add(ticket_id, "1.png", PNG, "user:li", NOW)
