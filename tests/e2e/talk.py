"""What the conversation tests share: pressing buttons, looking into tracker and database."""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

import requests

from tests.e2e.conftest import Customer, Product

NONE, UNSOLVED, PERSON, REGISTER = "以上都不是", "没解决", "转人工", "现在登记"


def joined(replies: list[dict[str, Any]]) -> str:
    return "\n".join(reply["text"] for reply in replies)


def buttons_of(replies: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [button for reply in replies for button in reply.get("buttons") or []]


def titles(replies: list[dict[str, Any]]) -> list[str]:
    return [button["title"] for button in buttons_of(replies)]


def press(customer: Customer, replies: list[dict[str, Any]], title: str) -> list[dict[str, Any]]:
    found = [button["payload"] for button in buttons_of(replies) if button["title"] == title]
    assert found, f"no button {title!r} in {titles(replies)}"
    return customer.say(found[0])


def walkable(replies: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Buttons that lead to answers, not to forms or ratings."""
    leave = (PERSON, UNSOLVED, "已解决", REGISTER, "补充情况", "不用了", NONE, "0 人工", "9 返回")
    return [button for button in buttons_of(replies) if button["title"] not in leave]


def shown(product: Product, customer: Customer) -> list[str]:
    """Ids of the FAQ entries that the customer was shown, in order."""
    said = [event.get("metadata") or {} for event in events(product, customer, "bot")]
    return [metadata["faq_id"] for metadata in said if metadata.get("faq_id")]


def events(product: Product, customer: Customer, kind: str) -> list[dict[str, Any]]:
    token = {"token": product.secret("KEFU_RASA_TOKEN"), "include_events": "ALL"}
    answer = requests.get(f"{product.rasa}/conversations/{customer.sender}/tracker", params=token, timeout=60)
    return [event for event in answer.json()["events"] if event["event"] == kind]


def rows(product: Product, query: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(f"file:{product.var / 'kefu.db'}?mode=ro", uri=True, timeout=60)
    try:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]
    finally:
        connection.close()


def feedback(product: Product) -> list[dict[str, Any]]:
    return rows(product, "SELECT brand, kind, stars, text, faq_id FROM feedback ORDER BY id")


def until_summary(customer: Customer) -> str:
    """Skip what the form still asks."""
    for _ in range(5):
        said = customer.hear("跳过")
        if "请核对" in said:
            return said
    raise AssertionError(said)


def eventually(holds: Callable[[], bool], patience: float = 60.0) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.05)
