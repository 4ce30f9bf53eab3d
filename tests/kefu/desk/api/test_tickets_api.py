"""The ticket API as another system uses it: idempotent, versioned, paged, and clear when it refuses."""

import httpx
import pytest
from fastapi import FastAPI

from kefu.desk.people.roles import Role, Scope
from kefu.desk.people.users import Users
from kefu.desk.tickets import TicketService
from kefu.sealing import unseal
from tests.desk_clients import DESK_TOKEN, PASSWORD, Browser, Program

TICKETS = "/api/v1/tickets"
NEW = {
    "brand": "post",
    "customer": "crm-20391",
    "intent": "refund_arrival",
    "description": "客户来电：退款没到，卡号6222021234567890128",
    "amount": "350.00",
    "phone": "13812345678",
}


@pytest.fixture
async def crm(program: Program) -> Browser:
    return await program(Scope.WRITE)


async def create(crm: Browser, key: str = "k1", **changes: object) -> httpx.Response:
    return await crm.post(TICKETS, json={**NEW, **changes}, headers={"Idempotency-Key": key})


def is_problem(answer: httpx.Response, status: int) -> bool:
    """A problem of that status with a Chinese detail."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert (answer.status_code, body["status"]) == (status, status), answer.text
    return not body["detail"].isascii() and not body["title"].isascii()


async def test_a_ticket_is_made_once_with_its_customer_hidden(crm: Browser, desk: FastAPI) -> None:
    made, again = await create(crm), await create(crm, description="别的")
    assert (made.status_code, again.status_code) == (201, 200)
    ticket = made.json()
    assert again.json()["id"] == ticket["id"]
    assert made.headers["location"] == f"{TICKETS}/{ticket['id']}"
    assert (ticket["phone"], ticket["amount"]) == ("138****5678", 350.0)
    for hidden in ("crm-20391", "13812345678", "6222021234567890128"):
        assert hidden not in made.text
    kept = await TicketService(desk.state.database).get(ticket["id"])
    assert (unseal(kept.customer_sealed), unseal(kept.phone_sealed)) == ("crm-20391", "13812345678")
    read = (await crm.get(made.headers["location"])).json()
    assert [(event["actor"], event["kind"]) for event in read["history"]] == [("token:t-write", "created")]


async def test_the_same_key_of_another_program_is_another_key(crm: Browser, program: Program) -> None:
    other = await program(Scope.ADMIN)
    first, second = await create(crm), await create(other, customer="crm-2")
    assert second.status_code == 201
    assert first.json()["id"] != second.json()["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"brand": "yours"},
        {"intent": "dance"},
        {"description": ""},
        {"description": "\x00 \x07"},
        {"description": "好" * 4001},
        {"customer": "x" * 129},
        {"amount": "NaN"},
        {"amount": -1},
        {"amount": 1e300},
        {"phone": "12345"},
        {"time": "昨天"},
        {"priority": "P0"},
        {"order_id": "'; DROP TABLE tickets"},
        {"status": "closed"},
    ],
)
async def test_a_bad_ticket_is_refused_in_chinese(crm: Browser, change: dict[str, object]) -> None:
    assert is_problem(await create(crm, **change), 422)
    assert (await crm.get(TICKETS)).json()["items"] == []


async def test_a_ticket_needs_a_key_and_json(crm: Browser) -> None:
    assert is_problem(await crm.post(TICKETS, json=NEW), 422)
    assert is_problem(await create(crm, key="x" * 129), 422)
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert is_problem(await crm.post(TICKETS, content=b"{", headers=headers), 422)
    too_large = await crm.post(TICKETS, content=b" " * 300_000, headers=headers)
    assert is_problem(too_large, 413)


async def test_changes_want_the_version_that_was_read(crm: Browser, desk: FastAPI) -> None:
    await Users(desk.state.database).add("li", "小李", PASSWORD, [Role.AGENT])
    made = await create(crm)
    url, tag = made.headers["location"], made.headers["etag"]
    assert is_problem(await crm.patch(url, json={"assignee": "li"}), 428)
    taken = await crm.patch(url, json={"assignee": "li"}, headers={"If-Match": tag})
    assert (taken.status_code, taken.json()["status"], taken.json()["assignee"]) == (200, "assigned", "li")
    for stale in (tag, '"99"', "nonsense", '"x"'):
        assert is_problem(await crm.patch(url, json={"priority": "P1"}, headers={"If-Match": stale}), 412)
    fresh = (await crm.get(url)).headers["etag"]
    assert fresh == taken.headers["etag"] != tag
    raised = await crm.patch(url, json={"priority": "P1"}, headers={"If-Match": fresh})
    assert raised.json()["priority"] == "P1"
    assert (await crm.patch(url, json={"assignee": ""}, headers={"If-Match": "*"})).json()["status"] == "open"


async def test_what_the_life_cycle_forbids_is_a_conflict(crm: Browser) -> None:
    url = (await create(crm)).headers["location"]
    for change in ({"status": "reopened"}, {"assignee": "nobody"}, {"status": "waiting_customer"}):
        assert is_problem(await crm.patch(url, json=change, headers={"If-Match": "*"}), 409)
    assert is_problem(await crm.patch(url, json={"status": "done"}, headers={"If-Match": "*"}), 422)
    assert is_problem(await crm.patch(url, json={"id": "x"}, headers={"If-Match": "*"}), 422)
    assert (await crm.get(url)).json()["version"] == 1


async def test_pages_and_filters(crm: Browser) -> None:
    ids = [(await create(crm, f"k{n}", customer=f"c{n}")).json()["id"] for n in range(5)]
    seen, query = [], {"limit": "2", "newest_first": "true"}
    while True:
        page = (await crm.get(TICKETS, params=query)).json()
        seen += [ticket["id"] for ticket in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == ids[::-1]
    assert len((await crm.get(TICKETS, params={"q": "13812345678"})).json()["items"]) == 5
    mine = await crm.get(TICKETS, params={"customer_of": ids[2]})
    assert [ticket["id"] for ticket in mine.json()["items"]] == [ids[2]]
    assert (await crm.get(TICKETS, params={"overdue": "true"})).json()["items"] == []
    for nothing in ({"status": "closed"}, {"priority": "P1"}, {"brand": "my"}, {"assignee": "li"}, {"q": "没有的话"}):
        assert (await crm.get(TICKETS, params=nothing)).json()["items"] == []
    for bad in (
        {"limit": "0"},
        {"limit": "201"},
        {"status": "x"},
        {"cursor": "x"},
        {"created_from": "2026-11-23T10:00"},
    ):
        assert is_problem(await crm.get(TICKETS, params=bad), 422)


async def test_merging_and_what_is_not_there(crm: Browser) -> None:
    one, other = [(await create(crm, intent, intent=intent)).json()["id"] for intent in ("refund", "fee")]
    merged = await crm.post(f"{TICKETS}/{one}/merge", json={"into": other})
    assert merged.json()["id"] == other
    assert (await crm.get(f"{TICKETS}/{one}")).json()["merged_into"] == other
    again = await crm.post(f"{TICKETS}/{one}/merge", json={"into": other})  # the first answer was lost
    assert (again.status_code, again.headers["etag"]) == (200, merged.headers["etag"])
    assert is_problem(await crm.post(f"{TICKETS}/{other}/merge", json={"into": one}), 409)
    for method, path in (
        ("GET", ""),
        ("GET", "/messages"),
        ("GET", "/attachments"),
        ("GET", "/conversation"),
    ):
        assert is_problem(await crm.request(method, f"{TICKETS}/KF0000000000{path}"), 404)
    assert is_problem(await crm.get("/api/v1/nothing"), 404)
    assert is_problem(await crm.put(f"{TICKETS}/{one}"), 405)


async def test_the_conversation_is_an_honest_502_without_rasa(crm: Browser) -> None:
    url = (await create(crm)).headers["location"]
    answer = await crm.get(f"{url}/conversation")
    assert is_problem(answer, 502)
    assert "crm-20391" not in answer.text


async def test_the_desk_token_is_an_admin(browser: Browser) -> None:
    browser.headers["Authorization"] = f"Bearer {DESK_TOKEN}"
    assert (await browser.get("/api/v1/webhooks")).json() == []


async def test_answers_are_not_kept_by_browsers(crm: Browser) -> None:
    answer = await create(crm)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
