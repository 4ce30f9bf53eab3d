"""Segmentation: the wallet's own words stay whole, and nobody else's jieba is touched."""

import tempfile
from pathlib import Path

import jieba
import pytest

from kefu.nlu import segmenter
from kefu.nlu.segmenter import Segmenter, load_words, shared_segmenter
from kefu.yaml_file import DataError

OWN = ("邮政数字钱包", "MY钱包", "没到账", "到账", "付款码收款", "丁甲丙")


@pytest.fixture(scope="module")
def ours() -> Segmenter:
    return Segmenter(OWN)


@pytest.fixture(scope="module")
def plain() -> Segmenter:
    return Segmenter()


def words(segmenter: Segmenter, text: str) -> list[str]:
    return [word for word, _ in segmenter.cut(text)]


@pytest.mark.parametrize("word", OWN)
def test_own_words_are_kept_whole(ours: Segmenter, word: str) -> None:
    assert words(ours, word) == [word]
    assert word in words(ours, f"为什么{word}了")


def test_every_word_of_the_project_is_kept_whole(root: Path) -> None:
    own = load_words(root / "data/lexicon/words.txt")
    segmenter = shared_segmenter(own)
    assert [word for word in own if words(segmenter, word) != [word]] == []


@pytest.mark.parametrize("text", ["退款 多久到账", " 充值\n失败 ", "MY 钱包\t好用", "", "   "])
def test_words_stand_where_their_offsets_say_and_only_blanks_are_dropped(ours: Segmenter, text: str) -> None:
    found = list(ours.cut(text))
    assert all(text[start : start + len(word)] == word for word, start in found)
    assert "".join(word for word, _ in found) == "".join(text.split())


def test_one_segmenters_words_are_unknown_to_another(ours: Segmenter, plain: Segmenter) -> None:
    assert words(ours, "丁甲丙") == ["丁甲丙"]
    assert "丁甲丙" not in words(plain, "丁甲丙")


def test_jiebas_global_dictionary_is_untouched(ours: Segmenter) -> None:
    assert words(ours, "丁甲丙") == ["丁甲丙"]
    assert "丁甲丙" not in jieba.dt.FREQ
    assert "丁甲丙" not in jieba.dt.user_word_tag_tab


def test_nothing_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """jieba keeps a cache in the shared temporary folder, where anybody could plant one."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert words(Segmenter(), "退款多久到账")
    assert list(tmp_path.iterdir()) == []


def test_texts_are_cut_as_jieba_cuts_them_with_all_of_its_dictionary(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = load_words(root / "data/lexicon/words.txt")
    whole = jieba.Tokenizer()
    whole.tmp_dir = str(tmp_path)
    for word in own:
        whole.add_word(word, freq=segmenter.FREQUENCY)
    asked = (root / "tests/kefu/nlu/data/measure.tsv").read_text(encoding="utf-8").splitlines()
    hostile = ["", "\x00", "a\u2028b\x85c", "😀" * 3, "龘𠮷\ud800", "AT&T的C++", "一" * 50, "4S店 α粒子"]
    ours = Segmenter(own)
    for text in [*asked, *hostile]:
        expected = [(word, start) for word, start, _ in whole.tokenize(text, HMM=False) if not word.isspace()]
        assert list(ours.cut(text)) == expected


def test_a_word_of_ours_keeps_its_weight_when_the_words_around_it_are_read(ours: Segmenter) -> None:
    assert words(ours, "到账到底到处") == ["到账", "到底", "到处"]
    assert "到账" in words(ours, "到账户里看看没到账户")


def test_only_the_words_are_read_that_a_text_may_hold(plain: Segmenter) -> None:
    plain.cut("")
    known = set(plain._jieba.FREQ)
    assert words(plain, "龙卷风") == ["龙卷风"]
    assert {word[0] for word in set(plain._jieba.FREQ) - known} <= set("龙卷风")


def test_the_same_words_share_one_segmenter() -> None:
    assert shared_segmenter(()) is shared_segmenter(())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("充值\n提现\n", ("充值", "提现")),
        ("# 钱包\n\n充值  # 常用\n  提现  \n", ("充值", "提现")),
        ("", ()),
        ("充值\r\n提现\r\n", ("充值", "提现")),
        ("\ufeff充值\n", ("充值",)),
        ("\ufeff# 钱包\n充值\n", ("充值",)),
    ],
)
def test_a_lexicon_has_one_word_a_line(tmp_path: Path, content: str, expected: tuple[str, ...]) -> None:
    (tmp_path / "words.txt").write_bytes(content.encode())
    assert load_words(tmp_path / "words.txt") == expected


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("# 钱包\n充值 提现\n", 2, "一行只写一个词"),
        ("充值\t5\n", 1, "一行只写一个词"),
        ("充值\n\n提现\n充值\n", 4, "第 1 行已经有了"),
    ],
)
def test_a_mistake_in_the_lexicon_is_reported_with_its_line(
    tmp_path: Path, content: str, line: int, message: str
) -> None:
    path = tmp_path / "words.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        load_words(path)
    assert (caught.value.path, caught.value.line) == (path, line)


@pytest.mark.parametrize("content", ["充值\n".encode("gbk"), None])
def test_a_lexicon_that_can_not_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "words.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"words\.txt"):
        load_words(path)
