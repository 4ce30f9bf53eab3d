"""Messages, pictures, feedback, the outbox and metrics over the API."""

from collections.abc import AsyncIterator
from datetime import datetime, timezone

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from kefu.database import Database
from kefu.desk.attachments import LARGEST
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.desk.lifecycle import Status
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import Kind, State, put
from kefu.desk.people.roles import Role, Scope
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import Changes, TicketWork
from tests.desk_clients import Browser, Program, SignIn, new_browser

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def url(desk: FastAPI) -> AsyncIterator[str]:
    new = NewTicket("post", "rest", "web-1", "refund", "退款一直没到", "m1")
    opened = await TicketService(desk.state.database).open(new)
    yield f"/api/v1/tickets/{opened.ticket.id}"


async def say(caller: Browser, url: str, key: str = "k1", **body: str) -> httpx.Response:
    return await caller.post(f"{url}/messages", json=body, headers={"Idempotency-Key": key})


async def test_an_agent_answers_in_his_own_name(signed_in: SignIn, url: str, desk: FastAPI) -> None:
    agent = await signed_in(Role.AGENT)
    said = await say(agent, url, kind="reply", text=HOSTILE)
    again = await say(agent, url, kind="reply", text=HOSTILE)
    assert (said.status_code, again.status_code, again.json()["id"]) == (201, 200, said.json()["id"])
    assert said.json()["author"] == "user:li"
    async with desk.state.database.read() as session:
        [pushed] = (await session.execute(select(Delivery))).scalars()
    assert pushed.body["metadata"]["agent"] == "客服li"
    assert [message["text"] for message in (await agent.get(f"{url}/messages")).json()] == [HOSTILE]


async def test_a_note_and_the_customers_words(program: Program, url: str) -> None:
    crm = await program(Scope.WRITE)
    assert (await say(crm, url, "n", kind="note", text="内部")).status_code == 201
    said = await say(crm, url, "c", kind="customer", text="我的身份证11010519491231002X")
    assert "11010519491231002X" not in said.text
    assert [message["kind"] for message in (await crm.get(f"{url}/messages")).json()] == ["note", "customer"]
    for bad in ({"kind": "shout", "text": "x"}, {"kind": "note", "text": " "}, {"kind": "note"}, {"text": "x"}):
        assert (await say(crm, url, "b", **bad)).status_code == 422


async def test_a_picture_is_not_shown_on_a_closed_ticket(signed_in: SignIn, url: str, desk: FastAPI) -> None:
    number = url.rpartition("/")[2]
    for status in (Status.RESOLVED, Status.CLOSED):
        await TicketWork(desk.state.database).change(number, Changes(status=status), "user:li")
    agent = await signed_in(Role.AGENT)
    refused = await agent.post(f"{url}/attachments", params={"show": "true"}, content=PNG)
    assert refused.status_code == 409 and "已关闭" in refused.text
    files = {"picture": ("a.png", PNG, "image/png")}
    page = await agent.post(f"/tickets/{number}/attachments", files=files, data={"show": "yes"})
    assert page.status_code == 409 and "已关闭，要先重新打开才能给客户发图片" in page.text


async def test_a_picture_comes_back_as_it_was_and_cannot_run(program: Program, url: str) -> None:
    crm = await program(Scope.WRITE)
    added = await crm.post(f"{url}/attachments", params={"name": "../截图.png"}, content=PNG)
    assert (added.status_code, added.json()["name"]) == (201, "截图.png")
    assert [one["id"] for one in (await crm.get(f"{url}/attachments")).json()] == [added.json()["id"]]
    read = await crm.get(f"/api/v1/attachments/{added.json()['id']}")
    assert (read.content, read.headers["content-type"]) == (PNG, "image/png")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in read.headers["content-security-policy"]
    assert (await crm.get("/api/v1/attachments/..%2F..%2Fetc%2Fpasswd")).status_code == 404
    html = await crm.post(f"{url}/attachments", content=b"<script>", headers={"Content-Type": "image/png"})
    assert html.status_code == 422
    assert (await crm.post(f"{url}/attachments", content=PNG + b"\0" * LARGEST)).status_code == 413


