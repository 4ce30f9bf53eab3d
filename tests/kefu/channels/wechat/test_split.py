"""Long texts: bytes are counted, sentences stay whole, emoji too."""

from hypothesis import given
from hypothesis import strategies as st

from kefu.channels.wechat.split import parts, size


def test_a_short_text_is_one_part() -> None:
    assert parts("退款多久到账？") == ["退款多久到账？"]
    assert parts("  ") == []


def test_cuts_after_sentences() -> None:
    sentence = "钱" * 30 + "。"
    found = parts(sentence * 40, limit=300)
    assert all(part.endswith("。") and size(part) <= 300 for part in found)
    assert "".join(found) == sentence * 40


def test_prefers_paragraphs_and_takes_commas_where_there_is_nothing_better() -> None:
    assert parts("一" * 60 + "。\n" + "二" * 60, limit=300) == ["一" * 60 + "。", "二" * 60]
    assert parts("一" * 60 + "，" + "二" * 60, limit=300) == ["一" * 60 + "，", "二" * 60]


def test_a_text_without_borders_is_cut_all_the_same() -> None:
    assert [size(part) for part in parts("钱" * 1000, limit=300)] == [300] * 10


def test_an_emoji_of_several_characters_stays_whole() -> None:
    family = "👨‍👩‍👧"
    found = parts(family * 40, limit=100)
    assert "".join(found) == family * 40
    assert all(part.count("👨") == part.count("👧") for part in found)


@given(st.text(alphabet="钱a。\n，👍🏽\u200d ", max_size=400), st.integers(8, 60))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    found = parts(text, limit)
    assert all(part and size(part) <= limit for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())
