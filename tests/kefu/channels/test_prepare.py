"""A customer's text is safe before anything else sees it."""

import pytest

from kefu.channels.prepare import prepare
from kefu.sealing import unseal
from kefu.show import EMPTY_MESSAGE


def test_phone_is_masked_and_sealed() -> None:
    prepared = prepare("我的手机号13812345678", 2000)
    assert "13812345678" not in prepared.text + prepared.original
    assert unseal(prepared.sealed["phone"]) == "13812345678"


@pytest.mark.parametrize("text", ["/restart", "//deny", " / human_agent", "/ /goodbye", "／restart"])
def test_no_text_is_a_command(text: str) -> None:
    assert not prepare(text, 2000).text.startswith("/")


@pytest.mark.parametrize("text", ["", "  ", "/", "\u200b"])
def test_empty_text_is_said_to_be_empty(text: str) -> None:
    assert prepare(text, 2000).text == EMPTY_MESSAGE


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("怎么注册 要不要钱　外国人能用吗", "怎么注册,要不要钱,外国人能用吗"),
        ("登录不上\n钱也付不了", "登录不上,钱也付不了"),
        ("退 款 怎 么 办", "退款怎么办"),
        ("昨天 下午三点", "昨天下午三点"),
    ],
)
def test_a_space_between_clauses_is_a_comma(typed: str, text: str) -> None:
    assert (prepare(typed, 100).text, prepare(typed, 100).original) == (text, typed)


def test_emoji_alone_are_kept() -> None:
    assert prepare("😀😀", 2000).text == "😀😀"


def test_long_text_is_cut_and_said_to_be() -> None:
    prepared = prepare("退" * 3000 + "密码", 2000)
    assert prepared.was_cut
    assert len(prepared.text) <= 2000
    assert not prepare("退" * 2000, 2000).was_cut


@pytest.mark.parametrize("text", ["退\x00款", "退\ud800款", "\udfff退款"])
def test_what_no_database_takes_is_left_out(text: str) -> None:
    prepared = prepare(text, 2000)
    assert (prepared.text, prepared.original) == ("退款", "退款")
