"""The console in a real browser: a talk from the queue to its end, at a desk and on a phone; nobody's text runs."""

import re
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Browser, Error, Route, expect

from kefu.database import Database
from kefu.desk.attachments import Attachments
from kefu.desk.feedback import FeedbackService, NewFeedback
from kefu.desk.handoffs import HandoffService, NewHandoff
from kefu.desk.lifecycle import Status
from kefu.desk.notices import NoticeService
from kefu.desk.tickets import NewTicket, TicketService
from kefu.desk.work import TicketWork
from tests.browser import go_on
from tests.desk_clients import PASSWORD
from tests.kefu.desk.console.conftest import Screen, Served

pytestmark = pytest.mark.browser

Enter = Callable[..., Screen]

HOSTILE = '<img src=x onerror="window.owned=1;alert(1)"><script>window.owned=1</script>{{7*7}}\'"`</textarea></select>'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000020001"
    "e221bc330000000049454e44ae426082"
)


def ask(served: Served, topic: str = "refund_arrival", **more) -> tuple[int, str]:
    """A customer asks for a person; the talk's number and the conversation."""
    conversation = f"web-{uuid.uuid4().hex}"

    async def work(database: Database) -> int:
        handoffs = HandoffService(database)
        place = await handoffs.ask(NewHandoff("post", "website", conversation, "asked", topic, **more))
        await handoffs.say(conversation, "退款三天了还没到", "m1")
        return place.handoff.id

    return served.do(work), conversation


def says(served: Served, conversation: str, text: str) -> None:
    served.do(lambda database: HandoffService(database).say(conversation, text, uuid.uuid4().hex))


def open_ticket(served: Served, description: str, **more) -> str:
    async def work(database: Database) -> str:
        new = NewTicket("post", "website", f"web-{uuid.uuid4().hex}", "refund", description, uuid.uuid4().hex, **more)
        return (await TicketService(database).open(new)).ticket.id

    return served.do(work)


@pytest.mark.parametrize("width", [1280, 390], ids=["desk", "phone"])
def test_a_talk_from_the_queue_to_its_end(served: Served, enter: Enter, width: int) -> None:
    screen = enter("li" if width > 1000 else "wang", width)
    page = screen.page
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_contain_text("在线")
    talk_id, conversation = ask(served, "account_theft", urgent=True)
    waiting = page.locator(".waiting li", has_text="账户被盗")
    expect(waiting).to_contain_text("紧急")  # came by itself
    expect(page).to_have_title("(1) 待办 · 钱包客服")
    go_on(page, waiting.get_by_role("button", name="接起"))
    expect(page).to_have_url(f"{served.address}/talks/{talk_id}")
    log = page.get_by_role("log")
    expect(log).to_contain_text("退款三天了还没到")
    box = page.get_by_label("回复客户")
    box.fill("您好，我来看。")
    box.press("Shift+Enter")
    box.press_sequentially("请稍等。")
    box.press("Enter")
    expect(log.locator(".line.agent")).to_have_count(1)
    expect(log.locator(".line.agent .bubble")).to_have_text("您好，我来看。\n请稍等。")
    expect(box).to_have_value("")
    says(served, conversation, "好的，等您")
    expect(log.locator(".line").last).to_contain_text("好的，等您")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("小结").fill("已核实，周五回访")
    page.get_by_label("开一张工单跟进").check()
    page.get_by_role("button", name="结束，交还机器人").click()
    expect(page.get_by_role("status")).to_contain_text("工单留下跟进")
    expect(page.locator(".line.note")).to_contain_text("已核实，周五回访")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert screen.complaints == []


def test_two_agents_see_one_talk_and_one_gets_it(served: Served, enter: Enter) -> None:
    one, other = enter("li").page, enter("wang").page
    ask(served, "bill")
    expect(one.locator(".waiting li", has_text="余额和账单")).to_be_visible()
    other.route("**/queue?*", lambda route: route.abort())  # this page will not hear
    other.goto(served.address)
    go_on(one, one.locator(".waiting li", has_text="余额和账单").get_by_role("button", name="接起"))
    expect(one.get_by_label("回复客户")).to_be_visible()
    button = other.locator(".waiting li", has_text="余额和账单").get_by_role("button", name="接起")
    button.click()
    expect(other.get_by_text("这个对话已经有同事接了")).to_be_visible()


