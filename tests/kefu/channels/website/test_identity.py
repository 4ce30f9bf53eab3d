"""Sessions over HTTP: visitors, customers whom the site vouches for, and those who pretend."""

import base64
import json
import time
from typing import Any

import pytest

from kefu.channels.website import origins
from kefu.channels.website import session as session_module
from kefu.channels.website.session import read_session
from kefu.channels.website.user_token import sign_user_token, site_secret
from kefu.settings import settings
from tests.website_server import Server, Visitor


def user_token(customer: str = "u-1", brand: str = "my", lives: float = 600, secret: str | None = None) -> str:
    return sign_user_token(brand, customer, int(time.time() + lives), secret or site_secret(brand))


def conversation(answer: dict[str, Any]) -> str:
    session = read_session(answer["token"])
    assert session is not None
    return session.conversation


async def start(server: Server, **body: Any) -> tuple[int, Any]:
    status, answer, headers = await server.ask("POST", "/session", json=body)
    assert status != 200 or headers["Cache-Control"] == "no-store"
    return status, answer


async def test_a_visitor_gets_a_session_and_keeps_it(server: Server) -> None:
    _, first = await start(server, brand="my")
    _, renewed = await start(server, brand="my", token=first["token"])
    _, other = await start(server, brand="my")
    assert (first["brand"], first["name"]) == ("my", "MY钱包")
    assert first["expires"] > time.time()
    assert conversation(first) == conversation(renewed) != conversation(other)


async def test_a_customer_has_one_conversation_on_all_devices(server: Server) -> None:
    _, phone = await start(server, brand="my", user_token=user_token())
    _, laptop = await start(server, brand="my", user_token=user_token(lives=60))
    _, other = await start(server, brand="my", user_token=user_token("u-2"))
    assert conversation(phone) == conversation(laptop) != conversation(other)
    assert "u-1" not in conversation(phone), "the site's id is not kept"
    await Visitor(server, phone["token"]).say("退款到账了吗")
    await Visitor(server, laptop["token"]).sees("退款到账了吗", "听到:退款到账了吗")


async def test_the_sites_word_counts_more_than_what_was_before(server: Server) -> None:
    _, visitor = await start(server, brand="my")
    _, customer = await start(server, brand="my", token=visitor["token"], user_token=user_token())
    assert conversation(customer) != conversation(visitor)
    _, again = await start(server, brand="my", token=customer["token"])
    assert conversation(again) == conversation(customer)
    assert again["expires"] == customer["expires"], "only the site can make it longer"


async def test_the_same_customer_id_at_another_brand_is_somebody_else(server: Server) -> None:
    _, my = await start(server, brand="my", user_token=user_token(brand="my"))
    _, post = await start(server, brand="post", user_token=user_token(brand="post"))
    assert conversation(my) != conversation(post)


FORGED = {
    "another key": lambda: user_token(secret="guessed"),
    "another brand's": lambda: user_token(brand="post"),
    "another brand's key": lambda: user_token(secret=site_secret("post")),
    "expired": lambda: user_token(lives=-1),
    "no signature": lambda: user_token().split(".")[0],
    "changed": lambda: "x" + user_token(),
    "not text": lambda: "用户.签名",
    "long": lambda: "x" * 5_000,
    "only a dot": lambda: ".",
}


async def test_forged_and_expired_user_tokens_are_refused(server: Server) -> None:
    for name, forge in FORGED.items():
        status, answer = await start(server, brand="my", user_token=forge())
        assert (status, "token" in answer) == (401, False), name
    assert (await start(server, brand="my", user_token=5))[0] == 400


@pytest.mark.parametrize(
    "claims",
    [
        [],
        {},
        {"sub": "u", "brand": "my"},
        {"sub": "", "brand": "my", "exp": 2**40},
        {"sub": 5, "brand": "my", "exp": 2**40},
        {"sub": "u" * 200, "brand": "my", "exp": 2**40},
        {"sub": "u", "brand": "my", "exp": "later"},
        {"sub": "u", "brand": "my", "exp": True},
    ],
)
def test_signed_nonsense_names_nobody(claims: Any) -> None:
    from kefu.channels.website.user_token import _encode, _signature, read_user_token

    encoded = _encode(json.dumps(claims).encode())
    assert read_user_token(f"{encoded}.{_signature(encoded, site_secret('my'))}", "my") is None


