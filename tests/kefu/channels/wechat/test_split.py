"""Long texts: bytes are counted, sentences stay whole, emoji too."""

import pytest
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


def test_flags_stay_whole() -> None:
    found = parts("🇨🇳" * 40, limit=100)
    assert [part.count("🇨") for part in found] == [part.count("🇳") for part in found] and "".join(found) == "🇨🇳" * 40


@pytest.mark.parametrize(
    "link", ["https://wallet.example/a?id=1;b=2,c:3", '<a href="https://wallet.example/">点，这里</a>']
)
@pytest.mark.parametrize("before", range(20, 60))
def test_a_link_stays_whole(link: str, before: int) -> None:
    text = "钱" * before + link + "，" + "包" * 60
    found = parts(text, limit=200)
    assert "".join(found) == text and sum(link in part for part in found) == 1


def test_a_link_that_is_longer_than_a_part_is_cut_all_the_same() -> None:
    link = "https://wallet.example/" + "a" * 500
    assert "".join(parts(link, limit=200)) == link


@given(st.text(alphabet="钱a。\n，👍🏽🇨\u200d ", max_size=400), st.integers(8, 60))
def test_nothing_is_lost_and_nothing_is_too_long(text: str, limit: int) -> None:
    found = parts(text, limit)
    assert all(part and size(part) <= limit for part in found)
    assert "".join("".join(found).split()) == "".join(text.split())
