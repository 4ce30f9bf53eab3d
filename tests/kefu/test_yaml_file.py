"""YAML that people edit: every mistake says where it is."""

from pathlib import Path

import pytest

from kefu.yaml_file import DataError, LineDict, load_yaml


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "edited.yml"


def test_reads_content_as_it_stands(file: Path) -> None:
    file.write_text("钱包:\n  - 甲: 1\n    乙: [a, b]\n  - 文字\n", encoding="utf-8")
    assert load_yaml(file) == {"钱包": [{"甲": 1, "乙": ["a", "b"]}, "文字"]}


def test_remembers_lines_of_mappings_and_keys(file: Path) -> None:
    file.write_text("# 说明\n\na: 1\nb:\n  - c: 2\n\n    d: 3\n", encoding="utf-8")
    content = load_yaml(file)
    inner = content["b"][0]
    assert isinstance(inner, LineDict)
    assert (content.line, content.lines) == (3, {"a": 3, "b": 4})
    assert (inner.line, inner.lines) == (5, {"c": 5, "d": 7})


@pytest.mark.parametrize("content", ["", "# 只有说明\n"])
def test_an_empty_file_is_nothing(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
    assert load_yaml(file) is None


def test_a_file_saved_by_notepad_is_read(file: Path) -> None:
    file.write_bytes("\ufeffa: 1\r\nb: 2\r\n".encode())
    assert load_yaml(file) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "重复的键“a”"),
        ("a:\n  b: 1\n  c: 2\n  b: 3\n", 4, "重复的键“b”"),
        ("a: [1, 2\nb: 3\n", 2, "YAML 格式不对"),
        ("a: 1\n\tb: 2\n", 2, "YAML 格式不对"),
        ("a: 1\n b: 2\n", 2, "YAML 格式不对"),
        ("a: 'open\n\n", 3, "YAML 格式不对"),
        ("a: *nobody\n", 1, "YAML 格式不对"),
        ("\na: !!python/object/apply:os.getcwd []\n", 2, "YAML 格式不对"),
        ("a: 1\nvalid_to: 2026-02-30\n", 2, "YAML 格式不对"),
        ("a: 1\nat: 2026-11-22T25:00:00\n", 2, "YAML 格式不对"),
        ("a:\n  {hotline}: 拨打\n", 2, ""),
        ("? [a, b]\n: c\n", 1, ""),
    ],
)
def test_a_mistake_is_reported_with_its_line(file: Path, content: str, line: int, message: str) -> None:
    file.write_text(content, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_yaml(file)
    assert (caught.value.path, caught.value.line) == (file, line)
    assert str(caught.value).startswith(f"{file}:{line}: ")
    assert message in str(caught.value)


def test_text_that_is_not_utf8_is_named_so(file: Path) -> None:
    file.write_bytes("a: 退款".encode("gbk"))
    with pytest.raises(DataError, match="不是 UTF-8 编码"):
        load_yaml(file)


def test_control_characters_are_refused(file: Path) -> None:
    file.write_text("a: 1\nb: \x07\n", encoding="utf-8")
    with pytest.raises(DataError, match="YAML 格式不对"):
        load_yaml(file)


def test_a_file_that_is_not_there_is_named(file: Path) -> None:
    with pytest.raises(DataError, match=f"^{file}: 读不了文件"):
        load_yaml(file)
