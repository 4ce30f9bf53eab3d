"""The numbered menu: every line does something, and a mistake in the file is named with its line."""

from pathlib import Path

import pytest
import yaml

from kefu.dialogue.menu import MAIN, Menu, load_menus, menus
from kefu.topics import is_business
from kefu.yaml_file import DataError

GOOD = """\
# 菜单
main:
  text: 请选。
  options:
    - {title: 退款, ask: refund}
    - {title: 账户, open: account}
account:
  text: 账户,请选。
  options:
    - {title: 注册, ask: register}
"""


def load(folder: Path, content: str) -> dict[str, Menu]:
    path = folder / "menu.yml"
    path.write_text(content, encoding="utf-8")
    return load_menus(path)


def problem(folder: Path, content: str) -> str:
    """The mistake as `file:line: text`, without the folder."""
    with pytest.raises(DataError) as caught:
        load(folder, content)
    return str(caught.value).removeprefix(f"{folder}/")


# --- data/menu.yml


@pytest.mark.parametrize("name", menus())
def test_a_level_fits_the_keys_and_the_screen(name: str) -> None:
    menu = menus()[name]
    assert 1 <= len(menu.options) <= 8
    titles = [option.title for option in menu.options]
    assert len(set(titles)) == len(titles)
    assert [title for title in titles if len(title) > 12] == []


def test_every_line_asks_what_the_domain_knows(root: Path) -> None:
    intents = yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["intents"]
    asked = {option.ask for menu in menus().values() for option in menu.options if option.ask}
    assert asked <= set(intents)
    assert all(map(is_business, asked))


def test_every_level_can_be_reached() -> None:
    reached, found = set(), {MAIN}
    while found - reached:
        reached |= found
        found = {option.open for name in found for option in menus()[name].options if option.open}
    assert reached == set(menus())


# --- loading


def test_reads_the_levels_with_their_options_in_order(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    assert list(found) == ["main", "account"]
    assert [(option.title, option.open, option.ask) for option in found["main"].options] == [
        ("退款", None, "refund"),
        ("账户", "account", None),
    ]


@pytest.mark.parametrize(("lines", "is_fine"), [(8, True), (9, False)])
def test_nine_and_zero_are_taken(tmp_path: Path, lines: int, is_fine: bool) -> None:
    more = "".join(f"    - {{title: 第{number}项, ask: fee}}\n" for number in range(1, lines))
    if is_fine:
        assert len(load(tmp_path, GOOD + more)["account"].options) == 8
    else:
        assert problem(tmp_path, GOOD + more).startswith("menu.yml:7: 菜单 account 最多 8 项")


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("open: account", "open: acount", 2, "acount"),
        ("ask: register", "ask: register, open: main", 10, "open 或 ask"),
        (", ask: register", "", 10, "open 或 ask"),
        ("ask: register", "aks: register", 10, "aks"),
        ("title: 注册, ", "", 10, "title"),
        ("  text: 账户,请选。\n", "", 7, "text"),
        ("main:\n", "mian:\n", 1, "main"),
        ("account:\n", "account: 账户\nother:\n", 7, "account"),
        ("account:\n", "account:\nother:\n", 7, "account"),
        ("account:\n", "account: [1, 2]\nother:\n", 7, "account"),
        ("account:\n", "main:\n", 7, "重复的键“main”"),
        ("refund}", "refund", 6, "YAML 格式不对"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, message: str
) -> None:
    assert right in GOOD
    found = problem(tmp_path, GOOD.replace(right, wrong))
    assert found.startswith(f"menu.yml:{line}: ")
    assert message in found


@pytest.mark.parametrize(("right", "wrong"), [(", ask: register", ""), ("ask: register", "aks: register")])
def test_each_mistake_is_one_line(tmp_path: Path, right: str, wrong: str) -> None:
    for line in problem(tmp_path, GOOD.replace(right, wrong)).splitlines():
        assert "menu.yml:10: 菜单 account 的 options 第 1 项" in line


def test_a_level_without_options_is_refused(tmp_path: Path) -> None:
    empty = GOOD.replace("  options:\n    - {title: 注册, ask: register}\n", "  options: []\n")
    assert problem(tmp_path, empty).startswith("menu.yml:9: 菜单 account")


@pytest.mark.parametrize("content", ["", "- 退款\n", "文字\n", "account: {text: 请选, options: []}\n"])
def test_a_file_must_have_a_main_level(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content).startswith("menu.yml:1: 应是")


def test_a_missing_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="读不了文件"):
        load_menus(tmp_path / "menu.yml")
