"""Stars in words."""

import pytest

from kefu.dialogue.stars import rating_of


@pytest.mark.parametrize(
    ("text", "stars", "comment"),
    [
        ("5", "5", ""),
        ("5分", "5", ""),
        ("四星吧", "4", ""),
        ("3星 太慢", "3", "太慢"),
        ("给你3分吧 太慢了", "3", "太慢了"),
        ("我打4颗星,不错", "4", "不错"),
        ("五星好评", "5", ""),
        ("满分", "5", ""),
        ("非常满意", "5", ""),
        ("很满意 谢谢", "5", ""),
        ("满意", "4", ""),
        ("一般般吧", "3", ""),
        ("不满意", "2", ""),
        ("非常不满意", "1", ""),
        ("差评!", "1", ""),
    ],
)
def test_stars_are_read(text: str, stars: str, comment: str) -> None:
    assert rating_of(text) == (stars, comment)


@pytest.mark.parametrize(
    "text",
    ["5分钟", "4块", "4.5分", "10分", "3分之一", "5分钱", "一直没到", "3个人付的", "0", "6星", "满意度在哪看", ""],
)
def test_other_numbers_and_words_are_no_rating(text: str) -> None:
    assert rating_of(text) is None
