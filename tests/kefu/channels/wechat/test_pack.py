"""From lines of the log to messages."""

from datetime import datetime, timezone
from typing import Any

from kefu.channels.log import AGENT, BOT, CUSTOMER, Logged
from kefu.channels.wechat.pack import NO_PICTURE, TRANSFER_AGAIN, choice_of, pack
from kefu.channels.wechat.split import LIMIT, size

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)


def log(*lines: tuple[str, dict[str, Any]]) -> list[Logged]:
    return [
        Logged(seq, who, body, "id" if who == CUSTOMER else body.pop("id", None), NOW)
        for seq, (who, body) in enumerate(lines, start=1)
    ]


def buttons(*titles: str) -> list[dict[str, str]]:
    return [{"title": title, "payload": f"qr.{title}"} for title in titles]


def test_what_the_customer_said_is_not_sent_back() -> None:
    assert pack(log((CUSTOMER, {"text": "你好"})), 0, 0, "passive") is None
    assert pack([], 0, 0, "api") is None


def test_lines_are_joined_up_to_the_limit_and_all_come() -> None:
    lines = log((CUSTOMER, {"text": "?"}), *((BOT, {"text": f"{n}" + "钱" * 250}) for n in range(6)))
    seq = part = 0
    texts = []
    while packed := pack(lines, seq, part, "api"):
        assert size(packed.text) <= LIMIT
        texts.append(packed.text)
        seq, part = packed.to_seq, packed.to_part
        assert packed.has_more is (seq < 7)
    assert "".join(texts).replace("\n", "") == "".join(f"{n}" + "钱" * 250 for n in range(6))
    assert len(texts) == 3


def test_a_long_line_goes_on_where_it_stopped() -> None:
    lines = log((BOT, {"text": "钱。" * 700, "buttons": buttons("好")}))
    first = pack(lines, 0, 0, "passive")
    assert first is not None and (first.to_seq, first.has_more) == (0, True) and first.to_part > 0
    assert "1 好" not in first.text
    rest = first
    while rest.has_more:
        following = pack(lines, rest.to_seq, rest.to_part, "passive")
        assert following is not None
        rest = following
    assert (rest.to_seq, rest.to_part) == (1, 0)
    assert rest.text.endswith("1 好\n（回复数字选择）")


def test_choices_are_numbered_through_a_turn_and_only_the_newest_are_open() -> None:
    lines = log(
        (BOT, {"text": "旧", "buttons": buttons("旧的")}),
        (CUSTOMER, {"text": "?"}),
        (BOT, {"text": "甲", "buttons": buttons("一", "二")}),
        (BOT, {"text": "乙", "buttons": buttons("三")}),
    )
    first = pack(lines, 0, 0, "passive")
    assert first is not None and first.text == "旧\n\n甲\n\n1 一\n2 二\n（回复数字选择）"
    second = pack(lines, first.to_seq, first.to_part, "passive")
    assert second is not None and second.text == "乙\n\n3 三\n（回复数字选择）"
    menu = pack(lines, 3, 0, "api")
    assert menu is not None and (menu.kind, menu.text) == ("msgmenu", "乙")
    assert choice_of(lines[3], menu.choices[0].id) == {"title": "三", "payload": "qr.三"}
    assert choice_of(lines[3], "4.9") is None and choice_of(lines[3], "4.x") is None


def test_a_numbered_menu_is_not_numbered_again() -> None:
    lines = log((BOT, {"text": "请选：\n1 退款\n0 人工", "buttons": buttons("1 退款", "0 人工")}))
    passive, api = pack(lines, 0, 0, "passive"), pack(lines, 0, 0, "api")
    assert passive is not None and passive.text == "请选：\n1 退款\n0 人工"
    assert api is not None and (api.text, [one.title for one in api.choices]) == ("请选：", ["1 退款", "0 人工"])


def test_people_are_named_and_pictures_pointed_at() -> None:
    lines = log((AGENT, {"text": "好的", "agent": "小王", "id": "p1"}), (AGENT, {"image": "uploads/1", "id": "p2"}))
    packed = pack(lines, 0, 0, "api")
    assert packed is not None and packed.text == f"【小王】好的\n\n{NO_PICTURE}"


def test_a_transfer_goes_alone_and_only_passively() -> None:
    lines = log((BOT, {"text": "正在转接", "custom": {"transfer": True}, "id": "t"}))
    passive, api = pack(lines, 0, 0, "passive"), pack(lines, 0, 0, "api")
    assert passive is not None and passive.kind == "transfer"
    assert api is not None and (api.kind, api.text) == ("text", TRANSFER_AGAIN), (
        "the API can't transfer, and does not say so"
    )


def test_what_stands_before_a_transfer_goes_before_it() -> None:
    transfer = {"text": "正在转接", "custom": {"transfer": True}, "id": "t"}
    lines = log(
        (BOT, {"text": "一"}), (BOT, {"text": "二"}), (BOT, {**transfer}), (BOT, transfer), (BOT, {"text": "三"})
    )
    for way in ("passive", "bare", "ahead"):
        first = pack(lines, 0, 0, way)
        assert first is not None and (first.kind, first.text) == ("text", "一\n\n二")
        assert first.is_before_transfer and first.has_more is (way != "ahead")
    assert pack(lines, 2, 0, "ahead") is None and pack(lines[:2], 0, 0, "ahead") is None
    then = pack(lines, 2, 0, "bare")
    assert then is not None and (then.kind, then.to_seq) == ("transfer", 4), "asked for twice, transferred once"


def test_what_no_channel_can_write_is_left_out() -> None:
    """The API refuses an empty text, and then all behind it would wait."""
    packed = pack(log((BOT, {"text": "\x07\x00"}), (BOT, {"text": "您\x08好"})), 0, 0, "api")
    assert packed is not None and packed.text == "您好"
