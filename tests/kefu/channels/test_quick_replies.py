"""Quick replies: sealed for one conversation, pressed by click, by title or by number."""

import pytest

from kefu.channels.quick_replies import resolve, seal_buttons, spoken, typed

BUTTONS = [{"title": "已解决", "payload": "/affirm"}, {"title": "没解决", "payload": "/deny"}]


def test_the_customer_sees_no_command_and_gets_it_back() -> None:
    sealed = seal_buttons("web-1", BUTTONS)
    assert [button["title"] for button in sealed] == ["已解决", "没解决"]
    assert not any(button["payload"].startswith("/") for button in sealed)
    assert resolve("web-1", sealed[1]["payload"]) == ("/deny", "没解决")


def test_a_button_of_another_conversation_is_only_text() -> None:
    assert resolve("web-2", seal_buttons("web-1", BUTTONS)[0]["payload"]) is None


@pytest.mark.parametrize("text", ["/deny", "qr.", "qr.x.y", "没解决", "qr." + "a" * 10_000])
def test_forged_ids_are_only_text(text: str) -> None:
    assert resolve("web-1", text) is None


@pytest.mark.parametrize(("text", "expected"), [("没解决", 1), (" 2 ", 1), ("1", 0)])
def test_typed_title_or_number_presses(text: str, expected: int) -> None:
    assert typed(BUTTONS, text) == BUTTONS[expected]["payload"]


@pytest.mark.parametrize("text", ["0", "3", "12", "没", "", "²", "350"])
def test_other_text_presses_nothing(text: str) -> None:
    assert typed(BUTTONS, text) is None


@pytest.mark.parametrize(
    ("text", "pressed"),
    [("第二个", "b"), ("选第1个", "a"), ("就第二项吧", "b"), ("第三个", None), ("第二天到的", None)],
)
def test_an_ordinal_presses_in_a_list_to_choose_from(text: str, pressed: str | None) -> None:
    options = [{"title": title, "payload": title} for title in ("a", "b", "没解决", "转人工")]
    assert typed(options, text) == pressed
    assert typed([*options, {"title": "已解决", "payload": "c"}], text) is None


@pytest.mark.parametrize(("text", "stars"), [("5分", 5), ("四星吧", 4), ("非常满意", 5), ("2", 2), ("3星 太慢", None)])
def test_stars_in_words_press_where_they_are_asked_for(text: str, stars: int | None) -> None:
    asked = [{"title": str(number), "payload": f"p{number}"} for number in range(1, 6)]
    assert typed(asked, text) == (f"p{stars}" if stars else None)
    assert text == "2" or typed(BUTTONS, text) is None


@pytest.mark.parametrize(
    "text",
    [
        "登记",
        "登记吧",
        "还是登记吧。",
        "那帮我登记一下",
        "我要登记",
        "给我开个工单",
        "等记",
        "等记吧",
        "等等,还是要登记",
    ],
)
def test_asking_to_register_needs_no_button(text: str) -> None:
    assert spoken(text) == "/open_ticket"


@pytest.mark.parametrize(
    "text", ["", "不登记了", "登记的号怎么改", "登记了吗", "登记要多久", "等记录", "结婚登记", "帮我登记一个投诉"]
)
def test_other_words_about_registering_are_no_command(text: str) -> None:
    assert spoken(text) is None


MENU = [{"title": title, "payload": title} for title in ("1 注册", "2 付款", "9 返回", "0 人工")]


@pytest.mark.parametrize(
    ("text", "pressed"),
    [("二", "2 付款"), ("按0", "0 人工"), ("零", "0 人工"), ("九", "9 返回"), ("选 2", "2 付款"), ("三", None)],
)
def test_keys_of_a_menu_in_words(text: str, pressed: str | None) -> None:
    assert typed(MENU, text) == pressed
    assert typed(BUTTONS, "二") is None, "no menu"
