"""Features of the intent classifier: characters, sounds and words, without the digits of numbers."""

from collections import Counter

import pytest

from kefu.nlu.features import BLOCKS, blocks_of, simplify


def test_characters_stand_one_to_four_in_a_row_and_know_both_ends() -> None:
    found = blocks_of(["退", "款"])["characters"]
    assert Counter(found) == Counter(["退", "款", "^退", "退款", "款$", "^退款", "退款$", "^退款$"])


def test_sounds_stand_one_to_three_in_a_row_without_tones() -> None:
    found = blocks_of(["怎么", "充值"])["pinyin"]
    assert found == ["zen", "me", "chong", "zhi", "zen me", "me chong", "chong zhi", "zen me chong", "me chong zhi"]


def test_a_confused_character_sounds_the_same() -> None:
    right, wrong = blocks_of(["充值"]), blocks_of(["冲值"])
    assert right["pinyin"] == wrong["pinyin"]
    assert right["characters"] != wrong["characters"]


def test_words_stand_alone_and_in_pairs() -> None:
    assert blocks_of(["退款", "多久", "到账"])["words"] == ["退款", "多久", "到账", "退款_多久", "多久_到账"]


def test_what_occurs_twice_stands_twice() -> None:
    blocks = blocks_of(["退款", "退款"])
    assert blocks["characters"].count("退款") == 2
    assert blocks["pinyin"].count("tui kuan") == 2
    assert blocks["words"].count("退款") == 2


def test_how_a_text_is_cut_matters_to_words_only() -> None:
    one, other = blocks_of(["退款", "多久"]), blocks_of(["退", "款多", "久"])
    assert one["characters"] == other["characters"]
    assert one["pinyin"] == other["pinyin"]
    assert one["words"] != other["words"]


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("充了350元", "充了0元"),
        ("充了350.50元到账2笔", "充了0元到账0笔"),
        ("KF12AB34CD56怎么样了", "№怎么样了"),
        ("MY钱包APP", "my钱包app"),
        ("5.1放假", "0放假"),
    ],
)
def test_numbers_and_case_mean_nothing(text: str, simple: str) -> None:
    assert simplify(text) == simple


def test_only_the_blocks_asked_for_are_made() -> None:
    assert tuple(blocks_of(["退款"])) == BLOCKS
    assert list(blocks_of(["退款"], ["words"])) == ["words"]
    with pytest.raises(KeyError):
        blocks_of(["退款"], ["stems"])


def test_an_empty_text_has_no_sounds_and_no_words() -> None:
    found = blocks_of([])
    assert (found["pinyin"], found["words"]) == ([], [])
