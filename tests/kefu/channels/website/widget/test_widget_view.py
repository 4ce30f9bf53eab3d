"""What the customer sees."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.widget_chat import Chat
from tests.widget_server import FakeServer, png

pytestmark = pytest.mark.browser

Visit = Callable[..., Chat]

HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"


def buttons(*titles: str) -> list[dict[str, str]]:
    return [{"title": title, "payload": f"qr.{title}"} for title in titles]


def test_greeting_and_first_questions(visit: Visit, server: FakeServer) -> None:
    chat = visit("/?brand=my").open()
    expect(chat.page.get_by_role("heading", name="MY钱包客服")).to_be_visible()
    chat.hears("您好，我是MY钱包的智能客服")
    chat.press("退款多久到账")
    chat.hears("收到：退款多久到账")
    expect(chat.log.get_by_role("button", name="收不到验证码")).to_have_count(0)


def test_a_menu_is_a_list_of_buttons_once(visit: Visit, server: FakeServer) -> None:
    options = ("1 注册和登录", "2 付款和扣款", "0 人工")
    server.answer = lambda text: [
        {"text": "您想办哪件事？\n" + "\n".join(options), "buttons": buttons(*options)}
        if text == "菜单"
        else {"text": "好"}
    ]
    chat = visit().open()
    chat.say("菜单")
    expect(chat.bubbles.last).to_have_text("您想办哪件事？")
    chat.press("2 付款和扣款")
    expect(chat.mine.last).to_contain_text("2 付款和扣款")
    expect(chat.bubbles.last).to_have_text("好")
    assert server.turns[-1] == "qr.2 付款和扣款"
    expect(chat.log.get_by_role("button", name="1 注册和登录")).to_have_count(0)  # settled: text again
    expect(chat.bubbles.nth(1)).to_contain_text("1 注册和登录")
    expect(chat.box).to_be_focused()


def test_buttons_stay_while_a_message_failed(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda text: [{"text": "选一个", "buttons": buttons("转人工")}]
    chat = visit().open()
    chat.say("你好")
    chat.hears("选一个")
    server.fail("/messages", 400)
    chat.say("发不出去")
    chat.hears("没有发出去")
    expect(chat.log.get_by_role("button", name="转人工")).to_be_visible()


def test_stars(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda text: [
        {"text": "打个分吧", "buttons": buttons(*"12345")} if text == "评" else {"text": "谢谢"}
    ]
    chat = visit().open()
    chat.say("评")
    expect(chat.log.get_by_role("group", name="打分").get_by_role("button")).to_have_count(5)
    chat.press("4 分，满意")
    expect(chat.mine.last).to_contain_text("4")
    chat.hears("谢谢")
    assert server.turns[-1] == "qr.4"


def test_safe_markdown(visit: Visit, server: FakeServer) -> None:
    text = (
        "**先别急**，按这几步：\n1. 打开App\n2. 点[交易记录](https://example.com/a?b=1)\n- 备好账户名\n"
        "打[客服电话](tel:400-000-1185)，或看 https://example.com/help. \n"
        "[坏](javascript:alert(1)) [坏](data:text/html,x)"
    )
    server.answer = lambda _: [{"text": text}]
    chat = visit().open()
    chat.say("怎么退款")
    bubble = chat.bubbles.last
    expect(bubble.locator("strong")).to_have_text("先别急")
    expect(bubble.locator("ol li")).to_have_text(["打开App", "点交易记录"])
    expect(bubble.locator("ul li")).to_have_text(["备好账户名"])
    links = bubble.locator("a")
    expect(links).to_have_count(3)
    found = links.evaluate_all("links => links.map(a => [a.getAttribute('href'), a.rel, a.target])")
    assert [href for href, *_ in found] == ["https://example.com/a?b=1", "tel:400-000-1185", "https://example.com/help"]
    assert all(rest == ["noopener noreferrer", "_blank"] for _, *rest in found)
    expect(bubble).to_contain_text("[坏](javascript:alert(1))")


def test_a_hotline_can_be_pressed(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda _: [
        {"text": "马上打 400-000-1185。\n单号 2400-000-11859，别点 [这里](https://example.com/400-000-1185)"}
    ]
    chat = visit().open()
    chat.say("被盗刷了")
    chat.hears("马上打")
    links = chat.bubbles.last.locator("a").evaluate_all("links => links.map((a) => a.getAttribute('href'))")
    assert links == ["tel:400-000-1185", "https://example.com/400-000-1185"]


@pytest.mark.parametrize("who", ["customer", "bot", "agent", "notice"])
def test_hostile_text_is_text(visit: Visit, server: FakeServer, errors: list[str], who: str) -> None:
    chat = visit().open()
    title = chat.page.title()
    chat.say(HOSTILE if who == "customer" else "你好")
    if who != "customer":
        server.say({"who": who, "text": HOSTILE, "agent": HOSTILE, "buttons": buttons(HOSTILE)})
    chat.hears(HOSTILE)
    assert chat.page.locator("kefu-chat .log :is(img, script)").count() == 0
    assert chat.page.title() == title
    assert errors == []


def test_odd_characters_stay_in_their_bubble(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    for text in (
        "\u202e反过来\u202e",
        "مرحبا بالعالم",
        "a\u200b\u200d\ufeffb",
        "👩‍👩‍👧‍👦" * 50,
        "词" * 3000,
        "x" * 3000,
    ):
        chat.say(text)
        server.say({"text": text})
    expect(chat.mine).to_have_count(6)
    assert chat.page.evaluate(
        "() => { const log = document.querySelector('kefu-chat').shadowRoot.querySelector('.log');"
        " return log.scrollWidth <= log.clientWidth }"
    )


def test_a_hundred_kilobytes(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    server.say({"text": "**长" * 33_000})
    chat.hears("展开全文")
    chat.press("展开全文")
    expect(chat.log.get_by_role("button", name="展开全文")).to_have_count(0)
    chat.say("还能用")
    chat.hears("收到：还能用")


def test_receipt_can_be_copied(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    server.answer = lambda _: [{"text": "已经登记好了，单号 KF7K3M9QXT2B。", "receipt": "KF7K3M9QXT2B"}]
    chat = visit().open()
    chat.say("登记")
    chat.press("复制单号 KF7K3M9QXT2B")
    expect(chat.log.get_by_role("button", name="已复制")).to_be_visible()
    expect(chat.page.locator("kefu-chat [aria-live=polite] p").last).to_have_text("已复制")
    assert chat.page.evaluate("navigator.clipboard.readText()") == "KF7K3M9QXT2B"


def test_receipt_can_be_copied_where_there_is_no_clipboard(
    visit: Visit, server: FakeServer, context: BrowserContext
) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    server.answer = lambda _: [{"text": "单号 KF7K3M9QXT2B。", "receipt": "KF7K3M9QXT2B"}]
    chat = visit().open()
    chat.say("登记")
    chat.press("复制单号 KF7K3M9QXT2B")
    expect(chat.log.get_by_role("button", name="已复制")).to_be_visible()
    chat.box.focus()
    chat.page.keyboard.press("Control+V")
    expect(chat.box).to_have_value("KF7K3M9QXT2B")


def test_a_person_takes_over_and_leaves(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda text: [{"relayed": True}] if text == "转人工" else [{"text": "我是机器人"}]
    chat = visit().open()
    chat.say("转人工")
    expect(chat.mine.last).to_contain_text("已送达")
    expect(chat.bubbles).to_have_count(1)
    server.say({"who": "notice", "text": "客服小李来了"}, {"who": "agent", "agent": "小李", "text": "您好，请讲"})
    chat.hears("客服小李来了")
    expect(chat.page.locator("kefu-chat .name")).to_have_text("小李")
    expect(chat.panel).to_contain_text("小李 正在为您服务")
    server.typing(True)  # the bot, which only passes on what the customer says
    server.say({"who": "notice", "text": "提醒"})
    chat.hears("提醒")
    expect(chat.page.locator("kefu-chat .typing")).to_be_hidden()
    server.say({"who": "notice", "text": "客服已离开"}, {"text": "我是机器人"})
    expect(chat.panel).to_contain_text("智能客服在线")


def test_typing(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda _: []
    chat = visit().open()
    chat.say("在吗")
    expect(chat.mine.last).to_contain_text("已送达")
    server.typing(True)
    expect(chat.page.locator("kefu-chat .typing")).to_be_visible()
    server.say({"text": "在的"})
    chat.hears("在的")
    expect(chat.page.locator("kefu-chat .typing")).to_be_hidden()


def test_unread_lines_are_counted_on_the_launcher(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_have_accessible_name("联系客服")
    server.say({"text": "还有一件事"}, {"who": "agent", "agent": "小李", "text": "看到请回"})
    expect(chat.launcher).to_have_accessible_name("联系客服，2 条未读")
    chat.page.reload()
    expect(chat.launcher).to_have_accessible_name("联系客服，2 条未读")
    chat.open()
    expect(chat.bubbles.last).to_have_text("看到请回")
    chat.page.keyboard.press("Escape")
    expect(chat.launcher).to_have_accessible_name("联系客服")


def test_a_tone_only_when_asked_for(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    context.add_init_script(
        "window.tones = 0; sessionStorage.clear(); const { start } = OscillatorNode.prototype;"
        "OscillatorNode.prototype.start = function (at) { window.tones += 1; start.call(this, at) }"
    )
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    chat.page.keyboard.press("Escape")
    server.say({"text": "没有声音"})
    expect(chat.launcher).to_have_accessible_name("联系客服，1 条未读")
    assert chat.page.evaluate("tones") == 0
    toggle = chat.open().page.get_by_role("button", name="提示音")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    chat.page.reload()
    expect(chat.launcher).to_be_visible()
    assert chat.page.evaluate("tones") == 0
    server.say({"text": "有声音"})
    expect(chat.launcher).to_have_accessible_name("联系客服，1 条未读")
    assert chat.page.evaluate("tones") == 2


def test_time_stamps(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.lines[0]["at"] = "2024-01-02T03:04:05+00:00"
    chat.page.reload()
    stamps = chat.log.locator("time")
    expect(stamps).to_have_count(2)
    expect(stamps.first).to_have_text(re.compile(r"^2024年1月2日 \d\d:\d\d$"))
    expect(stamps.last).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_a_time_of_yesterday_says_so_in_a_tab_that_stays_open(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    expect(chat.log.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    chat.page.clock.set_fixed_time(datetime.now() + timedelta(days=1))
    server.say({"text": "第二天"})
    chat.hears("第二天")
    expect(chat.log.locator("time").first).to_have_text(re.compile(r"月\d+日 \d\d:\d\d$"))


def test_reading_further_up_is_not_disturbed(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.say(*[{"text": f"第{number}句"} for number in range(30)])
    chat.hears("第29句")
    chat.page.get_by_role("button", name="下面还有新的").click()
    chat.log.evaluate("log => { log.scrollTop = 100; return new Promise((done) => log.onscrollend = done) }")
    server.say({"text": "新的一句"})
    below = chat.page.get_by_role("button", name="下面还有新的")
    expect(below).to_be_visible()
    assert chat.log.evaluate("log => log.scrollTop") == 100
    below.click()
    expect(chat.bubbles.last).to_be_in_viewport()
    expect(below).to_be_hidden()


def test_a_long_answer_is_read_from_its_beginning(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.answer = lambda text: [{"text": "第一步\n" * 40}, {"text": "最后一句"}]
    chat.say("怎么退款")
    chat.hears("最后一句")
    below = chat.page.get_by_role("button", name="下面还有新的")
    expect(below).to_be_visible()
    answer = chat.bubbles.nth(3)
    seen = """(node) => {
        const log = node.getRootNode().querySelector(".log");
        const below = node.getBoundingClientRect().top - log.getBoundingClientRect().top;
        return 0 <= below && below < 100;
    }"""
    assert answer.evaluate(seen)
    server.typing(True)  # nothing that grows moves it
    expect(chat.page.locator("kefu-chat .typing")).to_be_visible()
    assert answer.evaluate(seen)
    server.answer = lambda text: [{"text": "好"}]
    below.click()
    expect(chat.bubbles.last).to_be_in_viewport()
    expect(below).to_be_hidden()
    chat.say("知道了")
    expect(chat.mine.last).to_be_in_viewport()


def test_what_grows_before_a_scroll_is_heard_of_does_not_unpin(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda text: [{"text": f"第{n}句"} for n in range(30)]
    chat = visit().open()
    chat.say("你好")
    chat.hears("第29句")
    chat.page.get_by_role("button", name="下面还有新的").click()
    gap = chat.log.evaluate(
        """async (log) => {
            const tall = document.createElement("li");
            tall.style.height = "300px"; // a picture that has just been drawn …
            log.querySelector("ol:last-of-type").append(tall);
            log.dispatchEvent(new Event("scroll")); // … before the browser tells of our own scrolling
            for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
            return log.scrollHeight - log.scrollTop - log.clientHeight;
        }"""
    )
    assert gap < 2, "the end is still shown"


def test_a_narrow_phone_shows_the_whole_name(visit: Visit, server: FakeServer) -> None:
    chat = visit()
    chat.page.set_viewport_size({"width": 320, "height": 568})
    chat.open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.say({"who": "agent", "agent": "小王", "text": "我来了"})
    expect(chat.panel).to_contain_text("小王 正在为您服务")
    for part in ("h2", ".status"):
        node = chat.panel.locator(part)
        assert node.evaluate("node => node.scrollWidth <= node.clientWidth"), part
        assert node.evaluate("node => node.clientHeight") < 30, "one line"


def test_the_way_to_wechat_is_in_the_header(visit: Visit, server: FakeServer, errors: list[str]) -> None:
    server.uploads["qr"] = (png(230, 230), "image/png")
    shown = {"who": "notice", "text": "您的绑定码是 7K3M9QXT", "image": "uploads/qr", "copy": "绑定 7K3M9QXT"}
    server.answer = lambda text: [shown if text == "绑定微信" else {"text": "好"}]
    chat = visit().open()
    chat.page.get_by_role("button", name="到微信里继续").click()
    chat.hears("您的绑定码是 7K3M9QXT")
    expect(chat.mine).to_contain_text("绑定微信")
    picture = chat.log.get_by_role("button", name="放大图片")
    expect(picture).to_be_visible()
    expect(chat.log.get_by_role("button", name="复制 绑定 7K3M9QXT")).to_be_visible()
    assert picture.locator("canvas").evaluate("canvas => canvas.width") == 230, "as sharp as it came"
    expect(chat.box).to_be_focused()
    assert not errors


def test_without_an_official_account_there_is_no_way_to_wechat(visit: Visit, server: FakeServer) -> None:
    server.wechat = False
    chat = visit().open()
    chat.hears("您好")
    expect(chat.page.get_by_role("button", name="提示音")).to_be_visible()
    expect(chat.page.get_by_role("button", name="到微信里继续")).to_have_count(0)
