"""The whole way: a customer in the widget asks for a person, an agent answers in the console, the bot comes back."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import chromium, go_on
from tests.desk_clients import PASSWORD
from tests.e2e.conftest import Product, running_product
from tests.servers import empty_postgres
from tests.widget_chat import Chat

pytestmark = [pytest.mark.e2e, pytest.mark.browser]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product over a database of each kind, with one agent made by the command."""
    folder: Path = tmp_path_factory.mktemp("handoff")
    wanted = {"KEFU_HANDOFF_WAIT": "3600", "KEFU_ACTION_TIMEOUT": "30"}
    if request.param == "postgres":
        wanted["KEFU_DATABASE_URL"] = empty_postgres(request.getfixturevalue("postgres_url"))
    hire = [sys.executable, "-m", "kefu", "user", "add", "li", "--display", "李敏", "--role", "agent"]
    environment = {**os.environ, "KEFU_VAR_DIR": str(folder / "var"), **wanted}
    subprocess.run(hire, input=f"{PASSWORD}\n", text=True, env=environment, check=True, capture_output=True)
    with running_product(folder, **wanted) as product:
        yield product


@pytest.fixture(scope="module")
def browser(require_all: bool) -> Iterator[Browser]:
    with chromium(require_all) as opened:
        yield opened


def agent_at_work(browser: Browser, desk: str) -> Page:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{desk}/sign-in")
    page.get_by_label("用户名").fill("li")
    page.get_by_label("密码").fill(PASSWORD)
    go_on(page, page.get_by_role("button", name="登录"))
    if "离开" in page.get_by_role("switch").inner_text():
        page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_contain_text("在线")
    return page


def customer(browser: Browser, rasa: str) -> Chat:
    page = browser.new_context(locale="zh-CN").new_page()
    page.goto(f"{rasa}/webhooks/website/?brand=post")
    return Chat(page).open()


def tell(chat: Chat, text: str) -> None:
    """Say something and wait for the bot."""
    heard = chat.log.get_by_text("机器人：", exact=True)  # before everything that the bot says, for screen readers
    before = heard.count()
    chat.say(text)
    expect(heard).not_to_have_count(before)


def test_from_the_widget_to_an_agent_and_back_to_the_bot(running: Product, browser: Browser) -> None:
    desk = agent_at_work(browser, running.desk)
    chat = customer(browser, running.rasa)
    chat.say("退款一直没有到账怎么办")
    expect(chat.log.get_by_role("button", name="没解决")).to_be_visible()
    chat.say("转人工")
    chat.hears("您是下一位")
    chat.say("订单是上周五的")

    waiting = desk.locator(".waiting li")
    expect(waiting).to_have_count(1)
    go_on(desk, waiting.get_by_role("button", name="接起"))
    chat.hears("客服李敏来了")
    log = desk.get_by_role("log")
    expect(log).to_contain_text("订单是上周五的")

    box = desk.get_by_label("回复客户")
    box.fill("您好，我查到了，<b>今天</b>到账。")
    box.press("Enter")
    chat.hears("您好，我查到了，<b>今天</b>到账。")
    chat.hears("李敏")
    expect(log.locator(".line.agent")).to_contain_text("已送达")
    chat.say("好的，谢谢")
    expect(log).to_contain_text("好的，谢谢")
    for number in range(3):  # in order, none twice
        box.fill(f"第{number}句")
        box.press("Enter")
        expect(box).to_have_value("")
    chat.hears("第2句")
    assert re.findall(r"第\d句", chat.log.inner_text()) == ["第0句", "第1句", "第2句"]

    desk.get_by_role("button", name="结束，交还机器人").click()
    chat.hears("人工服务结束了")
    chat.press("5 分")
    chat.hears("谢谢打分")
    tell(chat, "没有")  # within a second, the next would be the same turn
    chat.say("提现手续费多少")
    expect(chat.log.get_by_role("button", name="没解决").last).to_be_visible()
    desk.goto(f"{running.desk}/feedback")
    expect(desk.get_by_text("5 分").first).to_be_visible()


def test_a_ticket_is_answered_and_resolved_where_the_customer_wrote(running: Product, browser: Browser) -> None:
    chat = customer(browser, running.rasa)
    tell(chat, "退款一直没有到账怎么办")
    chat.press("没解决")
    chat.hears("什么时候")
    for words in ("昨天下午三点", "350元", "跳过", "跳过"):
        if not chat.log.get_by_role("button", name="确认提交").count():
            tell(chat, words)
    chat.press("确认提交")
    chat.hears("单号 KF")
    desk = agent_at_work(browser, running.desk)
    desk.locator(".rows a", has_text="退款到账").first.click()
    desk.get_by_role("button", name="归我").click()
    desk.get_by_label("写给客户或同事").fill("银行刚确认，明天中午前到。")
    desk.get_by_role("button", name="回复客户").click()
    chat.hears("银行刚确认，明天中午前到。")
    desk.get_by_role("button", name="已解决").click()
    chat.hears("处理完了")
