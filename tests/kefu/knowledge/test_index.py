"""Lexical similarity: shared characters and bigrams count, rare ones more."""

import numpy as np
import pytest

from kefu.knowledge.index import TextIndex

TEXTS = ["怎么申请退款", "退款多久到账", "怎么修改密码", "MY钱包是什么"]


@pytest.fixture(scope="module")
def index() -> TextIndex:
    return TextIndex(TEXTS)


@pytest.mark.parametrize("place", range(len(TEXTS)))
def test_a_text_is_most_similar_to_itself(index: TextIndex, place: int) -> None:
    found = index.similarities(TEXTS[place])
    assert found.argmax() == place
    assert found[place] == pytest.approx(1, abs=1e-5)


def test_values_stand_in_the_order_of_the_texts_between_0_and_1(index: TextIndex) -> None:
    found = index.similarities("退款什么时候到账")
    assert found.shape == (len(TEXTS),)
    assert ((found >= 0) & (found <= 1.00001)).all()
    assert list(np.argsort(-found)[:2]) == [1, 0]


def test_case_does_not_matter(index: TextIndex) -> None:
    assert index.similarities("my钱包是什么")[3] == pytest.approx(1, abs=1e-5)


def test_the_order_of_characters_matters(index: TextIndex) -> None:
    assert 0 < index.similarities("款退请申么怎")[0] < index.similarities("申请退款")[0]


@pytest.mark.parametrize("text", ["", " ", "☂☂", "xyz"])
def test_a_text_with_nothing_in_common_is_similar_to_none(text: str) -> None:
    assert not TextIndex(TEXTS[:3]).similarities(text).any()


def test_without_texts_there_is_nothing_to_be_similar_to() -> None:
    assert TextIndex([]).similarities("退款").shape == (0,)
