"""Pictures: chosen, shown, sent, taken back, refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.e2e.talk import eventually
from tests.widget_chat import Chat
from tests.widget_server import FakeServer, png

pytestmark = pytest.mark.browser

Visit = Callable[..., Chat]

KEPT = """() => new Promise((done) => {
    const opening = indexedDB.open("kefu", 1);
    opening.onsuccess = () => {
        const { result } = opening;
        const keys = result.transaction("images").objectStore("images").getAllKeys();
        keys.onsuccess = () => (result.close(), done(keys.result));
    };
})"""


def attach(chat: Chat) -> None:
    """Choose a picture and send it."""
    picture = {"name": "收据.png", "mimeType": "image/png", "buffer": png()}
    chat.page.get_by_label("发送图片").last.set_input_files(picture)  # type: ignore[arg-type]
    expect(chat.page.locator("kefu-chat .preview canvas")).to_be_visible()
    chat.page.get_by_role("button", name="发送", exact=True).click()


def test_an_image_with_preview_survives_a_reload(visit: Visit, server: FakeServer, tmp_path: Path) -> None:
    path = tmp_path / "收据.png"
    path.write_bytes(png(400, 300))
    chat = visit().open()
    chat.say("看图")
    chat.hears("收到：看图")
    server.fail("/uploads", *["drop"] * 100)
    chat.page.get_by_label("发送图片").last.set_input_files(path)
    expect(chat.page.locator("kefu-chat .preview canvas")).to_be_visible()
    chat.page.get_by_role("button", name="发送", exact=True).click()
    expect(chat.mine.last.locator("canvas")).to_be_visible()
    chat.page.reload()
    expect(chat.mine.last.locator("canvas")).to_be_visible()
    server.faults.clear()
    expect(chat.mine.last).to_contain_text("已送达")
    assert [data for data, _ in server.uploads.values()] == [path.read_bytes()]
    chat.page.reload()  # now from the server
    expect(chat.mine.last.locator("canvas")).to_have_attribute("width", "400")
    chat.mine.last.get_by_role("button", name="放大图片").click()
    expect(chat.page.get_by_role("dialog", name="图片")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog", name="图片")).to_have_count(0)
    expect(chat.panel).to_be_visible()
    expect(chat.mine.last.locator("canvas")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(2000, 2000), (1000, 600)])
def test_a_heavy_photo_is_made_lighter(visit: Visit, server: FakeServer, width: int, height: int) -> None:
    chat = visit().open()
    chat.page.evaluate(
        """async ([width, height]) => {  // noise does not compress: some 12 MB of PNG, which is too much, or 1.8 MB
            const canvas = Object.assign(document.createElement("canvas"), { width, height });
            const noise = new ImageData(width, height);
            const { data } = noise;
            for (let i = 0; i < data.length; i += 65536) crypto.getRandomValues(data.subarray(i, i + 65536));
            for (let i = 3; i < data.length; i += 4) data[i] = 255;
            canvas.getContext("2d").putImageData(noise, 0, 0);
            const blob = await new Promise((done) => canvas.toBlob(done));
            const files = new DataTransfer();
            files.items.add(new File([blob], "photo.png", { type: "image/png" }));
            const chooser = document.querySelector("kefu-chat").shadowRoot.querySelector("input[type=file]");
            chooser.files = files.files;
            chooser.dispatchEvent(new Event("change"));
        }""",
        [width, height],
    )
    expect(chat.page.locator("kefu-chat .preview canvas")).to_be_visible()
    chat.page.get_by_role("button", name="发送", exact=True).click()
    expect(chat.mine.last).to_contain_text("已送达")
    [(data, kind)] = server.uploads.values()
    assert kind == "image/jpeg"
    assert len(data) <= (5 if width == 2000 else 1.5) * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [("a.pdf", b"%PDF-1.7", "只能发 PNG"), ("a.png", b"not an image", "打不开")],
)
def test_what_is_no_image_is_refused(
    visit: Visit, server: FakeServer, tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    (tmp_path / name).write_bytes(content)
    chat = visit().open()
    chat.page.get_by_label("发送图片").last.set_input_files(tmp_path / name)
    expect(chat.panel).to_contain_text(complaint)
    assert server.uploads == {}


def test_of_two_choices_the_later_counts(visit: Visit, server: FakeServer, context: BrowserContext) -> None:
    context.add_init_script(
        """const decode = window.createImageBitmap; // a large picture takes longer than a small one
        window.createImageBitmap = async (blob) => {
            if (blob.size > 1000) await new Promise((done) => { window.goOn = done });
            return decode(blob);
        }"""
    )
    chat = visit().open()
    chooser = chat.page.get_by_label("发送图片").last
    large = png(400, 300) + bytes(2000)
    chooser.set_input_files({"name": "large.png", "mimeType": "image/png", "buffer": large})
    eventually(lambda: chat.page.evaluate("'goOn' in window"))
    chooser.set_input_files({"name": "small.png", "mimeType": "image/png", "buffer": png()})
    preview = chat.page.locator("kefu-chat .preview canvas")
    expect(preview).to_have_attribute("width", "40")
    chat.page.evaluate("goOn()")
    chat.page.get_by_role("button", name="发送", exact=True).click()
    expect(chat.mine.last).to_contain_text("已送达")
    assert [data for data, _ in server.uploads.values()] == [png()]


def test_a_picture_on_its_way_can_be_taken_back(visit: Visit, server: FakeServer) -> None:
    chat = visit().open()
    server.fail("/uploads", "hang")
    attach(chat)
    eventually(lambda: server.hanging == 1)
    chat.say("图片之后的话")
    assert len(chat.page.evaluate(KEPT)) == 1
    chat.press("不发了")
    chat.hears("收到：图片之后的话")
    expect(chat.mine).to_have_count(1)
    assert chat.page.evaluate(KEPT) == []
    assert server.uploads == {}
    chat.page.reload()
    expect(chat.bubbles).to_have_text(["图片之后的话", "收到：图片之后的话"])


def test_an_upload_that_makes_no_progress_is_begun_again(visit: Visit, server: FakeServer) -> None:
    chat = visit()
    chat.page.clock.install()
    chat.page.reload()
    chat.open()
    server.fail("/uploads", "hang")
    attach(chat)
    eventually(lambda: server.hanging == 1)

    def is_begun_again() -> bool:
        chat.page.clock.fast_forward(30_000)
        return bool(server.attempts)

    eventually(is_begun_again)
    expect(chat.mine.last).to_contain_text("已送达")
    assert [data for data, _ in server.uploads.values()] == [png()]
