"""One browser, several people: what belongs to one is neither shown to another nor sent as his."""

import base64
import json
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.talk import eventually
from tests.widget_chat import Chat
from tests.widget_server import FakeServer, png

pytestmark = pytest.mark.browser

Visit = Callable[..., Chat]

PAGE = '<!doctype html><html lang="zh"><title>页</title><body><script src="/widget.js" {} async></script></body></html>'


def token(person: str, number: int = 1) -> str:
    """A user token as sites make them; with another number a fresh one of the same person."""
    claims = json.dumps({"sub": person, "brand": "post", "exp": number}).encode()
    return base64.urlsafe_b64encode(claims).decode().rstrip("=") + ".signature"


@pytest.fixture
def pages(server: FakeServer) -> None:
    """A page for visitors, and one for each of two customers."""
    server.pages["visitor"] = (PAGE.format(""), {})
    for person in ("zhang", "li"):
        server.pages[person] = (PAGE.format(f'data-user-token="{token(person)}"'), {})


def texts(server: FakeServer, talk: str) -> list[str | None]:
    return [line.get("text") for line in server.talks[talk].lines] if talk in server.talks else []


@pytest.mark.usefixtures("pages")
def test_a_tab_that_has_logged_in_and_one_that_has_not_leave_each_other_alone(visit: Visit, server: FakeServer) -> None:
    visitor = visit("/page/visitor").open()
    visitor.say("我是访客")
    visitor.hears("收到：我是访客")
    customer = visit("/page/zhang").open()
    for number in range(3):
        customer.say(f"我是客户{number}")
        customer.hears(f"收到：我是客户{number}")
        visitor.say(f"还是访客{number}")
        visitor.hears(f"收到：还是访客{number}")
    assert texts(server, "of zhang") == [text for n in range(3) for text in (f"我是客户{n}", f"收到：我是客户{n}")]
    assert not any("客户" in text for text in visitor.bubbles.all_inner_texts())
    assert not any("访客" in text for text in customer.bubbles.all_inner_texts())
    assert server.sessions <= 4, "they do not replace each other's for ever"


@pytest.mark.usefixtures("pages")
def test_what_a_customer_left_unsent_waits_for_that_customer(visit: Visit, server: FakeServer) -> None:
    chat = visit("/page/zhang").open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.fail("/messages", *["drop"] * 1000)
    with chat.page.expect_event("requestfailed"):
        chat.say("张三的私事")
    for other in ("visitor", "li"):
        chat.page.goto(f"{server.url}/page/{other}")
        expect(chat.launcher.or_(chat.panel)).to_be_visible()
        chat.page.evaluate("Kefu.open()")
        chat.hears("您好")
        expect(chat.bubbles).to_have_count(0)
    server.faults.clear()
    chat.say("我是李四")
    chat.hears("收到：我是李四")
    assert texts(server, "of li") == ["我是李四", "收到：我是李四"]
    chat.page.goto(f"{server.url}/page/zhang")
    eventually(lambda: "张三的私事" in texts(server, "of zhang"), 60)
    assert [talk for talk in server.talks if "张三的私事" in texts(server, talk)] == ["of zhang"]


@pytest.mark.usefixtures("pages")
def test_what_a_visitor_left_unsent_goes_with_his_login(visit: Visit, server: FakeServer) -> None:
    chat = visit("/page/visitor").open()
    server.fail("/messages", *["drop"] * 1000)
    with chat.page.expect_event("requestfailed"):
        chat.say("登录前写的")
    chat.page.goto(f"{server.url}/page/zhang")
    server.faults.clear()
    eventually(lambda: "登录前写的" in texts(server, "of zhang"), 60)
    expect(chat.mine).to_have_count(1)
    chat.page.goto(f"{server.url}/page/visitor")
    chat.page.evaluate("Kefu.open()")
    chat.say("退出以后")
    chat.hears("收到：退出以后")
    assert server.turns == ["登录前写的", "退出以后"]
    expect(chat.bubbles).to_have_text(["退出以后", "收到：退出以后"])


@pytest.mark.usefixtures("pages")
def test_logging_out_leaves_nothing_in_the_window(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    chat = visit("/page/zhang").open()
    chat.say("你好")
    chat.hears("收到：你好")
    chat.page.get_by_label("发送图片").last.set_input_files(
        {"name": "身份证.png", "mimeType": "image/png", "buffer": png()}
    )
    preview = chat.page.locator("kefu-chat .preview canvas")
    expect(preview).to_be_visible()
    chat.box.fill("写了一半的私事")
    chat.page.evaluate("Kefu.setUserToken()")
    expect(chat.box).to_have_value("")
    expect(preview).to_have_count(0)
    expect(chat.bubbles).to_have_count(0)
    expect(chat.page.locator("kefu-chat [aria-live=polite]")).to_have_text("")
    chat.page.reload()
    chat.page.evaluate("Kefu.setUserToken()")
    expect(chat.box).to_have_value("")
    kept = chat.page.evaluate("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])")
    assert "私事" not in kept
    assert "你好" not in kept


@pytest.mark.usefixtures("pages")
def test_an_answer_for_the_one_who_has_left_is_not_shown(visit: Visit, server: FakeServer) -> None:
    """A page of history is on its way while somebody logs out."""
    chat = visit("/page/zhang").open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.say(*[{"text": f"张三的第{number}句"} for number in range(3, 131)])
    chat.hears("张三的第130句")
    chat.page.reload()
    expect(chat.bubbles).to_have_count(50)
    held = []
    chat.page.route("**/history?*", lambda route: held.append(route))
    chat.log.evaluate("log => { log.scrollTop = 0 }")
    eventually(lambda: chat.page.evaluate("true") and held)
    chat.page.evaluate("Kefu.setUserToken()")
    expect(chat.bubbles).to_have_count(0)
    chat.say("我是访客")
    chat.hears("收到：我是访客")
    with chat.page.expect_response("**/history?*"):
        held[0].continue_()
    chat.say("还是我")
    chat.hears("收到：还是我")
    expect(chat.bubbles).to_have_text(["我是访客", "收到：我是访客", "还是我", "收到：还是我"])


@pytest.mark.usefixtures("pages")
def test_a_page_is_told_once_that_a_login_has_expired(visit: Visit, server: FakeServer) -> None:
    chat = visit("/page/zhang")
    expect(chat.launcher).to_be_visible()
    chat.page.evaluate(
        "() => { window.expired = 0; document.addEventListener('kefu:expired', () => { window.expired += 1 }) }"
    )
    server.fail("/session", *[401] * 1000)
    chat.open()
    expect(chat.page.get_by_text("登录已过期")).to_be_visible()
    tries = server.refused["/session"]
    eventually(lambda: server.refused["/session"] > tries, 60)
    assert chat.page.evaluate("expired") == 1
    server.faults.clear()
    chat.page.evaluate("token => Kefu.setUserToken(token)", token("zhang", 2))
    expect(chat.page.get_by_text("登录已过期")).to_have_count(0)
    chat.say("又登录了")
    chat.hears("收到：又登录了")
