"""The widget and the page around it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.e2e.talk import eventually
from tests.widget_chat import Chat
from tests.widget_server import FakeServer, png

pytestmark = pytest.mark.browser

Visit = Callable[..., Chat]

BARE = '<!doctype html><html lang="zh"><title>页</title><body><p>页面</p>{}</body></html>'
TAG = '<script src="/widget.js" data-brand="post" async></script>'
STRICT = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'"}


def test_a_strict_policy_needs_nothing_but_script_and_connect(
    visit: Visit, server: FakeServer, context: BrowserContext, errors: list[str]
) -> None:
    server.pages["strict"] = (BARE.format(TAG), STRICT)
    context.add_init_script(
        "window.refused = [];"
        "document.addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective))"
    )
    chat = visit("/page/strict").open()
    chat.say("你好")
    chat.hears("收到：你好")
    assert chat.panel.evaluate("panel => getComputedStyle(panel).position") == "fixed"
    assert chat.page.evaluate("refused") == []
    assert errors == []


def test_the_modules_run_as_they_stand(visit: Visit, server: FakeServer, errors: list[str]) -> None:
    server.pages["raw"] = (BARE.format(TAG.replace("/widget.js", "/raw/widget.js")), STRICT)
    chat = visit("/page/raw").open()
    chat.say("你好")
    chat.hears("收到：你好")
    assert errors == []


def test_only_one_global_and_one_widget(visit: Visit, server: FakeServer) -> None:
    server.pages["bare"] = (BARE.format(""), {})
    server.pages["twice"] = (BARE.format(TAG + TAG), {})
    known = visit("/page/bare").page.evaluate("Object.getOwnPropertyNames(window)")
    chat = visit("/page/twice")
    expect(chat.launcher).to_have_count(1)
    chat.open()
    assert set(chat.page.evaluate("Object.getOwnPropertyNames(window)")) - set(known) == {"Kefu"}


def test_nothing_but_the_server_is_asked(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    assert asked and all(url.startswith(server.url) for url in asked)


def test_hostile_page_styles_stay_outside(visit: Visit, server: FakeServer) -> None:
    style = (
        "<style>html{font-size:40px} *{all:unset!important;color:red!important;direction:rtl!important}"
        "kefu-chat{display:none!important;opacity:0!important;transform:scale(0)!important;"
        "filter:blur(9px)!important;font-size:3px!important}</style>"
    )
    server.pages["calm"] = (BARE.format(TAG), {})
    server.pages["hostile"] = (BARE.format(style + TAG), {})
    boxes: list[dict[str, Any]] = []
    for name in ("calm", "hostile"):
        chat = visit(f"/page/{name}")
        chat.page.emulate_media(reduced_motion="reduce")
        chat.open()
        chat.say("样式")
        chat.hears("收到：样式")
        boxes.append({"panel": chat.panel.bounding_box(), "bubble": chat.bubbles.first.bounding_box()})
        colour = chat.bubbles.first.evaluate("bubble => getComputedStyle(bubble).color")
        assert colour != "rgb(255, 0, 0)"
        chat.page.close()
    assert boxes[0]["panel"] == boxes[1]["panel"]
    assert boxes[0]["bubble"]["height"] == boxes[1]["bubble"]["height"]


def test_its_own_styles_stay_inside(visit: Visit, server: FakeServer) -> None:
    server.pages["page"] = (BARE.format("<h2>标题</h2><ol><li>项</li></ol>" + TAG), {})
    chat = visit("/page/page")
    look = "() => ['h2', 'ol', 'p'].map(tag => getComputedStyle(document.querySelector(tag)).margin)"
    before = chat.page.evaluate(look)
    chat.open()
    assert chat.page.evaluate(look) == before


def test_api_and_events(visit: Visit, server: FakeServer) -> None:
    server.pages["api"] = (BARE.format("<script src='/page/script'></script>" + TAG), {})
    server.pages["script"] = ("", {})
    chat = visit("/page/api")
    expect(chat.launcher).to_be_visible()
    chat.page.evaluate(
        """() => {
            window.heard = [];
            for (const name of ["open", "close", "message", "unread"]) {
                document.addEventListener(`kefu:${name}`, (event) => heard.push([name, event.detail.text ?? null]));
            }
            window.stop = Kefu.on("message", ({ who, text }) => heard.push(["on", `${who} ${text}`]));
        }"""
    )
    chat.page.evaluate("Kefu.open()")
    expect(chat.panel).to_be_visible()
    chat.page.evaluate("Kefu.send('从页面发')")
    chat.hears("收到：从页面发")
    chat.page.evaluate("() => { stop(); return Kefu.close() }")
    expect(chat.panel).to_be_hidden()
    server.say({"text": "以后"})
    expect(chat.launcher).to_have_accessible_name("联系客服，1 条未读")
    heard = chat.page.evaluate("heard")
    assert ["open", None] in heard and ["close", None] in heard and ["unread", None] in heard
    assert [text for name, text in heard if name == "on"] == ["bot 收到：从页面发"]
    assert [text for name, text in heard if name == "message"] == ["收到：从页面发", "以后"]


def test_calls_before_the_widget_is_there_are_not_lost(visit: Visit, server: FakeServer) -> None:
    server.pages["early"] = (
        BARE.format(TAG.replace(" async", "") + "<script>Kefu.open(); Kefu.send('早')</script>"),
        {},
    )
    chat = visit("/page/early")
    chat.hears("收到：早")


def test_open_by_attribute(visit: Visit, server: FakeServer) -> None:
    server.pages["open"] = (BARE.format(TAG.replace("async", "data-open async")), {})
    expect(visit("/page/open").panel).to_be_visible()


def test_the_help_page_opens_the_chat_with_a_question(visit: Visit, server: FakeServer, errors: list[str]) -> None:
    chat = visit("/?brand=my")
    chat.page.get_by_role("button", name="退款多久能到账？").click()
    chat.hears("收到：退款多久能到账？")
    chat.page.get_by_label("您的问题").fill("我自己的问题")
    chat.page.keyboard.press("Enter")
    chat.hears("收到：我自己的问题")
    assert errors == []


def test_a_customer_logs_in_and_out(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("还没登录")
    chat.hears("收到：还没登录")
    chat.page.evaluate("Kefu.setUserToken(btoa(JSON.stringify({ sub: '张三' .length + 'a', exp: 1 })) + '.x')")
    chat.say("登录了")
    chat.hears("收到：登录了")
    chat.page.evaluate("Kefu.setUserToken(btoa(JSON.stringify({ sub: '2a', exp: 2 })) + '.y')")  # a fresh token
    expect(chat.bubbles).to_contain_text(["登录了", "收到：登录了"])
    server.fail("/messages", *["drop"] * 100)
    with chat.page.expect_event("requestfailed"):
        chat.say("没发出去的私事")
    chat.page.evaluate("Kefu.setUserToken(null)")
    expect(chat.bubbles).to_have_count(0)  # before that, a try may be on its way as the one who wrote it
    server.faults.clear()
    chat.say("下一个人")
    chat.hears("收到：下一个人")
    expect(chat.bubbles).to_have_text(["下一个人", "收到：下一个人"])
    assert "没发出去的私事" not in server.turns


def test_a_page_that_changes_its_body_keeps_the_chat(visit: Visit, server: FakeServer, errors: list[str]) -> None:
    server.pages["one"] = (BARE.format(TAG), {})
    chat = visit("/page/one").open()
    chat.say("第一页")
    chat.hears("收到：第一页")
    chat.page.evaluate("document.body.replaceWith(document.createElement('body'))")
    server.say({"text": "第二页上说的"})
    chat.hears("第二页上说的")
    chat.say("还在")
    chat.hears("收到：还在")
    assert errors == []


def test_a_chat_that_is_taken_away_and_brought_back(visit: Visit, server: FakeServer, errors: list[str]) -> None:
    server.pages["one"] = (BARE.format(TAG), {})
    chat = visit("/page/one").open()
    chat.say("你好")
    chat.hears("收到：你好")
    chat.page.evaluate("() => { window.chat = document.querySelector('kefu-chat'); window.chat.remove() }")
    eventually(lambda: server.streams == 0)
    server.say({"text": "不在的时候"})
    chat.page.evaluate("document.body.append(window.chat)")
    chat.hears("不在的时候")
    expect(chat.bubbles).to_have_text(["你好", "收到：你好", "不在的时候"])
    chat.say("回来了")
    chat.hears("收到：回来了")
    assert errors == []


def test_a_chat_that_was_open_does_not_take_the_focus_of_the_next_page(visit: Visit, server: FakeServer) -> None:
    server.pages["form"] = (BARE.format('<input aria-label="账户名" autofocus>' + TAG), {})
    chat = visit("/page/form").open()
    expect(chat.box).to_be_focused()
    chat.say("你好")
    chat.hears("收到：你好")
    chat.page.reload()
    chat.hears("收到：你好")
    expect(chat.page.get_by_label("账户名")).to_be_focused()
    chat.page.get_by_role("button", name="收起对话").click()
    expect(chat.launcher).to_be_focused()


def test_what_is_printed_is_the_page(visit: Visit) -> None:
    chat = visit().open()
    chat.page.emulate_media(media="print")
    expect(chat.panel).to_be_hidden()
    chat.page.emulate_media(media="screen")
    expect(chat.panel).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_is_filled_and_the_page_waits(server: FakeServer, browser: Browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 600}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(server.url)
    chat = Chat(page).open()
    box = "document.querySelector('kefu-chat').shadowRoot.activeElement.localName === 'textarea'"
    assert not page.evaluate(box), "the keyboard would cover the first questions"
    chat.press("退款多久到账")
    chat.hears("收到：退款多久到账")
    assert not page.evaluate(box), "the keyboard would cover the answer"
    picture = {"name": "收据.png", "mimeType": "image/png", "buffer": png()}
    page.get_by_label("发送图片").last.set_input_files(picture)  # type: ignore[arg-type]
    expect(page.locator("kefu-chat .preview canvas")).to_be_visible()
    page.get_by_role("button", name="发送", exact=True).tap()
    expect(chat.mine.last).to_contain_text("已送达")
    assert not page.evaluate(box), "the keyboard would cover the picture"
    chat.say("手机上的一句很长很长的话" * 5)
    chat.hears("收到")
    assert chat.panel.bounding_box() == {"x": 0, "y": 0, "width": width, "height": 600}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for _ in range(12):  # modal: the page behind can't be reached
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.localName") in ("kefu-chat", "body")
    page.set_viewport_size({"width": width, "height": 320})  # a keyboard comes up
    expect(chat.box).to_be_in_viewport()
    assert chat.panel.bounding_box()["height"] == 320  # type: ignore[index]
    page.get_by_role("button", name="收起对话").click()
    expect(chat.launcher).to_be_focused()
    assert page.evaluate("document.documentElement.style.overflow") == ""
    context.close()