async def test_feedback_comes_in_pages(program: Program, desk: FastAPI) -> None:
    service = FeedbackService(desk.state.database)
    for stars in range(1, 6):
        await service.store(NewFeedback("post", "rest", "web-1", "rating", f"f{stars}", stars=stars))
    reader, stars, query = await program(Scope.READ), [], {"limit": 2}
    while True:
        page = (await reader.get("/api/v1/feedback", params=query)).json()
        stars += [one["stars"] for one in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert stars == [5, 4, 3, 2, 1]


async def test_what_failed_is_listed_and_tried_again(program: Program, url: str, desk: FastAPI) -> None:
    writer = await program(Scope.WRITE)
    await say(writer, url, kind="reply", text="您好")
    async with desk.state.database.write() as session:
        delivery = (await session.execute(select(Delivery))).scalar_one()
        delivery.state, delivery.error = "failed", "机器人服务连不上"
    [failed] = (await writer.get("/api/v1/deliveries")).json()
    assert (failed["error"], failed["ticket_id"]) == ("机器人服务连不上", url.rpartition("/")[2])
    assert "target" not in failed
    assert (await writer.post(f"/api/v1/deliveries/{failed['id']}/retry")).status_code == 204
    assert (await writer.post(f"/api/v1/deliveries/{failed['id']}/retry")).status_code == 404
    assert (await writer.get("/api/v1/deliveries")).json() == []


async def test_webhooks_are_for_admins_and_show_their_secret_once(program: Program) -> None:
    admin, path = await program(Scope.ADMIN), "/api/v1/webhooks"
    assert (await admin.post(path, json={"url": "http://127.0.0.1/", "events": ["ticket.created"]})).status_code == 422
    assert (await admin.post(path, json={"url": "http://8.8.8.8/", "events": ["ticket.lost"]})).status_code == 422
    made = (await admin.post(path, json={"url": "http://8.8.8.8/x", "events": ["ticket.created"]})).json()
    assert len(made["secret"]) >= 32
    [listed] = (await admin.get(path)).json()
    assert "secret" not in listed and listed["url"] == "http://8.8.8.8/x"
    assert (await admin.delete(f"{path}/{made['id']}")).status_code == 204
    assert (await admin.get(path)).json()[0]["disabled_at"]
    assert (await admin.post(f"{path}/{made['id']}/enable")).status_code == 204
    assert (await admin.delete(f"{path}/999")).status_code == 404


async def test_metrics_count_what_there_is(program: Program, url: str, desk: FastAPI) -> None:
    reader = await program(Scope.READ)
    await reader.get(url)
    text = (await reader.get("/metrics")).text
    assert 'kefu_tickets{brand="post",priority="P3",status="open"} 1.0' in text
    assert 'route="/api/v1/tickets/{ticket_id}",status="200"' in text
    assert url.rpartition("/")[2] not in text
    await TicketWork(desk.state.database).move(url.rpartition("/")[2], Status.RESOLVED, "user:li")
    text = (await desk.state.metrics.text(datetime.now(timezone.utc))).decode()
    assert 'status="open"' not in text and 'status="resolved"} 1.0' in text
    assert 'kefu_outbox{kind="customer",state="pending"} 1.0' in text


async def test_metrics_are_open_to_this_machine_but_not_through_a_proxy(desk: FastAPI) -> None:
    for headers, host, status in (
        ({}, "127.0.0.1", 200),
        ({"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", 401),
        ({}, "203.0.113.9", 401),
    ):
        transport = httpx.ASGITransport(desk, client=(host, 5))
        async with httpx.AsyncClient(transport=transport, base_url="http://desk") as caller:
            assert (await caller.get("/metrics", headers=headers)).status_code == status
    assert (await new_browser(desk, {"X-Real-IP": "1.1.1.1"}).get("/metrics")).status_code == 401


async def test_what_was_not_delivered_is_read_page_by_page(program: Program, database: Database) -> None:
    reader = await program(Scope.READ)
    async with database.write() as session:
        for key in "abc":
            await put(session, Kind.CUSTOMER, key, "t", {"text": key}, datetime.now(timezone.utc))
        await session.flush()
        await session.execute(update(Delivery).values(state=State.FAILED.value))
    first = (await reader.get("/api/v1/deliveries?limit=2")).json()
    rest = (await reader.get(f"/api/v1/deliveries?limit=2&before={first[-1]['id']}")).json()
    ids = [one["id"] for one in [*first, *rest]]
    assert len(first) == 2 and len(rest) == 1 and ids == sorted(ids, reverse=True)