def test_enter_that_confirms_a_candidate_does_not_send(served: Served, enter: Enter) -> None:
    page = enter().page
    talk_id, _ = ask(served)
    page.goto(f"{served.address}/talks/{talk_id}")
    go_on(page, page.get_by_role("button", name="接起这个对话"))
    box = page.get_by_label("回复客户")
    box.fill("ni hao")
    untouched = box.evaluate(
        """box => box.dispatchEvent(new KeyboardEvent(
            "keydown", { key: "Enter", isComposing: true, cancelable: true, bubbles: true }))"""
    )
    assert untouched
    expect(box).to_have_value("ni hao")
    page.reload()
    expect(page.get_by_label("回复客户")).to_have_value("ni hao")  # a draft survives


def test_a_line_of_unknown_fate_is_said_once(served: Served, enter: Enter) -> None:
    page = enter("wang").page
    talk_id, _ = ask(served)
    page.goto(f"{served.address}/talks/{talk_id}")
    box = page.get_by_label("回复客户")
    lost = []

    def lose_the_answer(route) -> None:  # the server has stored it, the page has not heard so
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    page.route("**/reply", lose_the_answer)  # before the page: Chromium may not hear of a route set while one loads
    go_on(page, page.get_by_role("button", name="接起这个对话"))
    box.fill("退款今天到")
    box.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("再按一次发送")
    expect(box).to_have_value("退款今天到")
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.locator("#lines .line.agent")).to_have_count(1)


def test_a_hidden_tab_holds_no_stream_and_catches_up(served: Served, enter: Enter) -> None:
    page = enter("zhao").page
    talk_id, conversation = ask(served)
    with page.expect_request("**/live"):
        page.goto(f"{served.address}/talks/{talk_id}")
    lines = page.locator("#lines .line")
    expect(lines).to_have_count(1)
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    shown = page.context.new_page()
    shown.goto(f"{served.address}/talks/{talk_id}")
    page.evaluate(hide, True)
    expect(page.locator(".htmx-request")).to_have_count(0)  # of when it could be seen
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    says(served, conversation, "还在吗")
    expect(shown.locator("#lines .line")).to_have_count(2)  # the desk has told all pages that listen
    assert [address for address in fetched if "/talks/" in address] == []
    page.evaluate(hide, False)
    expect(lines).to_have_count(2)
    says(served, conversation, "好的")
    expect(lines).to_have_count(3)


def test_a_ticket_is_answered_moved_and_never_changed_behind_ones_back(served: Served, enter: Enter) -> None:
    number = open_ticket(served, "昨天退的款没到")
    li, wang = enter("li").page, enter("wang").page
    for page in (li, wang):
        page.goto(f"{served.address}/tickets/{number}")
    go_on(li, li.get_by_role("button", name="归我"))
    expect(li.get_by_role("status")).to_contain_text("改好了")
    wang.get_by_role("button", name="归我").click()
    expect(wang.get_by_text("没有生效")).to_be_visible()
    expect(wang.get_by_text("李敏 接了这张工单")).to_be_visible()
    li.get_by_label("常用语").select_option(label="银行还在处理")
    expect(li.get_by_label("写给客户或同事")).to_have_value(re.compile(f"银行还在处理.*凭单号 {number} 找我们"))
    li.get_by_role("button", name="回复并等客户").click()
    expect(li.locator("#messages .line.agent")).to_contain_text("凭单号")
    expect(li.locator("#messages .line.agent")).to_contain_text("正在")  # no Rasa here: it stays in the outbox
    expect(li.get_by_text("等客户", exact=True)).to_be_visible()
    li.get_by_role("button", name="已解决").click()
    expect(li.get_by_text("已解决", exact=True).first).to_be_visible()


