"""After a person was forgotten no table and no byte of the file holds anything of him or her."""

from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import MetaData, inspect, select
from sqlalchemy.engine import Connection, make_url

from kefu.channels.binding import Bindings
from kefu.channels.models import InboundMessage, Message, Upload
from kefu.channels.wechat.models import WechatReply, WechatUser
from kefu.channels.wechat.users import conversation_of
from kefu.conversations.models import conversation_events, conversation_snapshots, conversation_states
from kefu.database import Database
from kefu.desk.attachments import Attachments
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.desk.forget import Person, forget
from kefu.desk.handoffs import NewHandoff
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.merge import merge
from kefu.desk.outbox import staff
from kefu.desk.people.roles import Role
from kefu.desk.people.users import Users
from kefu.desk.talks import Agent, Talks
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.webhooks import Webhooks
from kefu.desk.work import Changes, TicketWork
from kefu.sealing import fingerprints, seal
from kefu.settings import Settings

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
WEB, OPENID, PHONE, ORDER = "user-of-the-website-1", "oOpenIdOfThePerson", "13812345678", "2026112200017"
WECHAT = conversation_of("post", OPENID)
SAID = "秘密的经过"
PNG = b"\x89PNG\r\n\x1a\n" + SAID.encode() * 9
STAFF = Settings(notify_urls="json://staff.example")


async def traces(database: Database) -> set[str]:
    """Everything that the product can keep about somebody; returns what must not be found afterwards."""
    tickets, talks = TicketService(database), Talks(database, 60, 60)
    await Webhooks(database).add("https://93.184.216.34/hook", ["ticket.created", "ticket.updated"])
    facts = {"phone": "138****5678", "phone_sealed": seal(PHONE), "order_id": ORDER, "amount": Decimal("88.80")}
    said = [{"who": "customer", "text": SAID, "at": 1.0}]
    numbers = []
    for conversation, channel in ((WEB, "website"), (WECHAT, "wechat")):
        new = NewTicket("post", channel, conversation, "refund", SAID, f"form:{conversation}:m1", Priority.P1, **facts)
        number = (await tickets.open(new, NOW)).ticket.id
        other = NewTicket("post", channel, conversation, "fee", SAID, f"form:{conversation}:m2", transcript=said)
        absorbed = (await tickets.open(other, NOW)).ticket.id
        await merge(database, absorbed, number, "user:li")
        messages = TicketMessages(database)
        await messages.reply(number, SAID, "user:li", "小李", "r", now=NOW)
        await messages.from_customer(number, SAID, f"more:{conversation}", now=NOW)
        await messages.note(number, SAID, "user:li", f"note:{conversation}", NOW)
        await TicketWork(database).change(number, Changes(Status.RESOLVED), "user:li")
        await Attachments(database).add(number, f"{SAID}.png", PNG, "customer", NOW)
        rating = NewFeedback("post", channel, conversation, "rating", f"rating:{conversation}:m3", stars=1, text=SAID)
        await FeedbackService(database).store(rating)
        packet = {"transcript": said, "slots": {"question": SAID}}
        asked = NewHandoff("post", channel, conversation, "asked", "refund", packet=packet)
        talk = (await talks._handoffs.ask(asked, NOW)).handoff.id
        await talks._handoffs.say(conversation, SAID, "h1", NOW)
        await talks.take(talk, Agent("li", "小李", 9), NOW)
        await talks.reply(talk, Agent("li", "小李", 9), SAID, "k1", NOW)
        numbers += [number, absorbed, await talks.close(talk, Agent("li", "小李", 9), SAID, True, NOW)]
    bindings = Bindings(database)
    await bindings.redeem(WECHAT, "post", "ABCDEFGH")
    await bindings.redeem(WECHAT, "post", (await bindings.new_code(WEB, "post")).text)
    await bindings.new_code(WEB, "post")
    async with database.write() as session:
        for one in (WEB, WECHAT):
            inbound = {"channel": "rest", "brand": "post", "text": SAID, "received_at": NOW}
            session.add(InboundMessage(conversation=one, message_id="m", sealed={"phone": seal(PHONE)}, **inbound))
            session.add(Message(conversation=one, seq=1, who="customer", body={"text": SAID}, at=NOW))
            upload = {"brand": "post", "media_type": "image/png", "content": PNG, "at": NOW}
            session.add(Upload(id=one[-32:], conversation=one, message_id="m", **upload))
            event = {"sender_id": one, "seq": 1, "type": "user", "timestamp": 1.0, "data": SAID}
            await session.execute(conversation_events.insert().values(**event))
            await session.execute(conversation_states.insert().values(sender_id=one, seq=2, updated_at=1.0))
            await session.execute(conversation_snapshots.insert().values(sender_id=one, seq=2, data=SAID))
        session.add(WechatUser(conversation=WECHAT, account="post", openid_sealed=seal(OPENID), seen_at=NOW))
        reply = {"body": {"text": SAID}, "to_seq": 1, "to_part": 0, "at": NOW}
        session.add(WechatReply(conversation=WECHAT, message_id="m", **reply))
    keys = [key for one in (WEB, WECHAT) for key in (*fingerprints("post", one), *fingerprints("handoff", one))]
    return {WEB, WECHAT, OPENID, PHONE, ORDER, SAID, PHONE[-4:], *map(str, numbers), *keys}


async def contents(database: Database) -> dict[str, str]:
    """All rows of all tables, as text."""

    def read(connection: Connection) -> dict[str, str]:
        known = MetaData()
        known.reflect(connection)
        found = {table.name: connection.execute(select(table)).all() for table in known.sorted_tables}
        return {name: "\n".join(_plain(value) for row in rows for value in row) for name, rows in found.items()}

    async with database.read() as session:
        connection = await session.connection()
        assert await connection.run_sync(lambda sync: len(inspect(sync).get_table_names())) > 20
        return await connection.run_sync(read)


def _plain(value: object) -> str:
    text = bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
    return text.encode().decode("unicode_escape", errors="replace") if "\\u" in text else text


@pytest.mark.parametrize("person", [Person(WEB), Person(WECHAT), Person(phone=PHONE)], ids=["web", "wechat", "phone"])
async def test_nothing_is_left_anywhere(database: Database, monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    monkeypatch.setattr(staff, "settings", lambda: STAFF)
    await Users(database).add("li", "小李", "correct-horse-9", [Role.AGENT])
    hidden = await traces(database)
    before = await contents(database)
    assert {name for name, text in before.items() if any(one in text for one in hidden)} >= {
        *("tickets", "ticket_events", "ticket_messages", "attachments", "handoffs", "handoff_lines", "deliveries"),
        *("inbound_messages", "messages", "uploads", "feedback", "bindings", "binding_codes", "binding_tries"),
        *("conversation_events", "conversation_states", "conversation_snapshots", "wechat_users", "wechat_replies"),
    }
    await forget(database, person)
    left = {(name, one) for name, text in (await contents(database)).items() for one in hidden if one in text}
    assert left == set()
    path = make_url(str(database.url)).database
    if str(database.url).startswith("sqlite"):
        raw = b"".join(file.read_bytes() for file in files_of(str(path)))
        assert [one for one in hidden if len(one) > 4 and one.encode() in raw] == []


def files_of(path: str) -> list[Path]:
    """The database's file, and what SQLite keeps beside it."""
    return [file for file in Path(path).parent.iterdir() if file.name.startswith(Path(path).name)]
