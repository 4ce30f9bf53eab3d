"""Words of who waits for a person."""

import pytest

from kefu.dialogue.queue_words import (
    asks_of_queue,
    asks_place,
    calls,
    has_solved_it,
    leaves,
    may_wish_for_person,
    question_beside,
)


@pytest.mark.parametrize(
    "text",
    ["算了", "取消", "不想等了", "退出", "我自己解决了", "不用人工了", "机器人", "不等了", "帮我转回去", "回机器人"],
)
def test_leaving(text: str) -> None:
    assert leaves(text)


@pytest.mark.parametrize("text", ["好的", "提现没到", "算了还是等吧", "不是我本人", "不会", "取消自动扣费怎么弄", ""])
def test_staying(text: str) -> None:
    assert not leaves(text)


def test_solved() -> None:
    assert has_solved_it("搞定了")
    assert not has_solved_it("不想等了")


@pytest.mark.parametrize("text", ["有人吗", "多久", "还有几位", "前面几个人", "怎么还没人", "你好?", "快点"])
def test_asking_for_the_place(text: str) -> None:
    assert asks_place(text)


@pytest.mark.parametrize("text", ["要排多久", "现在人多吗 要等多久", "转人工要等多久"])
def test_asking_before_waiting(text: str) -> None:
    assert asks_of_queue(text)
    assert not asks_of_queue("转人工")


@pytest.mark.parametrize("text", ["有人吗??", "没有人吗", "人呢", "怎么还没人"])
def test_calling_is_no_story(text: str) -> None:
    assert calls(text)


@pytest.mark.parametrize("text", ["有人转走了我的钱", "没人收到退款", "你好", "人工"])
def test_a_story_is_no_call(text: str) -> None:
    assert not calls(text)


@pytest.mark.parametrize(
    ("text", "may_be"), [("接下来呢", False), ("听不懂", False), ("叫你们领导来", True), ("人工", True), ("0", True)]
)
def test_words_of_a_wish(text: str, may_be: bool) -> None:
    assert may_wish_for_person(text) is may_be


def test_a_question_beside() -> None:
    assert question_beside("客服小姐姐在吗,想问下提现限额") == "提现限额"
    assert question_beside("我想问下人工在吗") is None
