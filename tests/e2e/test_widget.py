"""The widget in a real browser."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.conftest import Product
from tests.servers import missing

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def page(product: Product, require_all: bool) -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("Chromium", require_all)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield browser.new_page()
        browser.close()


def ask(page: Page, text: str) -> None:
    page.get_by_label("输入问题").fill(text)
    page.get_by_role("button", name="发送").click()


@pytest.mark.parametrize(("brand", "name"), [("post", "邮政数字钱包"), ("my", "MY钱包")])
def test_from_question_to_ticket(page: Page, product: Product, brand: str, name: str) -> None:
    page.goto(f"{product.rasa}/webhooks/website/?brand={brand}")
    expect(page.get_by_role("heading", name=f"{name}客服")).to_be_visible()
    ask(page, "退款一直没有到账怎么办")
    page.get_by_role("button", name="没解决").click()
    expect(page.get_by_role("log")).to_contain_text("登记")
    for answer in ("昨天下午三点", "350元"):
        ask(page, answer)
    expect(page.get_by_role("log")).to_contain_text("手机号")
    ask(page, "跳过")
    page.get_by_role("button", name="确认提交").click()
    expect(page.get_by_role("log")).to_contain_text("单号 KF")


def test_hostile_text_is_shown_as_text(page: Page, product: Product) -> None:
    page.goto(f"{product.rasa}/webhooks/website/")
    title = page.title()
    ask(page, HOSTILE)
    expect(page.get_by_role("log")).to_contain_text(HOSTILE)
    assert page.title() == title


def test_a_message_of_unknown_fate_is_sent_again_and_answered_once(page: Page, product: Product) -> None:
    page.goto(f"{product.rasa}/webhooks/website/?brand=my")
    lost = []

    def lose_the_first_answer(route) -> None:  # the server has answered, the customer has not heard it
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().json())
            route.abort()

    page.route("**/messages", lose_the_first_answer)
    ask(page, "提现手续费多少")
    page.get_by_role("button", name="重发").click()
    expect(page.get_by_role("log")).to_contain_text(lost[0]["replies"][0]["text"][:10])
    page.unroute("**/messages")


def test_enter_that_confirms_a_candidate_does_not_send(page: Page, product: Product) -> None:
    page.goto(f"{product.rasa}/webhooks/website/")
    box = page.get_by_label("输入问题")
    box.fill("退款")
    prevented = box.evaluate(
        """input => !input.dispatchEvent(new KeyboardEvent(
            "keydown", { key: "Enter", isComposing: true, cancelable: true, bubbles: true }))"""
    )
    assert prevented
