"""Entity words: found as whole words, the longest first, with every mistake in the file named."""

from pathlib import Path

import pytest

from kefu.nlu.gazetteer import Gazetteer, Match, Terms, load_terms
from kefu.nlu.segmenter import load_words, shared_segmenter
from kefu.yaml_file import DataError

TERMS: Terms = {
    "银行": ("bank", "某银行"),
    "工商银行": ("bank", "中国工商银行"),
    "icbc": ("bank", "中国工商银行"),
    "余额不足": ("failure_reason", "balance"),
}
WORDS = ("工商", "银行", "余额", "不足", "icbc")


def cut(text: str) -> list[tuple[str, int]]:
    """Segmentation by the few words of this file, else by character."""
    found, start = [], 0
    while start < len(text):
        word = next((word for word in WORDS if text.startswith(word, start)), text[start])
        found.append((word, start))
        start += len(word)
    return found


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(TERMS, cut)


@pytest.mark.parametrize(
    ("words", "matches"),
    [
        (["用", "银行", "付"], [Match("bank", "某银行", 1, 2)]),
        (["用", "工商", "银行", "付"], [Match("bank", "中国工商银行", 1, 3)]),
        (["ICBC"], [Match("bank", "中国工商银行", 0, 1)]),
        (
            ["银行", "说", "余额", "不足"],
            [Match("bank", "某银行", 0, 1), Match("failure_reason", "balance", 2, 4)],
        ),
        (["银行", "银行"], [Match("bank", "某银行", 0, 1), Match("bank", "某银行", 1, 2)]),
        (["银行卡"], []),
        (["余额", "还", "不足"], []),
        ([], []),
    ],
)
def test_finds_whole_words_and_the_longest_wins(gazetteer: Gazetteer, words: list[str], matches: list[Match]) -> None:
    assert gazetteer.find(words) == matches


def test_without_terms_nothing_is_found() -> None:
    assert Gazetteer({}, cut).find(["银行"]) == []


def test_a_term_of_two_latin_words_is_found() -> None:
    segmenter = shared_segmenter(())
    gazetteer = Gazetteer({"china bank": ("bank", "中国银行")}, segmenter.cut)
    assert gazetteer.find([word for word, _ in segmenter.cut("用china bank付")]) == [Match("bank", "中国银行", 1, 3)]


def test_every_term_of_the_project_is_found_as_customers_type_it(root: Path) -> None:
    terms = load_terms(root / "data/lexicon/entities.yml")
    segmenter = shared_segmenter(load_words(root / "data/lexicon/words.txt"))
    gazetteer = Gazetteer(terms, segmenter.cut)
    for term, meant in terms.items():
        found = gazetteer.find([word for word, _ in segmenter.cut(term)])
        assert [(match.entity, match.value) for match in found] == [meant], term


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "entities.yml"


def test_a_value_in_chinese_is_a_term_itself(file: Path) -> None:
    file.write_text("bank:\n  工商银行: [ICBC, 工行]\n  邮储银行: []\nwhy:\n  card: [卡过期]\n", encoding="utf-8")
    assert load_terms(file) == {
        "工商银行": ("bank", "工商银行"),
        "icbc": ("bank", "工商银行"),
        "工行": ("bank", "工商银行"),
        "邮储银行": ("bank", "邮储银行"),
        "卡过期": ("why", "card"),
    }


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("- bank\n", 1, "应是“实体名"),
        ("", 1, "应是“实体名"),
        ("bank:\n  工行: []\nwhy: [甲]\n", 3, "why 下面应是"),
        ("bank:\n  甲行: []\n  乙行: 乙\n", 3, "应是说法的列表"),
        ("bank:\n  甲行: []\n  乙行:\n", 3, "应是说法的列表"),
        ("bank:\n  甲行: [甲, 7]\n", 2, "应是说法的列表"),
        ("bank:\n  甲行: ['']\n", 2, "应是说法的列表"),
        ("bank:\n  甲行: [小甲]\n\n  乙行: [小甲]\n", 4, "“小甲”已经用在"),
        ("bank:\n  甲行: [ICBC]\n  乙行: [icbc]\n", 3, "“icbc”已经用在"),
        ("bank:\n  甲行: [网点]\nchannel:\n  branch: [网点]\n", 4, "“网点”已经用在"),
        ("bank:\n  甲行: []\n  甲行: []\n", 3, "重复的键"),
        ("bank:\n  甲行: []\n  no: [没有]\n", 3, "bank"),
        ("channel:\n  1: [网点]\n", 2, "channel"),
    ],
)
def test_a_mistake_is_reported_with_its_line(file: Path, content: str, line: int, message: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message) as caught:
        load_terms(file)
    assert (caught.value.path, caught.value.line) == (file, line)
