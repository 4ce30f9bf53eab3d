"""Which lines are one turn, and that nothing personal slips through between two lines."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from kefu.channels.inbox import Stored
from kefu.channels.joining import joined, masked_again, next_turn
from kefu.channels.message import Inbound
from kefu.channels.prepare import Prepared, prepare
from kefu.sealing import unseal

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def line(text: str, at: float = 0.0, pressed: bool = False) -> Stored:
    prepared = Prepared("/deny", text, pressed=True) if pressed else prepare(text, 2000)
    message = Inbound("website", "web-1", prepared.original, message_id=f"{at}:{text[:3]}")
    return Stored(message, prepared, START + timedelta(seconds=at))


def texts(turn: list[Stored]) -> list[str]:
    return [stored.prepared.original for stored in turn]


def test_lines_that_come_close_together_are_one_turn() -> None:
    waiting = [line("你好", 0), line("我的钱", 0.9), line("没到账", 1.8), line("喂", 9)]
    assert texts(next_turn(waiting, 1.0)) == ["你好", "我的钱", "没到账"]
    assert joined(waiting[:3]).text == "你好\n我的钱\n没到账"


def test_another_try_is_not_joined_by_what_the_first_could_not_wait_for() -> None:
    waiting = [line("我的卡", 0), line("丢了", 0.5), line("尾号8888", 1.7)]
    assert len(next_turn(waiting, 1.0)) == 3
    assert len(next_turn([replace(one, tries=1) for one in waiting], 1.0)) == 2


@pytest.mark.parametrize(
    ("waiting", "expected"),
    [
        ([line("没解决", 0, pressed=True), line("还是不行", 0.1)], 1),
        ([line("还是不行", 0), line("没解决", 0.1, pressed=True)], 1),
        ([line(str(n), n / 10) for n in range(8)], 5),
        ([line("长" * 1500, 0), line("长" * 1500, 0.1)], 1),
        ([line("一个", 0)], 1),
    ],
)
def test_what_is_not_joined(waiting: list[Stored], expected: int) -> None:
    assert len(next_turn(waiting, 1.0)) == expected


def test_joining_can_be_switched_off() -> None:
    assert len(next_turn([line("你好", 0), line("在吗", 0)], 0)) == 1


CARD = [line("卡号6222020200", 0), line("112233445好了", 0.1)]
PHONE = [line("打我电话1381234", 0), line("5678", 0.1)]


@pytest.mark.parametrize("turn", [CARD, PHONE])
def test_a_number_over_two_lines_is_masked_in_the_turn_and_in_each_line(turn: list[Stored]) -> None:
    digits = "".join(char for text in texts(turn) for char in text if char.isdigit())
    whole = joined(turn)
    assert digits not in "".join(filter(str.isdigit, whole.text)) + "".join(filter(str.isdigit, whole.original))
    hidden = masked_again(turn)
    left = "".join(hidden.get(stored.message.message_id, stored.prepared.original) for stored in turn)
    assert not set("0123456789") & set(left)
    assert len(left) == len("".join(texts(turn)))


def test_a_phone_over_two_lines_is_sealed() -> None:
    assert unseal(joined(PHONE).sealed["phone"]) == "13812345678"


def test_lines_without_secrets_stay() -> None:
    turn = [line("退款单号202601011234567890", 0), line("金额 18 元", 0.1)]
    assert masked_again(turn) == {}
    assert joined([line("打 13812345678", 0), line("找我", 0.2)]).sealed.keys() == {"phone"}


def test_words_beside_a_picture_are_what_is_asked() -> None:
    turn = [line("(图片)", 0), line("这笔扣了两次", 0.5)]
    assert joined(turn).text == "这笔扣了两次"
    assert joined(turn).original == "(图片)\n这笔扣了两次"
    assert joined([line("(图片)", 0), line("(图片)", 0.5)]).text == "(图片)"
