"""Examples: a line that Rasa would drop in silence is told, with what it should be."""

from pathlib import Path

import pytest

from kefu.trainer.domain import load_names
from kefu.trainer.examples import example_errors, few_examples, read_examples

GOOD = 'version: "3.1"\nnlu:\n  - intent: refund\n    examples: |\n      - 怎么退款\n\n      # 短的\n      - 退\n'


def found(tmp_path: Path, content: str) -> list[str]:
    (tmp_path / "a.yml").write_text(content, encoding="utf-8")
    return [str(error).removeprefix(f"{tmp_path}/") for error in read_examples(tmp_path)[1]]


def test_good_examples_are_read_with_their_lines(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []
    examples, _, all_read = read_examples(tmp_path)
    assert [(one.intent, one.text, one.line) for one in examples] == [("refund", "怎么退款", 5), ("refund", "退", 8)]
    assert all_read


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("      - 退\n", "      退\n", "a.yml:8: 例句应以“- ”开头，这里是“退”"),
        ("      - 退\n", "      －退\n", "a.yml:8: 行首的横线不是英文的，应写“- 退”，这里是“－退”"),
        ("      - 退\n", "      — 退\n", "a.yml:8: 行首的横线不是英文的，应写“- 退”，这里是“— 退”"),
        ("      - 退\n", "      -退\n", "a.yml:8: “-”后面少了一个空格，应写“- 退”"),
        ("      - 退\n", "      -\n", "a.yml:8: “- ”后面没有例句"),
        ("      - 退\n", "  - 退\n", "a.yml:8: 每段应是“- intent: 意图”"),
        ("examples: |", "examples:", "a.yml:4: examples 后面应写“: |”"),
        ("examples: |", "example: |", "a.yml:4: 没有“example”这个键"),
        ("- intent: refund", "- intend: refund", "a.yml:3: 没有“intend”这个键"),
        ("nlu:", "nul:", "a.yml:1: 应以“nlu:”开头"),
        ("nlu:", "rules: []\nnlu:", "a.yml:2: 文件最外层没有“rules”这个键"),
        ("- intent: refund", "- intent：refund", "a.yml:3: YAML 格式不对：“intent：”的冒号是全角的"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in GOOD
    assert found(tmp_path, GOOD.replace(old, new))[0].startswith(expected)


def test_an_intent_without_examples_is_told_unless_a_file_is_broken(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents:\n  - refund\n  - fee\n  - rate\n")
    names = load_names(tmp_path / "domain.yml")
    data = tmp_path / "nlu"
    data.mkdir()
    found(data, GOOD)
    examples, _, all_read = read_examples(data)
    [error] = example_errors(examples, names, str, all_read)  # a star is pressed: `rate` needs no examples
    assert (error.line, error.message) == (3, "意图 fee 在 data/nlu 里一句例句都没有，机器人认不出来")
    (data / "b.yml").write_text("nlu: [\n")
    examples, _, all_read = read_examples(data)
    assert list(example_errors(examples, names, str, all_read)) == []


def test_few_are_counted(tmp_path: Path) -> None:
    found(tmp_path, GOOD)
    assert few_examples(read_examples(tmp_path)[0]) == {"refund": 2}
    found(tmp_path, GOOD + "".join(f"      - 退款{number}\n" for number in range(28)))
    assert few_examples(read_examples(tmp_path)[0]) == {}
