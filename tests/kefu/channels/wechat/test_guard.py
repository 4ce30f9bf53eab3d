"""Who may knock: signatures, moments, nonces; in every mode."""

import asyncio
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import pytest

from kefu.channels.wechat.accounts import load_accounts
from kefu.channels.wechat.guard import WINDOW, Nonces, Refused, open_body, verify
from kefu.database import Database
from sim.wechat import delivery
from tests.kefu.channels.wechat.conftest import Wire, environment, platform_account
from tests.wechat_app import PATIENT

FIELDS = {"ToUserName": "gh_post", "FromUserName": "o1", "CreateTime": "1", "MsgType": "text", "Content": "你好"}


def account(**more: Any) -> Any:
    return load_accounts({"post": {"app_id": "wx-app-post", **more}}, environment())["post"]


def request(mode: str = "safe") -> tuple[dict[str, str], bytes]:
    query, body = delivery.request(platform_account("http://x", mode=mode), FIELDS)
    return query, body.encode()


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_the_platform_comes_in(mode: str) -> None:
    query, body = request(mode)
    known = account(plain=mode == "plain")
    verify(known, query)
    opened = open_body(known, query, body)
    assert (opened.fields["Content"], opened.encrypted) == ("你好", mode != "plain")


@pytest.mark.parametrize(
    "change", [{"signature": "0" * 40}, {"nonce": "other"}, {"timestamp": "1"}, {"timestamp": "x"}]
)
def test_a_forged_query_is_refused(change: dict[str, str]) -> None:
    query, _ = request()
    with pytest.raises(Refused):
        verify(account(), {**query, **change})
    with pytest.raises(Refused):
        verify(account(), {name: value for name, value in query.items() if name not in change})


@pytest.mark.parametrize("offset", [-WINDOW - 5, WINDOW + 5])
def test_an_old_request_is_refused(offset: float) -> None:
    with pytest.raises(Refused):
        verify(account(), request()[0], now=time.time() + offset)


def test_plain_text_is_refused_where_encryption_is_on() -> None:
    query, body = request("plain")
    with pytest.raises(Refused):
        open_body(account(), query, body)


def test_what_was_changed_on_the_way_is_refused() -> None:
    query, body = request()
    with pytest.raises(Refused):
        open_body(account(), {**query, "msg_signature": "0" * 40}, body)
    _, other = request()
    with pytest.raises(Refused):
        open_body(account(), query, other)


def test_the_readable_copy_of_compatible_mode_is_not_believed() -> None:
    query, body = request("compatible")
    forged = body.replace("你好".encode(), "转账".encode())
    assert open_body(account(), query, forged).fields["Content"] == "你好"


async def test_a_nonce_stands_for_one_message_in_all_processes(database: Database) -> None:
    here, there = Nonces(database), Nonces(Database(database.url.render_as_string(hide_password=False)))
    query, _ = request()
    await here.claim(here.of(account(), query, "o1/m1"))
    await there.claim(there.of(account(), query, "o1/m1"))  # the platform's own repetition
    with pytest.raises(Refused):
        await there.claim(there.of(account(), query, "o1/m2"))
    await there._database.close()


async def test_strangers_get_nothing_and_say_nothing(wire: Wire) -> None:
    async with wire(mode="plain") as wired:
        address = wired.platform.accounts["post"].callback
        query, body = delivery.request(wired.platform.accounts["post"], {**FIELDS, "MsgId": "7"})
        async with httpx.AsyncClient(timeout=PATIENT, trust_env=False) as client:

            async def post(query: dict[str, str], body: bytes) -> int:
                return (await client.post(address, params=query, content=body)).status_code

            assert await post({}, body.encode()) == 403
            assert await post({**query, "nonce": "1"}, body.encode()) == 403
            assert await post(query, b"<xml><a>") == 400
            assert await post(query, b"<xml/>") == 400
            assert await post(query, b"x" * 100_000) == 413
            assert (await client.post(f"{address}2", content=b"x")).status_code == 404
            assert wired.bot.heard == []
            assert await post(query, body.encode()) == 200
            assert await post(query, body.encode().replace(b">7<", b">8<")) == 403, "a nonce is for one message"
            assert wired.bot.heard == ["你好"]
            confirmed = await client.get(address, params={**query, "echostr": "echo-123"})
            assert (confirmed.status_code, confirmed.text) == (200, "echo-123")
            assert confirmed.headers["content-type"].startswith("text/plain")
            assert (await client.get(address, params={"echostr": "x"})).status_code == 403
            assert (await client.get(f"{address}/open")).status_code == 200, "the desk asks for it"
            assert (await client.get(f"{address}2/open")).status_code == 404


@pytest.mark.parametrize(("is_signed", "status"), [(False, 403), (True, 413)])
async def test_a_body_that_never_ends_is_not_waited_for(wire: Wire, is_signed: bool, status: int) -> None:
    """Whoever is not the platform gets nothing read; and nobody more than a callback can hold."""
    query, _ = request()
    query = query if is_signed else {**query, "signature": "0" * 40}
    async with wire() as wired:
        address = urlsplit(wired.platform.accounts["post"].callback)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        path = f"{address.path}?{urlencode(query)}"
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 90000000\r\n\r\n"
        writer.write(head.encode() + b"<xml>" + b" " * (200_000 if is_signed else 10))
        answer = await asyncio.wait_for(reader.readline(), PATIENT)
        assert answer.split()[1] == str(status).encode()
        writer.close()
