"""Getting out: to Rasa, to signed webhooks, to the staff; over real HTTP, with no secret in what is kept."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from kefu.channels.website.session import customer_session, visitor_session
from kefu.channels.wechat.users import conversation_of
from kefu.database import Database
from kefu.desk.errors import Unacceptable
from kefu.desk.lifecycle import Priority, Status
from kefu.desk.outbox import staff
from kefu.desk.outbox.courier import Courier, Hopeless, Undeliverable
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.senders import MOST_FAILURES, SIGNATURE, CustomerSender, StaffSender, WebhookSender, sign
from kefu.desk.outbox.store import Kind, Outbox
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.webhooks import Webhooks
from kefu.desk.work import Changes, TicketWork
from kefu.sealing import seal
from kefu.settings import Settings, settings
from tests.http_receiver import Receiver, receiver

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=timezone.utc)
SECRET_WORDS = "卡里少了三千块"
NEW = NewTicket("post", "rest", "web/1?x=../", "refund", SECRET_WORDS, "m1")


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as started:
        yield started


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


def to(server: Receiver, **changes: object) -> Settings:
    """Settings under which Rasa is the test's server."""
    port = int(server.url.rsplit(":", 1)[1])
    return settings().copy(update={"rasa_port": port, "rasa_token": SecretStr("t0ken"), **changes})


async def test_a_reply_reaches_rasa_as_the_contract_says(
    database: Database, server: Receiver, client: httpx.AsyncClient
) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    said = await TicketMessages(database).reply(ticket.id, "您好", "user:li", "小李", "r1", now=NOW)
    server.statuses, server.body = [503], b'{"latest_input_channel": "callback"}'
    courier = Courier(database, Kind.CUSTOMER, CustomerSender(to(server), client))
    await courier.once(NOW)
    [pending] = await Outbox(database).of_ticket([ticket.id])
    assert (pending.state, "503" in pending.error, "t0ken" in pending.error) == ("pending", True, False)
    await courier.once(pending.next_at)
    first, second = server.received
    assert (
        first.path
        == second.path
        == (
            "/conversations/web%2F1%3Fx%3D..%2F/tracker/events"
            "?output_channel=latest&execute_side_effects=true&token=t0ken"
        )
    )
    event = json.loads(second.body)
    assert event["event"] == "bot"
    assert event["text"].endswith("您好")
    assert event["metadata"] == {
        "agent": "小李",
        "push_id": f"desk:message:{said.message.id}",
        "ticket_id": ticket.id,
    }
    assert first.body == second.body
    [delivered] = await Outbox(database).of_ticket([ticket.id])
    assert delivered.state == "delivered"


@pytest.mark.parametrize(
    ("conversation", "channel"),
    [
        (visitor_session("post").conversation, "website"),
        (customer_session("post", "c-1").conversation, "website"),
        (conversation_of("post", "o1"), "wechat"),
        ("e2e-1", "latest"),
    ],
    ids=["visitor", "customer", "follower", "other"],
)
async def test_the_channel_is_the_one_whose_conversation_it_is(
    server: Receiver, client: httpx.AsyncClient, conversation: str, channel: str
) -> None:
    """Also where Rasa has no user message on record, and `latest` would be nobody's."""
    server.body = b'{"latest_input_channel": "callback"}' if channel == "latest" else b'{"latest_input_channel": null}'
    await CustomerSender(to(server), client)(Delivery(target=seal(conversation), body={}))
    [received] = server.received
    assert parse_qs(urlsplit(received.path).query)["output_channel"] == [channel]


@pytest.mark.parametrize("heard", [b'{"latest_input_channel": null}', b'{"latest_input_channel": "rest"}'])
async def test_what_nobody_could_hear_is_not_delivered(
    database: Database, server: Receiver, client: httpx.AsyncClient, heard: bytes
) -> None:
    """Rasa answers 200 also where it has no channel to push to."""
    server.body = heard
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    await TicketMessages(database).reply(ticket.id, "您好", "user:li", "小李", "r1", now=NOW)
    await Courier(database, Kind.CUSTOMER, CustomerSender(to(server), client)).once(NOW)
    [delivery] = await Outbox(database).of_ticket([ticket.id])
    assert delivery.state == "failed" and "客户看不到" in delivery.error


