"""The way back, over the real processes: what the desk says reaches the customer's page, in order and once."""

import asyncio
import sqlite3
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests
from itsdangerous import URLSafeSerializer
from pydantic import SecretStr

from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.senders import CustomerSender
from kefu.sealing import seal
from kefu.settings import settings
from tests.e2e.conftest import Product

pytestmark = pytest.mark.e2e
_PATIENCE = 60.0


class Page:
    """A visitor of the website, as the widget talks to the server."""

    def __init__(self, product: Product) -> None:
        self._url = f"{product.rasa}/webhooks/website"
        session = requests.post(f"{self._url}/session", json={"brand": "post"}, timeout=30)
        session.raise_for_status()
        token = session.json()["token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        self.conversation = str(URLSafeSerializer("").load_payload(token.rsplit(".", 1)[0].encode())[0])

    def say(self, text: str) -> None:
        body = {"id": uuid.uuid4().hex, "text": text}
        requests.post(f"{self._url}/messages", json=body, headers=self._headers, timeout=30).raise_for_status()

    def lines(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self._url}/history", params={"limit": 50}, headers=self._headers, timeout=30)
        answer.raise_for_status()
        return list(answer.json()["lines"])

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], count: int = 1) -> list[dict[str, Any]]:
        """The lines that are wanted, once there are so many of them."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found = [line for line in self.lines() if wanted(line)]
            if len(found) >= count:
                return found
            time.sleep(0.2)
        raise AssertionError(self.lines())


@pytest.fixture
def page(product: Product) -> Page:
    return Page(product)


@pytest.fixture
def desk(product: Product) -> requests.Session:
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {product.secret('KEFU_DESK_TOKEN')}"
    return session


def ticket_of(page: Page, product: Product, desk: requests.Session) -> str:
    """The address of the P1 ticket that an emergency opens at once."""
    page.say("我的钱包被盗刷了三千块")
    page.wait_for(lambda line: line["who"] == "bot" and "KF" in (line.get("text") or ""))
    query = {"priority": "P1", "newest_first": "true", "limit": 1}
    [ticket] = desk.get(f"{product.desk}/api/v1/tickets", params=query, timeout=30).json()["items"]
    assert ticket["channel"] == "website"
    return f"{product.desk}/api/v1/tickets/{ticket['id']}"


def is_by_staff(line: dict[str, Any]) -> bool:
    return line["who"] in ("agent", "notice")


def test_replies_and_status_reach_the_page_in_order_and_once(
    product: Product, page: Page, desk: requests.Session
) -> None:
    url = ticket_of(page, product, desk)
    for number in range(3):
        body, key = {"kind": "reply", "text": f"第{number}句"}, {"Idempotency-Key": f"{number}"}
        assert desk.post(f"{url}/messages", json=body, headers=key, timeout=30).status_code == 201
    resolved = desk.patch(url, json={"status": "resolved"}, headers={"If-Match": "*"}, timeout=30)
    assert resolved.json()["status"] == "resolved"
    seen = page.wait_for(is_by_staff, 4)
    assert [line["text"].split("\n")[-1] for line in seen[:3]] == ["第0句", "第1句", "第2句"]
    assert [line["who"] for line in seen] == ["agent"] * 3 + ["notice"]
    assert "处理完了" in seen[3]["text"]

    with sqlite3.connect(product.var / "kefu.db", timeout=30) as database:  # as if the desk had died before it knew
        database.execute("UPDATE deliveries SET state = 'pending', next_at = created_at WHERE kind = 'customer'")
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and undelivered(product):
        time.sleep(0.2)
    assert undelivered(product) == 0
    assert [line["seq"] for line in page.lines() if is_by_staff(line)] == [line["seq"] for line in seen]


def test_who_has_said_nothing_that_rasa_knows_of_hears_the_desk_too(product: Product, page: Page) -> None:
    """绑定微信, or a message whose turn failed: Rasa has no user message on record, and so no latest channel."""
    asked = settings().copy(
        update={
            "rasa_port": int(product.rasa.rsplit(":", 1)[1]),
            "rasa_token": SecretStr(product.secret("KEFU_RASA_TOKEN")),
        }
    )
    event = {"event": "bot", "text": "您好", "metadata": {"push_id": "desk:silent", "agent": "小王"}}

    async def send() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            delivery = Delivery(target=seal(page.conversation), body=event)
            await CustomerSender(asked, client)(delivery)

    asyncio.run(send())
    [line] = page.lines()
    assert (line["who"], line["text"]) == ("agent", "您好")


def undelivered(product: Product) -> int:
    with sqlite3.connect(product.var / "kefu.db", timeout=30) as database:
        query = "SELECT count(*) FROM deliveries WHERE kind = 'customer' AND state = 'pending'"
        return int(database.execute(query).fetchone()[0])


def test_the_desk_reads_the_whole_conversation_through_rasa(
    product: Product, page: Page, desk: requests.Session
) -> None:
    url = ticket_of(page, product, desk)
    lines = desk.get(f"{url}/conversation", timeout=30).json()
    assert [line["who"] for line in lines[:2]] == ["customer", "bot"]
    assert "盗刷" in lines[0]["text"] and lines[0]["intent"] == "account_theft"
