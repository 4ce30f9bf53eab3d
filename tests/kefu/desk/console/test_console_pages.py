"""What the pages do, seen through HTTP: accounts, people, notices, tickets, talks that are too late."""

import html
import re
from datetime import datetime, timezone

import pyotp
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from kefu.database import Database
from kefu.desk.console import queue as queue_module
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.lifecycle import Status
from kefu.desk.notices import NoticeService
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import Kind, Outbox, State, put
from kefu.desk.people.roles import Role
from kefu.desk.people.sign_in import MOST_OF_PAIR
from kefu.desk.people.users import Users
from kefu.desk.ticket_messages import TicketMessages
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from kefu.sealing import seal
from tests.desk_clients import PASSWORD, Browser, SignIn, new_browser, sign_in

NEW = "another-password-7"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


async def ticket(database: Database, description: str = "退款没到", customer: str = "c1", key: str = "k1") -> str:
    new = NewTicket(
        "post", "website", customer, "refund", description, key, phone="138****5678", phone_sealed=seal("13812345678")
    )
    return (await TicketService(database).open(new)).ticket.id


def version_of(text: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', text)
    assert found
    return found[1]


async def test_a_long_queue_has_pages(signed_in: SignIn, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_module, "_MOST", 2)
    numbers = [await ticket(database, f"第{number}张", f"c{number}", f"k{number}") for number in range(5)]
    browser, address, seen = await signed_in(Role.AGENT), "/?brand=post&q=第", []
    for _ in range(3):
        page = (await browser.get(address)).text
        seen += re.findall(r'id="row-(\w+)"', page)
        found = re.search(r'href="([^"]+)">后面的工单', page)
        address = html.unescape(found[1]) if found else ""
        assert not address or "brand=post" in address, "the filters stay"
    assert sorted(seen) == sorted(numbers) and not address
    assert "回到最急的" in page and 'name="after" value="ey' not in (await browser.get("/")).text
    assert (await browser.get("/?after=forged")).status_code == 422


async def test_two_step_sign_in_begins_with_a_code_that_was_right(signed_in: SignIn, desk: FastAPI) -> None:
    browser = await signed_in(Role.AGENT)
    page = (await browser.post("/account/totp/begin", data={"current": PASSWORD})).text
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert sealed and secret and "<svg" in page
    wrong = await browser.post("/account/totp", data={"sealed": sealed[1], "code": "000000"})
    assert wrong.status_code == 422 and secret[1] in wrong.text
    assert (await browser.get("/account")).status_code == 200  # nothing has changed yet
    code = pyotp.TOTP(secret[1]).now()
    right = await browser.post("/account/totp", data={"sealed": sealed[1], "code": f"{code[:3]} {code[3:]}"})
    assert right.headers["location"].startswith("/sign-in")
    client = new_browser(desk)
    assert (await sign_in(client, "li")).status_code == 401
    assert (await sign_in(client, "li", code=pyotp.TOTP(secret[1]).now())).status_code == 303


async def test_nobodys_secret_can_be_put_on_another(signed_in: SignIn, database: Database) -> None:
    li, wang = await signed_in(Role.AGENT), await signed_in(Role.AGENT, name="wang")
    page = (await li.post("/account/totp/begin", data={"current": PASSWORD})).text
    sealed, secret = re.search(r'name="sealed" value="([^"]+)"', page), re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert sealed and secret
    for token in (sealed[1], "forged", ""):
        answer = await wang.post("/account/totp", data={"sealed": token, "code": pyotp.TOTP(secret[1]).now()})
        assert answer.status_code == 422
    found = await Users(database).get("wang")
    assert found is not None and found.totp_sealed is None


async def test_the_password_is_changed_with_the_old_one_only(signed_in: SignIn, desk: FastAPI) -> None:
    browser = await signed_in(Role.TRAINER)
    for form, says in (
        ({"current": "wrong", "new": NEW, "again": NEW}, "现在的密码不对"),
        ({"current": PASSWORD, "new": NEW, "again": "x"}, "不一样"),
        ({"current": PASSWORD, "new": "short", "again": "short"}, "密码要"),
    ):
        answer = await browser.post("/account/password", data=form)
        assert answer.status_code == 422 and says in answer.text
    answer = await browser.post("/account/password", data={"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 303
    assert (await browser.get("/account")).status_code == 303  # every session has ended
    assert (await sign_in(new_browser(desk), "li", NEW)).status_code == 303


async def test_a_session_elsewhere_can_be_ended_but_not_anothers(signed_in: SignIn, desk: FastAPI) -> None:
    here, wang = await signed_in(Role.AGENT), await signed_in(Role.AGENT, name="wang")
    elsewhere = new_browser(desk)
    await sign_in(elsewhere, "li")
    [other] = re.findall(r'name="session" value="(\w+)"', (await here.get("/account")).text)
    await wang.post("/account/sessions/end", data={"session": other})
    assert (await elsewhere.get("/")).status_code == 200
    await here.post("/account/sessions/end", data={"session": other})
    assert (await elsewhere.get("/")).status_code == 303
    assert (await here.get("/")).status_code == 200


async def test_an_admin_manages_people_and_never_locks_himself_out(signed_in: SignIn, desk: FastAPI) -> None:
    admin, users = await signed_in(Role.ADMIN), Users(desk.state.database)
    form = {"name": "wang", "display_name": "王强", "password": PASSWORD, "roles": ["agent"], "capacity": "3"}
    assert (await admin.post("/users", data=form)).status_code == 303
    assert (await admin.post("/users", data=form)).status_code == 422
    for wrong in ({"roles": []}, {"roles": ["king"]}, {"capacity": "0"}, {"capacity": "²"}, {"name": "<b>"}):
        answer = await admin.post("/users", data={**form, "name": "neu", **wrong})
        assert answer.status_code == 422, wrong
    await admin.post("/users/wang", data={"roles": ["trainer", "agent"], "capacity": "7"})
    wang = await users.get("wang")
    assert wang is not None and (wang.roles, wang.capacity) == (["agent", "trainer"], 7)
    await admin.post("/users/wang/password", data={"password": NEW})
    assert (await sign_in(new_browser(desk), "wang", NEW)).status_code == 303
    await admin.post("/users/wang/disable")
    assert (await sign_in(new_browser(desk), "wang", NEW)).status_code == 401
    await admin.post("/users/wang/enable")
    assert (await sign_in(new_browser(desk), "wang", NEW)).status_code == 303
    for path, data in (("/users/li/disable", {}), ("/users/li", {"roles": ["agent"], "capacity": "4"})):
        answer = await admin.post(path, data=data)
        assert answer.status_code == 422 and "另一位管理员" in answer.text


async def test_notices_are_switched_on_and_off(signed_in: SignIn, database: Database) -> None:
    operator = await signed_in(Role.OPERATOR)
    for wrong in ({"brand": "x", "text": "维护"}, {"brand": "my", "text": " "}, {"brand": "my", "text": "长" * 301}):
        assert (await operator.post("/notices", data=wrong)).status_code == 422
    await operator.post("/notices", data={"brand": "my", "text": "充值维护\n15 点恢复", "topics": ["top_up"]})
    assert await NoticeService(database).active("my", "top_up") == ["充值维护 15 点恢复"]
    assert "充值维护" in (await operator.get("/notices")).text
    assert (await operator.post("/notices/1/off")).status_code == 303
    assert (await operator.post("/notices/1/off")).status_code == 404
    assert await NoticeService(database).active("my", "top_up") == []


async def test_a_change_to_a_ticket_that_has_changed_says_who_did_what(signed_in: SignIn, database: Database) -> None:
    li, wang = await signed_in(Role.AGENT), await signed_in(Role.AGENT, name="wang")
    number = await ticket(database)
    seen = version_of((await wang.get(f"/tickets/{number}")).text)
    await li.post(f"/tickets/{number}/priority", data={"version": seen, "priority": "P1"})
    for path, data in (
        ("assignee", {"assignee": "wang"}),
        ("status", {"status": "resolved"}),
        ("priority", {"priority": "P4"}),
        ("merge", {"into": number}),
    ):
        late = await wang.post(f"/tickets/{number}/{path}", data={"version": seen, **data})
        assert late.status_code == 409, path
        assert "没有生效" in late.text and "客服li 把优先级从 P3 改成 P1" in late.text
    found = await TicketService(database).get(number)
    assert found is not None and (found.priority, found.assignee) == ("P1", None)


@pytest.mark.parametrize("form", [{"version": "x"}, {}, {"version": "1", "status": "gone"}, {"version": "-1"}])
async def test_an_odd_form_is_refused_in_chinese(signed_in: SignIn, database: Database, form: dict) -> None:
    browser, number = await signed_in(Role.AGENT), await ticket(database)
    answer = await browser.post(f"/tickets/{number}/status", data=form)
    assert answer.status_code == 422 and "<main" in answer.text


async def test_a_message_is_said_once_and_a_note_stays_inside(signed_in: SignIn, database: Database) -> None:
    browser, number = await signed_in(Role.AGENT), await ticket(database)
    for _ in range(2):
        await browser.post(f"/tickets/{number}/messages", data={"text": "在查", "kind": "reply", "key": "k"})
    await browser.post(f"/tickets/{number}/messages", data={"text": "催银行", "kind": "note", "key": "n"})
    said = [(message.kind, message.text) for message in await TicketMessages(database).of(number)]
    assert said == [("reply", "在查"), ("note", "催银行")]
    [told] = await Outbox(database).of_ticket([number])
    assert told.body["text"].endswith("在查")
    for wrong in ("", " ", "长" * 4001):
        answer = await browser.post(f"/tickets/{number}/messages", data={"text": wrong, "kind": "reply"})
        assert answer.status_code == 422


async def test_what_can_not_be_delivered_is_seen_and_tried_again(signed_in: SignIn, database: Database) -> None:
    browser, number = await signed_in(Role.AGENT), await ticket(database)
    await browser.post(f"/tickets/{number}/messages", data={"text": "在查", "kind": "reply", "key": "k"})
    async with database.write() as session:
        delivery = await session.get(Delivery, 1)
        delivery.state, delivery.attempts, delivery.error = State.FAILED.value, 100, "机器人服务没有回应"
    assert "没送到" in (await browser.get(f"/tickets/{number}")).text
    page = (await browser.get("/deliveries")).text
    assert "机器人服务没有回应" in page and "在查" in page
    assert f'name="back" value="/tickets/{number}"' in (await browser.get(f"/tickets/{number}")).text
    answer = await browser.post("/deliveries/1/retry", data={"back": f"/tickets/{number}"})
    assert answer.headers["location"] == f"/tickets/{number}?done=retried"
    assert "都送到了" in (await browser.get("/deliveries")).text


async def test_tickets_of_one_customer_are_merged_others_are_not(signed_in: SignIn, database: Database) -> None:
    browser = await signed_in(Role.AGENT)
    one = await ticket(database)
    new = NewTicket("post", "website", "c1", "complaint", "还没到", "k2")
    two = (await TicketService(database).open(new)).ticket.id
    stranger = NewTicket("post", "website", "c9", "refund", "退款没到", "k9")
    foreign = (await TicketService(database).open(stranger)).ticket.id
    page = (await browser.get(f"/tickets/{one}")).text
    assert two in page and foreign not in page
    refused = await browser.post(f"/tickets/{one}/merge", data={"version": version_of(page), "into": foreign})
    assert refused.status_code == 409 and "不是同一个客户" in refused.text
    done = await browser.post(f"/tickets/{one}/merge", data={"version": version_of(page), "into": two})
    assert done.headers["location"] == f"/tickets/{two}?done=merged"
    assert "已并入" in (await browser.get(f"/tickets/{one}")).text


async def test_a_picture_is_kept_and_served_so_that_nothing_runs(signed_in: SignIn, database: Database) -> None:
    browser, number = await signed_in(Role.AGENT), await ticket(database)
    files = {"picture": ("<b>.png", PNG, "image/png")}
    assert (await browser.post(f"/tickets/{number}/attachments", files=files)).status_code == 303
    page = (await browser.get(f"/tickets/{number}")).text
    address = re.search(r'src="(/attachments/\w+)"', page)
    assert address and "<b>.png" not in page
    answer = await browser.get(address[1])
    assert answer.content == PNG and "sandbox" in answer.headers["content-security-policy"]
    assert "发给客户" in page and "这张图和您的工单" not in page
    shown = await browser.post(f"/tickets/{number}/attachments", files=files, data={"show": "yes"})
    assert shown.status_code == 303
    assert f"这张图和您的工单 {number} 有关，请看一下。" in (await browser.get(f"/tickets/{number}")).text
    html = {"picture": ("x.png", b"<script>alert(1)</script>", "image/png")}
    assert (await browser.post(f"/tickets/{number}/attachments", files=html)).status_code == 422


async def test_the_queue_is_searched_and_filtered(signed_in: SignIn, database: Database) -> None:
    browser = await signed_in(Role.AGENT)
    one, two = await ticket(database, "退款没到"), await ticket(database, "扣了两次", "c2", "k2")
    for query, expected in (
        ({}, {one, two}),
        ({"q": "两次"}, {two}),
        ({"q": one.lower()}, {one}),
        ({"whose": "me"}, set()),
        ({"whose": "nobody"}, {one, two}),
        ({"priority": "P1"}, set()),
        ({"brand": "my"}, set()),
        ({"status": "closed"}, set()),
        ({"status": "all", "priority": "P9", "brand": "x"}, {one, two}),
        ({"q": "\0%_"}, set()),
    ):
        part = await browser.get("/queue", params=query)
        assert part.status_code == 200
        assert {number for number in (one, two) if number in part.text} == expected, query


async def test_presence_decides_who_is_there_for_customers(signed_in: SignIn, database: Database) -> None:
    browser, users = await signed_in(Role.AGENT), Users(database)
    assert await users.online() == []
    part = await browser.post("/presence", data={"presence": "online"}, headers={"HX-Request": "true"})
    assert 'aria-checked="true"' in part.text
    assert [user.name for user in await users.online()] == ["li"]
    assert (await browser.post("/presence/beat")).status_code == 204
    assert (await browser.post("/presence", data={"presence": "asleep"})).status_code == 422
    await browser.post("/presence", data={"presence": "away"})
    assert await users.online() == []


@pytest.mark.parametrize(
    ("back", "expected"), [("/talks/7", "/talks/7"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("", "/")]
)
async def test_presence_without_scripts_leaves_one_where_one_is(signed_in: SignIn, back: str, expected: str) -> None:
    browser = await signed_in(Role.AGENT)
    answer = await browser.post("/presence", data={"presence": "online", "back": back})
    assert (answer.status_code, answer.headers["location"]) == (303, expected)
    part = await browser.post("/presence", data={"presence": "away", "back": back}, headers={"HX-Request": "true"})
    assert f'name="back" value="{expected}"' in part.text
    assert 'name="back" value="/canned"' in (await browser.get("/canned")).text
    wrong = await browser.post("/presence", data={"presence": "asleep"})
    assert 'name="back" value="/"' in wrong.text  # nobody can go and look at what was only posted


async def test_no_agent_takes_more_than_he_can(signed_in: SignIn, database: Database) -> None:
    browser = await signed_in(Role.AGENT)
    await Users(database).set_capacity("li", 1)
    for name in "ab":
        await HandoffService(database).ask(NewHandoff("post", "website", name, "asked", "refund"))
    assert (await browser.post("/talks/1/take")).status_code == 303
    full = await browser.post("/talks/2/take")
    assert full.status_code == 409 and "您手上已有 1 个对话" in full.text


async def test_who_does_not_talk_with_customers_starts_with_the_figures(signed_in: SignIn) -> None:
    browser: Browser = await signed_in(Role.TRAINER)
    assert (await browser.get("/")).headers["location"] == "/dashboard"
    assert "待办" not in (await browser.get("/dashboard")).text


@pytest.mark.parametrize("query", ["?days=7", "?days=30&brand=my", "?days=-1&brand=x", "?days=90"])
async def test_the_dashboard_takes_any_period(signed_in: SignIn, query: str) -> None:
    browser = await signed_in(Role.TRAINER)
    assert (await browser.get(f"/dashboard{query}")).status_code == 200
    exported = await browser.get(f"/dashboard.csv{query}")
    assert exported.headers["content-type"].startswith("text/csv")
    assert len(exported.text.splitlines()) - 1 in (7, 30, 90)


async def test_a_session_alone_neither_switches_two_step_sign_in_on_nor_guesses_the_password(
    signed_in: SignIn, database: Database
) -> None:
    browser = await signed_in(Role.AGENT)
    assert 'name="sealed"' not in (await browser.post("/account/totp/begin")).text
    for _ in range(MOST_OF_PAIR):
        refused = await browser.post("/account/password", data={"current": "guess", "new": NEW, "again": NEW})
        assert refused.status_code == 422
    answer = await browser.post("/account/password", data={"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 422 and "15 分钟" in answer.text


async def test_the_queue_says_what_who_waits_has_asked_and_whose_tickets_are_wanted(
    signed_in: SignIn, database: Database
) -> None:
    browser, _ = await signed_in(Role.AGENT), await signed_in(Role.AGENT, name="wang")
    packet = {"slots": {"question": "充值两天没到账"}}
    await HandoffService(database).ask(NewHandoff("post", "website", "web-1", "asked", "refund", packet=packet))
    theirs, mine = await ticket(database, "王的", "c1", "k1"), await ticket(database, "李的", "c2", "k2")
    await TicketWork(database).assign(theirs, "wang", "user:wang")
    await TicketWork(database).assign(mine, "li", "user:li")
    page = (await browser.get("/?whose=@wang")).text
    assert "充值两天没到账" in page and '<option value="@wang" selected>' in page
    assert theirs in page and mine not in page
    await TicketWork(database).move(mine, Status.CLOSED, "user:li")
    over = (await browser.get("/?status=all")).text  # what is over is looked up from the newest
    assert over.index(mine) < over.index(theirs)


async def test_an_open_page_hears_what_others_have_done(signed_in: SignIn, database: Database) -> None:
    browser = await signed_in(Role.AGENT)
    new = NewTicket(
        "post", "website", "c1", "refund", "没到", "k", phone="138****5678", phone_sealed=seal("13812345678")
    )
    number = (await TicketService(database).open(new)).ticket.id
    [address] = re.findall(r'hx-get="(/tickets/\w+/news\?version=\d+)"', (await browser.get(f"/tickets/{number}")).text)
    await browser.post(f"/tickets/{number}/phone")
    assert (await browser.get(address)).status_code == 204
    await TicketWork(database).assign(number, "li", "user:li")
    news = (await browser.get(address)).text
    assert "客服li 接了这张工单" in news and "登记了工单" not in news


async def test_who_may_not_open_a_ticket_is_shown_no_way_to_it(signed_in: SignIn, database: Database) -> None:
    number = await ticket(database)
    async with database.write() as session:
        await put(session, Kind.CUSTOMER, "k", "t", {"text": "您好"}, datetime.now(timezone.utc), ticket_id=number)
        await session.flush()
        (await session.execute(select(Delivery))).scalar_one().state = State.FAILED.value
    rating = NewFeedback("post", "website", "c1", "rating", "f1", stars=1, ticket_id=number)
    await FeedbackService(database).store(rating)
    agent, operator = await signed_in(Role.AGENT), await signed_in(Role.OPERATOR, name="sun")
    for place in ("/deliveries", "/feedback"):
        seen = {name: (await one.get(place)).text for name, one in (("agent", agent), ("operator", operator))}
        assert f'href="/tickets/{number}"' in seen["agent"], place
        assert number in seen["operator"] and f'href="/tickets/{number}"' not in seen["operator"], place
