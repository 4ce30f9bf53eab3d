"""WCAG 2.2 AA, as far as a machine can see it; and what only a look at the behaviour tells."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.servers import missing
from tests.widget_chat import Chat
from tests.widget_server import FakeServer

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
}
OPTIONS = ("1 注册和登录", "0 人工")
Scheme = Literal["light", "dark"]


@pytest.fixture(params=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return {"desktop": {"width": 1200, "height": 800}, "phone": {"width": 390, "height": 780}}[request.param]


@pytest.fixture
def pages(browser: Browser) -> Iterator[Any]:
    contexts = []

    def opened(size: dict[str, int], scheme: Scheme = "light", **options: Any) -> Page:
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce", **options))  # type: ignore[arg-type]
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def violations(require_all: bool) -> Callable[[Page], list[str]]:
    """What axe-core finds on a page, with the places."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python", require_all)

    def found(page: Page) -> list[str]:
        rules = Axe().run(page, options=RULES).response["violations"]
        return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in rules for node in rule["nodes"]]

    return found


def fill(chat: Chat, server: FakeServer) -> None:
    """One of everything."""
    chat.say("你好")
    chat.hears("收到：你好")
    server.say(
        {"who": "notice", "text": "客服小李来了"},
        {"who": "agent", "agent": "小李", "text": "请看[说明](https://example.com)，**别急**\n1. 一\n2. 二"},
        {"text": "已登记，单号 KF7K3M9QXT2B", "receipt": "KF7K3M9QXT2B"},
        {"text": "选\n" + "\n".join(OPTIONS), "buttons": [{"title": title, "payload": title} for title in OPTIONS]},
        {"text": "打分", "buttons": [{"title": title, "payload": title} for title in "12345"]},
    )
    expect(chat.log.get_by_role("group", name="打分")).to_be_visible()
    server.fail("/messages", 400)
    chat.say("发不出去的")
    chat.hears("没有发出去")
    server.say({"text": "再打分", "buttons": [{"title": title, "payload": title} for title in "12345"]})
    chat.hears("再打分")


@pytest.mark.parametrize("brand", ["post", "my"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    pages: Any,
    server: FakeServer,
    violations: Callable[[Page], list[str]],
    size: dict[str, int],
    brand: str,
    scheme: Scheme,
) -> None:
    page = pages(size, scheme)
    page.goto(f"{server.url}/?brand={brand}")
    chat = Chat(page)
    expect(chat.launcher).to_be_visible()
    assert violations(page) == []
    chat.open()
    fill(chat, server)
    assert violations(page) == []
    page.context.set_offline(True)
    expect(page.get_by_text("网络断了")).to_be_visible()
    chat.say("断网时写的")
    expect(chat.mine.last).to_contain_text("不发了")
    assert violations(page) == []


def test_targets_are_large_enough(pages: Any, server: FakeServer) -> None:
    page = pages({"width": 320, "height": 640})
    page.goto(server.url)
    chat = Chat(page).open()
    fill(chat, server)
    small = page.evaluate(
        """() => [...document.querySelector("kefu-chat").shadowRoot.querySelectorAll("button, textarea")]
            .filter((node) => node.checkVisibility())
            .map((node) => [node.getAttribute("aria-label") ?? node.textContent, node.getBoundingClientRect()])
            .filter(([, { width, height }]) => width < 24 || height < 24)
            .map(([name]) => name)"""
    )
    assert small == []


def test_only_new_lines_of_ours_are_said_aloud(pages: Any, server: FakeServer) -> None:
    page = pages({"width": 1200, "height": 800})
    page.goto(server.url)
    chat = Chat(page).open()
    chat.say("旧的问题")
    said = page.locator("kefu-chat [aria-live=polite]")
    expect(said).to_have_text("收到：旧的问题")
    page.reload()
    chat.hears("收到：旧的问题")
    expect(said).to_have_text("")
    server.say({"who": "agent", "agent": "小李", "text": "新的回答"})
    expect(said).to_have_text("小李：新的回答")
    expect(chat.log).to_have_attribute("aria-live", "off")


def test_the_window_is_a_dialog_with_a_name(pages: Any, server: FakeServer, size: dict[str, int]) -> None:
    page = pages(size)
    page.goto(server.url)
    chat = Chat(page)
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    chat.open()
    expect(page.get_by_role("dialog", name="邮政数字钱包客服")).to_be_visible()
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_focus_can_be_seen_everywhere(pages: Any, server: FakeServer) -> None:
    page = pages({"width": 390, "height": 780})
    page.goto(server.url)
    chat = Chat(page).open()
    fill(chat, server)
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            """() => {
                const node = document.querySelector("kefu-chat").shadowRoot.activeElement;
                if (!node) return [null, null];
                const { outlineStyle, outlineWidth } = getComputedStyle(node);
                return [node.getAttribute("aria-label") ?? node.textContent, `${outlineStyle} ${outlineWidth}`];
            }"""
        )
        if name:
            seen.add(name)
            assert outline in ("solid 2px", "solid 3px"), name
    assert {"提示音", "收起对话", "对话", "发送图片", "输入问题", "发送", "复制单号 KF7K3M9QXT2B"} <= seen


def test_forced_colours_keep_borders(pages: Any, server: FakeServer) -> None:
    page = pages({"width": 1200, "height": 800}, forced_colors="active")
    page.goto(server.url)
    chat = Chat(page).open()
    chat.say("你好")
    chat.hears("收到：你好")
    for bubble in chat.bubbles.all():
        assert bubble.evaluate("node => getComputedStyle(node).borderTopColor") == bubble.evaluate(
            "node => getComputedStyle(node).color"
        )


def test_larger_text_of_the_reader_is_respected(pages: Any, server: FakeServer) -> None:
    page = pages({"width": 320, "height": 640})
    page.goto(server.url)
    chat = Chat(page).open()
    page.locator("kefu-chat").evaluate("chat => chat.style.setProperty('font-size', '32px', 'important')")
    chat.say("两倍大的字")
    chat.hears("收到：两倍大的字")
    expect(chat.box).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