def test_a_token_is_what_the_documentation_says() -> None:
    import hashlib
    import hmac

    claims, _, signature = sign_user_token("my", "u-1", 2**33, "key").partition(".")
    padded = claims + "=" * (-len(claims) % 4)
    assert json.loads(base64.urlsafe_b64decode(padded)) == {"sub": "u-1", "brand": "my", "exp": 2**33}
    expected = base64.urlsafe_b64encode(hmac.new(b"key", claims.encode(), hashlib.sha256).digest())
    assert signature == expected.rstrip(b"=").decode()


async def test_sessions_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = await server.visitor("my")
    monkeypatch.setattr(session_module.time, "time", lambda: 2**40)
    assert (await visitor.say("你好"))[0] == 401
    assert (await start(server, brand="my", token=visitor.token))[0] == 401


async def test_tokens_of_others_are_refused(server: Server) -> None:
    _, answer = await start(server, brand="my")
    assert (await start(server, brand="post", token=answer["token"]))[0] == 401, "foreign"
    assert (await start(server, brand="my", token=answer["token"][:-1]))[0] == 401, "forged"
    assert (await start(server, brand="none"))[0] == 400


async def test_nobody_sees_anothers_lines(server: Server) -> None:
    one, other = await server.visitor(), await server.visitor()
    await one.say("我的秘密")
    await one.sees("我的秘密", "听到:我的秘密")
    _, page, _ = await other.ask("GET", "/history")
    assert page == {"lines": [], "more": False}


# Origins

WANTED = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "my=https://my-wallet.example https://m.my-wallet.example, post=https://post-wallet.example"
    monkeypatch.setattr(origins, "settings", lambda: settings().copy(update={"site_origins": listed}))


async def test_preflight_allows_only_sites_on_a_list(server: Server, sites: None) -> None:
    for path in ("/session", "/messages", "/events", "/history", "/uploads", "/uploads/x"):
        _, _, headers = await server.ask("OPTIONS", path, headers={"Origin": "https://my-wallet.example", **WANTED})
        assert headers["Access-Control-Allow-Origin"] == "https://my-wallet.example"
        assert "authorization" in headers["Access-Control-Allow-Headers"]
        assert "POST" in headers["Access-Control-Allow-Methods"]
        for origin in ("https://evil.example", "null", "https://my-wallet.example.evil.example", "http://[x"):
            _, _, headers = await server.ask("OPTIONS", path, headers={"Origin": origin, **WANTED})
            assert "Access-Control-Allow-Origin" not in headers, origin


async def test_each_brand_has_its_own_list(server: Server, sites: None) -> None:
    visitor = await server.visitor("my")
    for origin, status in {
        "https://m.my-wallet.example": 202,
        "https://post-wallet.example": 403,
        "https://evil.example": 403,
        "http://localhost:8000": 403,
        "null": 403,
    }.items():
        body = {"id": origin, "text": "你好"}
        answer = await visitor.ask("POST", "/messages", headers={"Origin": origin}, json=body)
        assert answer[0] == status, origin
        started = await server.ask("POST", "/session", headers={"Origin": origin}, json={"brand": "my"})
        assert started[0] == {202: 200}.get(status, status), origin


async def test_without_a_list_our_own_pages_and_localhost_are_allowed(server: Server) -> None:
    host = server.url.split("/")[2]
    for origin, status in {f"http://{host}": 200, "http://localhost:8000": 200, "https://evil.example": 403}.items():
        answer = await server.ask("POST", "/session", headers={"Origin": origin}, json={"brand": "my"})
        assert answer[0] == status, origin
        assert (answer[2].get("Access-Control-Allow-Origin") == origin) == (status == 200)


async def test_rasas_cors_setting_does_not_open_the_api(own_database: Any, sites: None) -> None:
    from tests.website_server import website_server

    async with website_server(cors="*") as server:
        _, _, headers = await server.ask("OPTIONS", "/messages", headers={"Origin": "https://evil.example", **WANTED})
        assert "Access-Control-Allow-Origin" not in headers
        visitor = await server.visitor("my")
        _, _, headers = await visitor.ask("GET", "/history", headers={"Origin": "https://my-wallet.example"})
        assert headers.getall("Access-Control-Allow-Origin") == ["https://my-wallet.example"]
        assert "Access-Control-Allow-Credentials" not in headers
