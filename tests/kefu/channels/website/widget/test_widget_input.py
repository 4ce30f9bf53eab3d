"""Writing: Chinese input methods, keyboard only, paste."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.widget_chat import Chat
from tests.widget_server import FakeServer, png

pytestmark = pytest.mark.browser

Visit = Callable[..., Chat]


def test_enter_that_confirms_a_candidate_does_not_send(
    visit: Visit, server: FakeServer, context: BrowserContext
) -> None:
    chat = visit().open()
    chat.box.focus()
    ime = context.new_cdp_session(chat.page)
    ime.send("Input.imeSetComposition", {"text": "tuikuan", "selectionStart": 7, "selectionEnd": 7})
    for kind in ("rawKeyDown", "keyUp"):  # as browsers report a key that the input method takes
        key = {"type": kind, "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
        ime.send("Input.dispatchKeyEvent", key)
    ime.send("Input.insertText", {"text": "退款"})
    expect(chat.box).to_have_value("退款")
    assert server.turns == []
    chat.page.evaluate("new Promise((done) => setTimeout(done, 60))")  # faster than this is the same press
    chat.page.keyboard.press("Enter")
    chat.hears("收到：退款")
    assert server.turns == ["退款"]


@pytest.mark.parametrize(
    "events",
    [
        ["start", {"isComposing": True, "keyCode": 13}, "end"],  # Chromium, Firefox
        ["start", {"keyCode": 229}, "end"],  # older Chromium
        ["start", "end", {"keyCode": 229}],  # Safari ends the composition before the key
        ["start", "end", {"keyCode": 13}],  # some input methods on a Mac: the same press, without any sign
    ],
)
def test_every_browsers_order_of_events(visit: Visit, server: FakeServer, events: list) -> None:
    chat = visit().open()
    chat.box.fill("收不到验证码")
    chat.box.evaluate(
        """(box, events) => {
            let moment;
            for (const event of events) {
                if (typeof event === "string") {
                    const composed = new CompositionEvent(`composition${event}`);
                    moment = composed.timeStamp;
                    box.dispatchEvent(composed);
                } else {
                    const options = { key: "Enter", bubbles: true, composed: true, cancelable: true, ...event };
                    const pressed = new KeyboardEvent("keydown", options);
                    // The same moment as the last composition event's, however busy the machine is.
                    Object.defineProperty(pressed, "timeStamp", { value: moment });
                    box.dispatchEvent(pressed);
                }
            }
        }""",
        events,
    )
    chat.box.press("End")
    assert server.turns == []
    expect(chat.box).to_have_value("收不到验证码")


def test_escape_during_composition_closes_the_candidates_only(visit: Visit) -> None:
    chat = visit().open()
    chat.box.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'Escape', isComposing: true, bubbles: true, composed: true, cancelable: true }))"
    )
    expect(chat.panel).to_be_visible()


def test_shift_enter_is_a_new_line_and_the_box_grows(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    low = chat.box.bounding_box()
    chat.box.press_sequentially("第一行")
    chat.page.keyboard.press("Shift+Enter")
    chat.box.press_sequentially("第二行")
    high = chat.box.bounding_box()
    assert low and high and high["height"] > low["height"]
    chat.page.keyboard.press("Enter")
    chat.hears("收到：第一行")
    assert server.turns == ["第一行\n第二行"]
    again = chat.box.bounding_box()
    assert again and again["height"] == low["height"]


def test_nothing_but_blanks_is_not_sent(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    chat.say(" \n\t　")
    chat.say("有字")
    chat.hears("收到：有字")
    assert server.turns == ["有字"]


def test_too_long_is_said_before_sending(visit: Visit) -> None:
    chat = visit().open()
    chat.box.fill("长" * 2001)
    expect(chat.panel).to_contain_text("超过 2000 字")
    chat.box.fill("短")
    expect(chat.panel).not_to_contain_text("超过 2000 字")


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_pasted_or_dropped_image(visit: Visit, server: FakeServer, kind: str) -> None:
    chat = visit().open()
    chat.box.evaluate(
        """(box, [kind, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "截图.png", { type: "image/png" }));
            const event = kind === "paste"
                ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
                : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            box.dispatchEvent(event);
        }""",
        [kind, list(png())],
    )
    expect(chat.page.locator("kefu-chat .preview canvas")).to_be_visible()
    chat.box.fill("这是截图")
    chat.page.keyboard.press("Enter")
    chat.hears("收到：这是截图")
    assert [data for data, _ in server.uploads.values()] == [png()]
    assert [line.get("text") for line in server.lines] == [None, "这是截图", "收到：这是截图"]


def test_cells_of_a_spreadsheet_are_pasted_as_text(visit: Visit) -> None:
    chat = visit().open()
    is_left_to_the_browser = chat.box.evaluate(
        """(box, bytes) => {
            const data = new DataTransfer();
            data.setData("text/plain", "2026-11-26 350元");
            data.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
            const options = { clipboardData: data, bubbles: true, cancelable: true };
            return box.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        list(png()),
    )
    assert is_left_to_the_browser
    expect(chat.page.locator("kefu-chat .preview canvas")).to_have_count(0)


@pytest.mark.parametrize(("name", "kind"), [("收据.png", "image/png"), ("流水.pdf", "application/pdf")])
def test_a_file_dropped_anywhere_on_the_window_never_leaves_the_page(visit: Visit, name: str, kind: str) -> None:
    chat = visit().open()
    was_taken = chat.log.evaluate(
        """(log, [name, type, bytes]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], name, { type }));
            const over = new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true });
            const drop = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
            return [over, drop].map((event) => !log.dispatchEvent(event));
        }""",
        [name, kind, list(png())],
    )
    assert was_taken == [True, True]
    if kind == "image/png":
        expect(chat.page.locator("kefu-chat .preview canvas")).to_be_visible()
    else:
        expect(chat.panel).to_contain_text("只能发 PNG")


def test_keyboard_only(visit: Visit, server: FakeServer) -> None:
    menu = {"text": "选一个", "buttons": [{"title": "转人工", "payload": "qr.1"}]}
    server.answer = lambda text: [menu if text == "你好" else {"text": "马上来"}]
    chat = visit()
    expect(chat.launcher).to_be_visible()
    chat.launcher.focus()
    chat.page.keyboard.press("Enter")
    expect(chat.box).to_be_focused()
    chat.page.keyboard.type("你好")
    chat.page.keyboard.press("Enter")
    chat.hears("选一个")
    chat.page.keyboard.press("Shift+Tab")  # image button
    chat.page.keyboard.press("Shift+Tab")
    expect(chat.log.get_by_role("button", name="转人工")).to_be_focused()
    chat.page.keyboard.press("Enter")
    expect(chat.mine).to_have_count(2)
    expect(chat.box).to_be_focused()
    chat.hears("马上来")
    assert server.turns == ["你好", "qr.1"]
    chat.page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()
