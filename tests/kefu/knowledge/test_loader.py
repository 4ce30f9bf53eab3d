"""Loading the FAQ: every kind of mistake is found with file and line, all of them in one go."""

from pathlib import Path

import pytest

from kefu.knowledge import load_faq
from kefu.yaml_file import DataErrors

NARROW = str.maketrans("，：；（）", ",:;()")  # which of the two widths a message has does not matter here
GOOD = """\
- id: refund.apply
  question: 怎么申请退款?
  variants: [我要退款]
  answer: {default: 在交易记录里申请。}
  related: []
  owner: 支付组
  valid_from: 2026-01-01
  valid_to:
  source: MY钱包
"""
OTHER = GOOD.replace("refund.apply", "refund.merchant").replace("[]", "[refund.apply]")


def problems(folder: Path) -> list[str]:
    """Each mistake as `file:line: text`, without the folder."""
    with pytest.raises(DataErrors) as caught:
        load_faq(folder)
    assert str(caught.value) == "\n".join(map(str, caught.value.errors))
    return [str(error).removeprefix(f"{folder}/").translate(NARROW) for error in caught.value.errors]


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.yml").write_text(content, encoding="utf-8")


def test_reads_entries_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    write(tmp_path, b=GOOD, a=OTHER + OTHER.replace("merchant", "third"))
    (tmp_path / "notes.txt").write_text("not a FAQ")
    assert [entry.id for entry in load_faq(tmp_path)] == ["refund.merchant", "refund.third", "refund.apply"]


def test_an_empty_folder_has_no_entries(tmp_path: Path) -> None:
    assert load_faq(tmp_path) == []


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("  owner: 支付组\n", "", 1, "owner:缺少这个字段"),
        ("  related: []\n", "  relatd: []\n", 5, "relatd:没有这个字段"),
        ("2026-01-01", "明年", 7, "valid_from:应是日期"),
        ("[我要退款]", "我要退款", 3, "variants:应是列表"),
        ("{default: 在交易记录里申请。}", "在交易记录里申请。", 4, "answer:应是“键: 值”"),
        ("question: 怎么申请退款?", "question: [a]", 2, "question:应是文字"),
        ("question: 怎么申请退款?", "question:", 2, "question:不能为空"),
        ("refund.apply", "refund", 1, "id:应是 <意图>.<英文短名>"),
        ("在交易记录里申请。", "'拨打{phone}'", 4, "answer:不认识的占位 {phone}"),
        ("在交易记录里申请。", "'拨打{hotline'", 4, "answer:大括号不成对"),
        ("default: 在", "yours: 在", 4, "answer:没有品牌 yours"),
        ("related: []", "related: [refund.gone]", 1, "related:没有编号为 refund.gone 的条目"),
        ("  owner: 支付组\n", "  owner: 支付组\n  owner: 支付组\n", 7, "重复的键“owner”"),
        ("  variants: [我要退款]\n", "  variants: [我要退款\n", 4, "YAML 格式不对"),
        ("2026-01-01", "2026-02-30", 7, "YAML 格式不对"),
        ("2026-01-01", "20260101", 7, "valid_from:应是日期"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, message: str
) -> None:
    assert right in GOOD
    write(tmp_path, refund="# 退款\n" + GOOD.replace(right, wrong))
    [found] = problems(tmp_path)
    assert found.startswith(f"refund.yml:{line + 1}: ")
    assert message in found


@pytest.mark.parametrize("content", ["", "refund:\n  question: 怎么退\n", "只有文字\n"])
def test_a_file_must_be_a_list(tmp_path: Path, content: str) -> None:
    write(tmp_path, refund=content)
    assert problems(tmp_path) == ["refund.yml:1: 应是条目的列表,每条以“- id:”开头"]


def test_an_item_that_is_no_entry_is_reported_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, refund=GOOD + "- 怎么退款\n")
    [found] = problems(tmp_path)
    assert found.startswith("refund.yml:10: 条目应是")


def test_the_same_id_twice_names_both_places(tmp_path: Path) -> None:
    write(tmp_path, a=OTHER + GOOD, b=GOOD)
    assert problems(tmp_path) == ["b.yml:1: 编号 refund.apply 在 a.yml:10 已经有了"]


def test_all_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    two_in_one = GOOD.replace("owner: 支付组", "owner: ''").replace("2026-01-01", "明年")
    write(tmp_path, a=two_in_one, b=OTHER.replace("refund.apply", "refund.gone"), c="- a: [\n", d="文字\n")
    (tmp_path / "e.yml").write_bytes("- id: 退款".encode("gbk"))
    found = problems(tmp_path)
    assert [place.split(": ")[0] for place in found] == ["a.yml:6", "a.yml:7", "c.yml:2", "d.yml:1", "e.yml"]
    for name in ("c.yml", "d.yml", "e.yml"):  # a link may lead to what stands in a broken file
        (tmp_path / name).unlink()
    assert [place.split(": ")[0] for place in problems(tmp_path)] == ["a.yml:6", "a.yml:7", "b.yml:1"]


def test_one_mistake_is_reported_once(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD.replace("2026-01-01", "明年"), b=OTHER)
    assert problems(tmp_path) == ["a.yml:7: valid_from:应是日期,如 2026-01-01"]


def test_the_whole_is_a_data_error_that_health_can_name(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD.replace("2026-01-01", "明年"))
    with pytest.raises(DataErrors) as caught:
        load_faq(tmp_path)
    assert caught.value.path == tmp_path / "a.yml"