async def test_a_channel_that_is_not_open_is_waited_for_and_named(
    database: Database, server: Receiver, client: httpx.AsyncClient
) -> None:
    """Rasa would take the push, answer 200, and show it to nobody."""
    server.gone = {"/webhooks/wechat/old/open"}
    new = replace(NEW, channel="wechat", customer=conversation_of("old", "o1"))
    ticket = (await TicketService(database).open(new, NOW)).ticket
    await TicketMessages(database).reply(ticket.id, "您好", "user:li", "小李", "r1", now=NOW)
    courier = Courier(database, Kind.CUSTOMER, CustomerSender(to(server), client))
    await courier.once(NOW)
    [waiting] = await Outbox(database).of_ticket([ticket.id])
    assert waiting.state == "pending" and "credentials.yml 里没有公众号 old" in waiting.error
    assert server.received == []
    server.gone.clear()
    await courier.once(waiting.next_at)
    [delivered] = await Outbox(database).of_ticket([ticket.id])
    assert delivered.state == "delivered" and len(server.received) == 1


async def test_rasa_that_is_away_is_waited_for(database: Database, client: httpx.AsyncClient) -> None:
    with receiver() as gone:
        pass
    delivery = Delivery(target=seal("web-1"), body={})
    with pytest.raises(Undeliverable, match="连不上"):
        await CustomerSender(to(gone), client)(delivery)
    with pytest.raises(Hopeless):
        await CustomerSender(to(gone), client)(Delivery(target="sealed with a lost key", body={}))


@pytest.fixture
async def hooked(database: Database, server: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """A webhook to the test's server; returns its secret."""
    monkeypatch.setattr("kefu.desk.webhooks.settings", lambda: settings().copy(update={"webhook_private": True}))
    _, secret = await Webhooks(database).add(f"{server.url}/hook", ["ticket.created", "ticket.resolved"])
    return secret


async def test_a_webhook_hears_of_what_it_wants_signed_and_without_words(
    database: Database, server: Receiver, client: httpx.AsyncClient, hooked: str
) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    await TicketWork(database).move(ticket.id, Status.ASSIGNED, "user:li", NOW)
    await TicketWork(database).move(ticket.id, Status.RESOLVED, "user:li", NOW)
    sender = WebhookSender(database, to(server, webhook_private=True), client, clock=lambda: 1764000000.5)
    assert await Courier(database, Kind.WEBHOOK, sender).once(NOW) == 2
    told = {json.loads(one.body)["event"]: one for one in server.received}
    assert set(told) == {"ticket.created", "ticket.resolved"}
    one = told["ticket.resolved"]
    assert one.path == "/hook"
    assert one.headers["x-kefu-event"] == "ticket.resolved"
    assert one.headers["host"] == server.url.removeprefix("http://")
    assert one.headers[SIGNATURE.lower()] == f"t=1764000000,v1={sign(hooked, 1764000000, one.body)}"
    assert json.loads(one.body)["ticket"]["id"] == ticket.id
    assert SECRET_WORDS not in one.body.decode()
    assert "web" not in json.loads(one.body)["ticket"].values()


async def test_notes_are_not_told_outside(database: Database, hooked: str) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    before = await Outbox(database).counts()
    await TicketMessages(database).note(ticket.id, "内部", "user:li", "n1", NOW)
    assert await Outbox(database).counts() == before


async def test_private_addresses_are_refused_at_the_door_and_at_every_delivery(
    database: Database, server: Receiver, client: httpx.AsyncClient, hooked: str
) -> None:
    await TicketService(database).open(NEW, NOW)
    sender = WebhookSender(database, to(server, webhook_private=False), client)
    await Courier(database, Kind.WEBHOOK, sender).once(NOW)
    assert server.received == []
    [failed] = await Outbox(database).failed()
    assert "内网" in failed.error


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:5005/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data",
        "http://0/",
        "http://2130706433/",
        "http://[64:ff9b::7f00:1]/",
        "http://100.64.0.1/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://user:pass@8.8.8.8/",
        "http://",
        "nonsense",
        "http://\u0000/",
    ],
)
async def test_where_a_webhook_may_not_go(database: Database, url: str) -> None:
    with pytest.raises(Unacceptable):
        await Webhooks(database).add(url, ["ticket.created"])
    assert await Webhooks(database).all() == []


