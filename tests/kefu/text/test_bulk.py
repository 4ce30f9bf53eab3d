"""Many texts at once become what each becomes alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.knowledge import load_faq
from kefu.text import bulk, normalise, normalise_all

ODD = [
    *[
        "",
        " ",
        "  a  ",
        "\n退款\n",
        "退  退退退退",
        "急急急急",
        "MY  钱包 ",
        "MY 钱包 , 退款",
        "１２３，４",
        "👍退款",
        "退 款 a b",
    ],
    *[
        "冲值",
        "我要冲值冲值",
        "瞭解 回覆",
        "提現還沒到",
        "ﬃ e\u0301",
        "a\0b",
        "\0",
        "\u200b退\u200b款",
        "\ud800x",
        "¹²³",
        "... ..",
        "*****",
    ],
]


def alone(texts: list[str]) -> list[str]:
    return [normalise(text).text for text in texts]


def test_odd_texts_become_what_they_become_alone() -> None:
    assert normalise_all(ODD) == alone(ODD)


def test_the_faq_becomes_what_it_becomes_alone(root: Path) -> None:
    entries = load_faq(root / "data/faq")
    texts = [text for one in entries for text in (one.question, *one.variants, *one.answer.values())]
    assert normalise_all(texts) == alone(texts)


@given(st.lists(st.text(st.sampled_from("退款冲值人工 ,。（１a\n\0👍還\u200b*9急"), max_size=12), max_size=6))
def test_whatever_is_typed_becomes_what_it_becomes_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == alone(texts)


@given(st.lists(st.text(max_size=10), max_size=4))
def test_any_characters_become_what_they_become_alone(texts: list[str]) -> None:
    assert normalise_all(texts) == alone(texts)


@pytest.mark.parametrize("texts", [[], [""]])
def test_nothing_becomes_nothing(texts: list[str]) -> None:
    assert normalise_all(texts) == texts


def test_only_texts_with_something_to_correct_are_looked_at_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(bulk, "normalise", lambda text: seen.append(text) or normalise(text))
    normalise_all(["怎么申请退款", "冲值多久到", "退　款，", "急急急急", "充值多久到"])
    assert sorted(seen) == sorted(["冲值多久到", "急急急急"])
