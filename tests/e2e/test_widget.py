"""The widget in a real browser with the real product behind it."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import chromium
from tests.e2e.conftest import Product, drain, start_product, wait_for_addresses
from tests.e2e.talk import eventually, rows
from tests.servers import free_port
from tests.widget_chat import Chat
from tests.widget_server import png

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

FIRST, SECOND = "退款多久到账", "还有手续费怎么算"
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser(require_all: bool) -> Iterator[Browser]:
    with chromium(require_all) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def warm(product: Product) -> None:
    """The first search of a fresh action server loads the knowledge base: on a busy machine longer than a turn."""
    eventually(lambda: "系统刚才出了点问题" not in product.customer().hear("怎么注册"), 60)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def visit(page: Page, rasa: str, brand: str = "post") -> Chat:
    page.goto(f"{rasa}/webhooks/website/?brand={brand}")
    return Chat(page).open()


def fill_form(chat: Chat) -> None:
    """From the question to the summary."""
    chat.say("退款一直没有到账怎么办")
    chat.press("没解决")
    chat.hears("什么时候")
    chat.say("昨天下午三点")
    chat.hears("多少")
    chat.say("350元")
    for _ in range(4):  # what the form still asks
        expect(chat.page.locator("kefu-chat .item.customer:last-child")).to_have_count(0)
        if "请核对" in chat.bubbles.last.inner_text():
            return
        chat.say("跳过")


@pytest.mark.parametrize(("brand", "name"), [("post", "邮政数字钱包"), ("my", "MY钱包")])
def test_from_first_visit_to_ticket(page: Page, product: Product, brand: str, name: str) -> None:
    chat = visit(page, product.rasa, brand)
    expect(page.get_by_role("heading", name=f"{name}客服")).to_be_visible()
    fill_form(chat)
    chat.press("确认提交")
    copy = chat.log.get_by_role("button", name=re.compile("^复制单号 KF"))
    expect(copy).to_be_visible()
    receipt = (copy.get_attribute("aria-label") or "").removeprefix("复制单号 ")
    [ticket] = [row for row in rows(product, "SELECT id, brand, channel FROM tickets") if row["id"] == receipt]
    assert (ticket["brand"], ticket["channel"]) == (brand, "website")


def test_reload_in_mid_form(page: Page, product: Product) -> None:
    chat = visit(page, product.rasa)
    chat.say("退款一直没有到账怎么办")
    chat.press("没解决")
    chat.hears("什么时候")
    page.reload()
    expect(chat.panel).to_be_visible()
    chat.hears("什么时候")
    chat.say("昨天下午三点")
    chat.hears("多少")


def test_menu_and_stars(page: Page, product: Product) -> None:
    chat = visit(page, product.rasa)
    chat.say("菜单")
    chat.press("1 注册和登录")
    expect(chat.log.get_by_role("button", name="6 换手机号")).to_be_visible()
    chat.say("昨天下午三点扫码付款扣了350块，商家说没收到")
    chat.press("已解决")
    chat.press("5 分，很满意")
    chat.hears("谢谢打分")


def test_hostile_text_is_shown_as_text(page: Page, product: Product) -> None:
    chat = visit(page, product.rasa)
    title = page.title()
    chat.say(HOSTILE)
    chat.hears(HOSTILE)
    expect(chat.bubbles.nth(1)).to_be_visible()
    assert page.title() == title


def test_an_answer_that_got_lost_is_answered_once(page: Page, product: Product) -> None:
    chat = visit(page, product.rasa, "my")
    lost: list[int] = []

    def lose_the_first_answer(route) -> None:  # the server has it, the customer has not heard so
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page.route("**/messages", lose_the_first_answer)
    chat.say("提现手续费多少")
    expect(chat.mine).to_have_count(1)
    expect(chat.bubbles.nth(1)).to_be_visible()
    eventually(lambda: page.evaluate("Object.keys(localStorage).filter(key => key.includes('.out.')).length") == 0)
    assert lost == [202]
    assert chat.mine.count() == 1
    page.unroute("**/messages")


def test_two_tabs_stay_in_step(context: BrowserContext, product: Product) -> None:
    first = visit(context.new_page(), product.rasa)
    second = visit(context.new_page(), product.rasa)
    first.say("怎么注册")
    for chat in (first, second):
        expect(chat.mine).to_have_count(1)
        expect(chat.bubbles.nth(1)).to_be_visible()
    assert first.bubbles.all_inner_texts() == second.bubbles.all_inner_texts()


def test_an_image_is_kept_for_its_owner(page: Page, product: Product, tmp_path: Path) -> None:
    (tmp_path / "收据.png").write_bytes(png(400, 300))
    chat = visit(page, product.rasa)
    page.get_by_label("发送图片").last.set_input_files(tmp_path / "收据.png")
    expect(page.locator("kefu-chat .preview canvas")).to_be_visible()
    page.get_by_role("button", name="发送", exact=True).click()
    expect(chat.bubbles).not_to_have_count(0)  # an answer
    page.reload()
    expect(chat.mine.last.locator("canvas")).to_have_attribute("width", "400")


def test_what_the_desk_sends_arrives_with_the_agents_name(page: Page, product: Product) -> None:
    chat = visit(page, product.rasa)
    chat.say("怎么注册")
    expect(chat.bubbles.nth(1)).to_be_visible()
    newest = "SELECT conversation FROM messages WHERE who = 'customer' ORDER BY at DESC LIMIT 1"
    [talk] = rows(product, newest)
    event = {
        "event": "bot",
        "text": f"您好，我是小李 {HOSTILE}",
        "data": {},
        "metadata": {"push_id": "push-1", "agent": "小李"},
    }
    for _ in range(2):  # a repeated push is shown once
        requests.post(
            f"{product.rasa}/conversations/{talk['conversation']}/tracker/events",
            params={
                "token": product.secret("KEFU_RASA_TOKEN"),
                "output_channel": "latest",
                "execute_side_effects": "true",
            },
            json=event,
            timeout=60,
        ).raise_for_status()
    expect(chat.bubbles.filter(has_text="我是小李")).to_have_count(1)
    expect(page.locator("kefu-chat .name")).to_have_text("小李")


def test_no_policy_is_violated_and_nobody_else_is_asked(context: BrowserContext, product: Product) -> None:
    context.add_init_script(
        "window.refused = [];"
        "document.addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective))"
    )
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    chat = visit(page, product.rasa)
    chat.say("怎么注册")
    expect(chat.bubbles.nth(1)).to_be_visible()
    assert page.evaluate("refused") == []
    assert all(url.startswith(product.rasa) for url in asked)


def test_server_killed_between_question_and_answer(page: Page, tmp_path: Path) -> None:
    ports = {f"KEFU_{name}_PORT": str(free_port()) for name in ("RASA", "ACTIONS", "DESK")}
    process = started(tmp_path, ports)
    try:
        chat = visit(page, f"http://127.0.0.1:{ports['KEFU_RASA_PORT']}")
        chat.say(FIRST)
        expect(chat.mine.last).to_contain_text("已送达")
        kill(process)
        chat.say(SECOND)
        expect(chat.mine.last).to_contain_text("自动补发")
        process = started(tmp_path, ports)
        expect(page.get_by_text("正在重连")).to_be_hidden(timeout=120_000)
        expect(chat.mine).to_have_count(2)
        restarted = Product("", "", tmp_path / "var", process)
        unanswered = "SELECT 1 FROM inbound_messages WHERE answered_at IS NULL"
        eventually(lambda: not rows(restarted, unanswered), 90)
        expect(page.locator("kefu-chat .item.customer:last-child")).to_have_count(0)
        logged = [json.loads(row["body"]) for row in rows(restarted, "SELECT body FROM messages ORDER BY seq")]
        questions = [text for text in (line.get("text") for line in logged) if text in (FIRST, SECOND)]
        assert questions == [FIRST, SECOND], "nothing lost, nothing twice"
        expect(page.locator("kefu-chat .log > ol:last-of-type > .item")).to_have_count(len(logged))
    finally:
        kill(process)


def started(folder: Path, ports: dict[str, str]) -> subprocess.Popen[str]:
    process = start_product(folder, **ports)
    wait_for_addresses(process)
    drain(process)
    return process


def kill(process: subprocess.Popen[str]) -> None:
    """Everything at once, as when the power goes."""
    from tests.e2e.test_run import sessions_below

    for pid in sessions_below(process.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait(timeout=60)
