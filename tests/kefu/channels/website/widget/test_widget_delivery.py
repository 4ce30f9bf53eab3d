"""No message is lost and none is doubled, whatever happens on the way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.talk import eventually
from tests.widget_chat import Chat
from tests.widget_server import FakeServer

pytestmark = pytest.mark.browser

Visit = Callable[..., Chat]


def test_a_question_is_answered(visit: Visit, server: FakeServer, errors: list[str]) -> None:
    chat = visit().open()
    chat.say("退款多久到账")
    chat.hears("收到：退款多久到账")
    assert server.turns == ["退款多久到账"]
    assert errors == []


def test_no_session_and_no_stream_before_the_chat_is_opened(visit: Visit, server: FakeServer) -> None:
    chat = visit()
    expect(chat.launcher).to_be_visible()
    assert server.talks == {}
    chat.open()
    chat.say("在吗")
    chat.hears("收到：在吗")
    assert len(server.talks) == 1


@pytest.mark.parametrize("faults", [["lose"], ["drop"], [500], [503, "lose", 500]])
def test_a_message_of_unknown_fate_is_sent_again_by_itself(visit: Visit, server: FakeServer, faults: list) -> None:
    chat = visit().open()
    server.fail("/messages", *faults)
    chat.say("提现手续费多少")
    expect(chat.bubbles).to_have_text(["提现手续费多少", "收到：提现手续费多少"])
    assert server.turns == ["提现手续费多少"]
    assert len({message_id for _, message_id in server.attempts}) == 1


def test_order_is_kept_through_failures(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    server.fail("/messages", 500, "drop")
    for text in ("一", "二", "三", "四"):
        chat.say(text)
    chat.hears("收到：四")
    assert server.turns == ["一", "二", "三", "四"]
    expect(chat.mine.locator(".bubble")).to_have_text(["一", "二", "三", "四"])


def test_too_many_requests_are_repeated_when_the_server_says(visit: Visit, server: FakeServer) -> None:
    chat = visit()
    chat.page.clock.install()
    chat.page.reload()
    chat.open()
    server.fail("/messages", 429, retry_after=600)
    chat.say("查账单")
    expect(chat.mine.last).to_contain_text("稍后自动补发")
    chat.say("快点")  # does not jump the queue
    chat.page.clock.fast_forward(500_000)
    assert server.attempts == []
    chat.page.clock.fast_forward(200_000)
    chat.hears("收到：快点")
    assert server.turns == ["查账单", "快点"]
    assert len(server.attempts) == 2  # the refused one did not reach the handler


def test_a_refused_message_says_why_and_holds_up_nothing(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    server.fail("/messages", 413)
    chat.say("太长的一条")
    chat.say("下一条")
    chat.hears("收到：下一条")
    failed = chat.mine.filter(has_text="太长的一条")
    expect(failed).to_contain_text("没有发出去：故障413")
    failed.get_by_role("button", name="重发").click()
    chat.hears("收到：太长的一条")
    expect(failed).not_to_contain_text("没有发出去")


def test_a_refused_message_can_be_dropped(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    server.fail("/messages", 400)
    chat.say("不发了")
    chat.mine.get_by_role("button", name="删除").click()
    expect(chat.mine).to_have_count(0)
    chat.page.reload()
    expect(chat.panel).to_be_visible()
    expect(chat.mine).to_have_count(0)


def test_what_is_written_offline_is_sent_on_return(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    chat = visit().open()
    chat.say("先问一句")
    chat.hears("收到：先问一句")
    context.set_offline(True)
    expect(chat.page.get_by_text("网络断了")).to_be_visible()
    expect(chat.page.get_by_text("智能客服在线")).to_have_count(0)
    chat.say("电梯里写的")
    expect(chat.mine.last).to_contain_text("稍后自动补发")
    context.set_offline(False)
    chat.hears("收到：电梯里写的")
    expect(chat.page.get_by_text("网络断了")).to_be_hidden()
    assert server.turns == ["先问一句", "电梯里写的"]


def test_what_waits_survives_a_reload(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    server.fail("/messages", *["drop"] * 100)
    chat.say("第一条")
    chat.say("第二条")
    expect(chat.mine).to_have_count(2)
    chat.page.reload()
    expect(chat.mine.locator(".bubble")).to_have_text(["第一条", "第二条"])
    server.faults.clear()
    chat.hears("收到：第二条")
    assert server.turns == ["第一条", "第二条"]


def test_server_killed_between_question_and_answer(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda text: []
    chat = visit().open()
    chat.say("余额不对")
    expect(chat.mine.last).to_contain_text("已送达")
    server.stop()
    expect(chat.page.get_by_text("正在重连")).to_be_visible()
    chat.say("还在吗")
    server.start()
    expect(chat.page.get_by_text("正在重连")).to_be_hidden()
    server.say({"text": "请看交易记录。"})
    chat.hears("请看交易记录。")
    expect(chat.bubbles).to_have_text(["余额不对", "还在吗", "请看交易记录。"])
    assert server.turns == ["余额不对", "还在吗"]


def test_a_broken_stream_goes_on_where_it_stopped(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.break_streams()
    server.say({"text": "断开时说的"})
    chat.hears("断开时说的")
    expect(chat.bubbles).to_have_count(3)


SLEPT = "() => { const now = Date.now; Date.now = () => now() + 60_000 }"


@pytest.mark.parametrize("event", ["visibilitychange", "online"])
def test_a_stream_that_died_unnoticed_is_replaced_at_once(visit: Visit, server: FakeServer, event: str) -> None:
    """After a sleep, or in another network, the browser still takes it for open."""
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.mute_streams()
    server.say({"text": "睡着的时候"})
    if event == "online":
        chat.page.evaluate("dispatchEvent(new Event('online'))")
    else:
        chat.page.evaluate(SLEPT)
        chat.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(chat.bubbles).to_have_text(["你好", "收到：你好", "睡着的时候"])  # 40 s of silence would do it as well


def test_what_waits_can_be_taken_back_in_all_tabs(visit: Visit, server: FakeServer) -> None:
    first, second = visit().open(), visit().open()
    first.say("先说一句")
    second.hears("收到：先说一句")
    server.fail("/messages", *["drop"] * 1000)
    first.say("写错了")
    expect(second.mine).to_have_count(2)
    first.press("不发了")
    for chat in (first, second):
        expect(chat.mine).to_have_count(1)
    server.faults.clear()
    first.say("写对了")
    second.hears("收到：写对了")
    for chat in (first, second):
        expect(chat.bubbles).to_have_text(["先说一句", "收到：先说一句", "写对了", "收到：写对了"])
    assert server.turns == ["先说一句", "写对了"]


def test_more_than_the_server_takes_is_cut(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("长" * 20_000)
    chat.hears("收到：长")
    [sent] = server.turns
    assert len(sent) > 2000
    assert len(sent.encode()) < 16 * 1024


def test_a_line_that_comes_twice_is_shown_once(visit: Visit, server: FakeServer) -> None:
    server.repeats = 2
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.say({"text": "最后一句"})
    chat.hears("最后一句")
    expect(chat.bubbles).to_have_text(["你好", "收到：你好", "最后一句"])


def test_a_session_that_ended_is_replaced_and_the_message_arrives(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("旧会话")
    chat.hears("收到：旧会话")
    server.talks.clear()
    chat.say("新会话")
    expect(chat.bubbles).to_have_text(["新会话", "收到：新会话"])
    assert server.turns == ["旧会话", "新会话"]


def test_two_tabs_stay_in_step(visit: Visit, server: FakeServer) -> None:
    first, second = visit().open(), visit().open()
    first.say("从第一个窗口问")
    for chat in (first, second):
        expect(chat.bubbles).to_have_text(["从第一个窗口问", "收到：从第一个窗口问"])
    second.say("从第二个窗口问")
    for chat in (first, second):
        chat.hears("收到：从第二个窗口问")
        expect(chat.bubbles).to_have_count(4)
    assert len(server.talks) == 1
    assert server.turns == ["从第一个窗口问", "从第二个窗口问"]


def test_another_tab_sends_what_a_closed_one_left(visit: Visit, server: FakeServer) -> None:
    first, second = visit().open(), visit().open()
    first.say("先说一句")
    second.hears("收到：先说一句")
    server.fail("/messages", *["drop"] * 100)
    first.say("没来得及发")
    expect(second.mine.last).to_contain_text("没来得及发")
    first.page.close()
    server.faults.clear()
    second.page.reload()
    second.hears("收到：没来得及发")
    assert server.turns == ["先说一句", "没来得及发"]


def test_of_hidden_tabs_one_listens(visit: Visit, server: FakeServer) -> None:
    tabs = [visit().open() for _ in range(3)]
    tabs[0].say("你好")
    for tab in tabs:
        tab.hears("收到：你好")
    assert server.streams == 3
    turn = """state => {
        Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    for tab in tabs:
        tab.page.evaluate(turn, "hidden")
    eventually(lambda: server.streams == 1)
    server.say({"text": "没人看的时候"})
    for tab in tabs:
        tab.page.evaluate(turn, "visible")
        tab.hears("没人看的时候")
        expect(tab.bubbles).to_have_count(3)
    assert server.streams == 3


def test_history_on_return_and_on_scrolling_up(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    server.say(*[{"text": f"第{number}句"} for number in range(3, 131)])
    chat.hears("第130句")
    chat.page.reload()
    expect(chat.bubbles).to_have_count(50)
    expect(chat.bubbles.last).to_be_in_viewport()
    for expected in (100, 130):
        place = chat.bubbles.first
        text = place.inner_text()
        chat.log.evaluate("log => { log.scrollTop = 0 }")
        expect(chat.bubbles).to_have_count(expected)
        expect(chat.bubbles.filter(has_text=re.compile(f"^{text}$"))).to_be_in_viewport()
    assert chat.bubbles.all_inner_texts()[:3] == ["你好", "收到：你好", "第3句"]


def test_many_lines_that_come_together_are_shown_together(
    visit: Visit, server: FakeServer, context: BrowserContext
) -> None:
    """Each showing costs as much as the conversation is long."""
    context.add_init_script(
        """window.shown = 0;
        const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, "scrollTop");
        const counted = { get, set(top) { window.shown++; set.call(this, top) } };
        Object.defineProperty(Element.prototype, "scrollTop", counted);"""
    )
    chat = visit().open()
    chat.say("你好")
    chat.hears("收到：你好")
    before = chat.page.evaluate("shown")
    server.say(*[{"text": f"第{number}句"} for number in range(200)])
    chat.hears("第199句")
    assert chat.page.evaluate("shown") - before < 50


def test_a_draft_survives_a_reload_in_mid_form(visit: Visit, server: FakeServer) -> None:
    server.answer = lambda text: [{"text": "出问题的时间是什么时候？"}]
    chat = visit().open()
    chat.say("登记")
    chat.hears("什么时候")
    chat.box.fill("昨天下午三")
    chat.page.reload()
    expect(chat.panel).to_be_visible()
    expect(chat.box).to_have_value("昨天下午三")
    chat.hears("什么时候")


def test_a_browser_that_forbids_storage_still_talks(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    chat = visit().open()
    chat.say("隐私模式")
    chat.hears("收到：隐私模式")
    assert server.turns == ["隐私模式"]


def test_on_a_slow_line(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    page = context.new_page()
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
    context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    page.goto(server.url)
    chat = Chat(page)
    expect(chat.launcher).to_be_visible()
    chat.open()
    chat.say("网速慢")
    chat.hears("收到：网速慢")
    assert server.turns == ["网速慢"]