def test_what_was_typed_survives_a_refusal_and_goes_when_it_was_sent(served: Served, enter: Enter) -> None:
    number = open_ticket(served, "退款还没到")
    page = enter("li").page
    page.goto(f"{served.address}/tickets/{number}")
    box = page.get_by_label("写给客户或同事")
    box.fill("写了很久的一段话")

    async def close(database: Database) -> None:
        await TicketWork(database).move(number, Status.CLOSED, "user:wang")

    served.do(close)
    go_on(page, page.get_by_role("button", name="回复客户"))
    expect(page.get_by_text("要先重新打开才能回复客户")).to_be_visible()
    go_on(page, page.get_by_role("link", name="回去看最新的"))
    expect(box).to_have_value("写了很久的一段话")
    go_on(page, page.get_by_role("button", name="只记内部备注"))
    expect(page.get_by_role("status").filter(has_text="备注记好了")).to_be_visible()
    expect(box).to_have_value("")
    assert "done=" not in page.url
    box.fill("下一段")
    with page.expect_event("load"):
        page.reload()
    expect(box).to_have_value("下一段")
    assert page.get_by_text("备注记好了").count() == 0


def test_who_comes_back_to_the_queue_finds_what_was_filtered(served: Served, enter: Enter) -> None:
    wanted, other = open_ticket(served, "要回来找的"), open_ticket(served, "不找的")
    page = enter("wang").page
    page.get_by_label("搜索").fill("要回来")
    expect(page.locator(f"#row-{other}")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/\?q="))
    go_on(page, page.locator(f"#row-{wanted}"))
    page.go_back()
    expect(page.locator(f"#row-{wanted}")).to_be_visible()
    expect(page.get_by_label("搜索")).to_have_value("要回来")
    assert page.locator(f"#row-{other}").count() == 0


def test_a_ticket_fits_a_phone_whatever_the_answers_are_called(served: Served, enter: Enter) -> None:
    line = {
        "who": "bot",
        "text": "好",
        "at": 1.0,
        "faq_id": "withdraw_arrival.not_received_after_days",
        "faq_version": "f" * 8,
    }
    number = open_ticket(served, "提现没到", transcript=[line])
    page = enter("li", 390).page
    page.goto(f"{served.address}/tickets/{number}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboards_place_in_the_queue_survives_what_comes_in(served: Served, enter: Enter) -> None:
    number = open_ticket(served, "先来的")
    talk_id, _ = ask(served)
    page = enter("wang").page
    for place in (f"#row-{number}", f"#take-{talk_id}"):
        page.locator(place).focus()
        later = open_ticket(served, "后来的")
        expect(page.locator(f"#row-{later}")).to_be_visible()
        expect(page.locator(place)).to_be_focused()


def test_a_refresh_that_is_under_way_does_not_undo_a_search(served: Served, enter: Enter) -> None:
    number, other = open_ticket(served, "要找的那张"), open_ticket(served, "别的事情")
    page = enter("li").page
    expect(page.locator(".htmx-request")).to_have_count(0)
    held: list[Route] = []
    page.route("**/queue?*", lambda route: held.append(route))
    with page.expect_request("**/queue?q=&*"):  # a refresh, still without the words
        open_ticket(served, "让页面刷新")
    with page.expect_request(re.compile(r"/queue\?q=%")):
        page.get_by_label("搜索").fill("要找的")
    page.unroute("**/queue?*")
    for route in held:  # in the order in which they were asked for
        with suppress(Error):  # the page has given it up
            route.continue_()
        expect(page.locator(".htmx-request")).to_have_count(len(held) - held.index(route) - 1)
    assert page.locator(f"#row-{number}").count() == 1
    assert page.locator(f"#row-{other}").count() == 0
    later = open_ticket(served, "要找的又一张")
    expect(page.locator(f"#row-{later}")).to_be_visible()  # it still refreshes, and with the words
    assert page.locator(f"#row-{other}").count() == 0


def test_without_scripts_everything_still_works(served: Served, browser_of_all: Browser) -> None:
    talk_id, _ = ask(served)
    page = browser_of_all.new_context(java_script_enabled=False, locale="zh-CN").new_page()
    page.goto(f"{served.address}/sign-in?next=/talks/{talk_id}")
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    go_on(page, page.get_by_role("button", name="登录"))
    shown = page.get_by_role("switch").inner_text()
    go_on(page, page.get_by_role("switch"))
    assert page.url == f"{served.address}/talks/{talk_id}" and page.get_by_role("switch").inner_text() != shown
    go_on(page, page.get_by_role("button", name="接起这个对话"))
    page.get_by_label("回复客户").fill("没有脚本也能回")
    go_on(page, page.get_by_role("button", name="发送"))
    expect(page.locator("#lines .line.agent .bubble")).to_have_text("没有脚本也能回")
    assert page.get_by_label("回复客户").input_value() == ""
    page.goto(f"{served.address}/")
    page.get_by_label("搜索").fill("没有这张工单")
    go_on(page, page.get_by_role("button", name="筛选"))
    expect(page.get_by_text("没有符合条件的工单")).to_be_visible()
    page.context.close()


def test_nothing_that_a_customer_writes_runs(served: Served, enter: Enter) -> None:
    said = [
        {"who": HOSTILE, "text": HOSTILE, "at": HOSTILE, "intent": HOSTILE, "faq_id": HOSTILE, "faq_version": HOSTILE}
    ]
    said.append({"who": "customer", "text": HOSTILE, "at": 1.0})
    hostile_ticket = {"order_id": HOSTILE[:64], "time": HOSTILE[:16], "phone": "<i>13812", "transcript": said}
    number = open_ticket(served, HOSTILE, faq_ids=[HOSTILE], **hostile_ticket)
    slots = {name: HOSTILE for name in ("question", "topic", "amount", "time", "order_id", "bank", "<b>x</b>")}
    packet = {"slots": slots, "faq_ids": [HOSTILE], "transcript": said}
    talk_id, conversation = ask(served, packet=packet)
    says(served, conversation, HOSTILE)

    async def more(database: Database) -> str:
        feedback = FeedbackService(database)
        for kind in ("comment", "feedback", "unanswered"):
            new = NewFeedback("post", HOSTILE[:32], "c", kind, uuid.uuid4().hex, text=HOSTILE, faq_id=HOSTILE[:96])
            await feedback.store(new)
        await NoticeService(database).switch_on("post", HOSTILE, ["refund"])
        return (await Attachments(database).add(number, f"{HOSTILE}.png", PNG, "customer")).id

    picture = served.do(more)
    screen = enter("zhao")
    page = screen.page
    shown = ("/", f"/tickets/{number}", f"/talks/{talk_id}", "/feedback", "/dashboard", "/notices")
    places = [*((place, True) for place in shown), ("/deliveries", False), (f"/?q={HOSTILE}", False)]
    for place, shows in places:
        page.goto(served.address + place)
        for detail in page.locator("details").all():
            detail.evaluate("element => { element.open = true; }")
        if shows:
            expect(page.get_by_text("<img src=x onerror=").first).to_be_visible()
    page.goto(f"{served.address}/talks/{talk_id}")
    go_on(page, page.get_by_role("button", name="接起这个对话"))
    says(served, conversation, HOSTILE)  # comes in live
    expect(page.locator("#lines .line")).to_have_count(3)
    assert page.evaluate("window.owned") is None
    assert page.locator("main img[src='x'], main script").count() == 0
    assert screen.complaints == []
    answer = page.request.get(f"{served.address}/attachments/{picture}")
    assert answer.headers["content-type"] == "image/png" and "sandbox" in answer.headers["content-security-policy"]


def test_the_figures_are_drawn_and_exported(served: Served, enter: Enter) -> None:
    screen = enter("chen")
    page = screen.page
    page.get_by_role("link", name="数据").click()
    for name in ("每天的会话", "机器人办完的比例", "每天的新工单", "评分"):
        expect(page.get_by_role("img", name=name)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    today = datetime.now(timezone(timedelta(hours=8))).date().isoformat()
    assert text.splitlines()[0].startswith("日期,消息,会话") and text.splitlines()[-1].startswith(today)
    assert screen.complaints == []


def test_a_keyboard_is_enough(served: Served, enter: Enter) -> None:
    page = enter("sun").page
    page.goto(f"{served.address}/notices")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到内容")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("品牌")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("银行卡充值维护中，请用余额付款。")
    page.get_by_role("button", name="打开公告").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("公告已打开")
    expect(page.get_by_text("银行卡充值维护中，请用余额付款。")).to_be_visible()