async def test_a_redirect_is_not_followed(
    database: Database, server: Receiver, client: httpx.AsyncClient, hooked: str
) -> None:
    await TicketService(database).open(NEW, NOW)
    server.statuses = [302]
    await Courier(database, Kind.WEBHOOK, WebhookSender(database, to(server, webhook_private=True), client)).once(NOW)
    assert [one.path for one in server.received] == ["/hook"]
    assert await Outbox(database).counts() == {("webhook", "pending"): 1}


async def test_a_webhook_that_always_fails_is_switched_off_and_one_success_clears_it(
    database: Database, server: Receiver, client: httpx.AsyncClient, hooked: str
) -> None:
    hooks, sender = Webhooks(database), WebhookSender(database, to(server, webhook_private=True), client)
    [hook] = await hooks.all()
    delivery = Delivery(id=1, target=str(hook.id), body={"event": "ticket.created"})
    server.statuses = [500] * (MOST_FAILURES - 1) + [200] + [500] * MOST_FAILURES
    for _ in range(MOST_FAILURES * 2):
        with pytest.raises(Undeliverable) if server.statuses[0] == 500 else nullcontext():
            await sender(delivery)
    [hook] = await hooks.all()
    assert hook.failures == MOST_FAILURES
    assert hook.disabled_at and "500" in hook.disabled_why
    with pytest.raises(Hopeless, match="停用"):
        await sender(delivery)
    assert await hooks.switch(hook.id, on=True)
    await sender(delivery)
    assert not await hooks.switch(999, on=False)


@pytest.fixture
def notified(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """The staff is told at the test's server, at two addresses."""
    hosts = server.url.removeprefix("http://")
    urls = SecretStr(f"json://{hosts}/one?key=s3cret, json://{hosts}/two")
    monkeypatch.setattr(staff, "settings", lambda: settings().copy(update={"notify_urls": urls}))
    return server


async def test_the_staff_hears_of_p1_once_at_every_address_without_the_customers_words(
    database: Database, notified: Receiver
) -> None:
    ticket = (await TicketService(database).open(NEW, NOW)).ticket
    assert await Outbox(database).counts() == {}
    work = TicketWork(database)
    for priority in (Priority.P1, Priority.P2, Priority.P1):
        await work.change(ticket.id, Changes(priority=priority), "user:li", now=NOW)
    notified.statuses = [500]
    courier = Courier(database, Kind.STAFF, StaffSender())
    assert await courier.once(NOW) == 2
    assert await courier.once(NOW) == 0
    assert await courier.once(NOW + (await _next(database))) == 1
    assert len(notified.received) == 3
    assert {one.path.partition("?")[0] for one in notified.received} == {"/one", "/two"}
    told = json.loads(notified.received[-1].body)
    assert ticket.id in told["title"] and "紧急" in told["title"]
    assert all(SECRET_WORDS not in one.body.decode() and "web/1" not in one.body.decode() for one in notified.received)


async def _next(database: Database) -> timedelta:
    async with database.read() as session:
        one = (await session.execute(select(Delivery).where(Delivery.state == "pending"))).scalar_one()
    assert "s3cret" not in f"{one.error}{one.target}{one.key}{one.body}"
    return one.next_at - NOW


async def test_an_address_that_was_taken_out_is_given_up(database: Database, server: Receiver) -> None:
    with pytest.raises(Hopeless):
        await StaffSender()(Delivery(target="0123456789abcdef", body={"title": "x", "text": "y"}))


async def test_nobody_to_tell_means_nothing_waits(database: Database) -> None:
    await TicketService(database).open(NEW, NOW)
    assert await Outbox(database).counts() == {}
