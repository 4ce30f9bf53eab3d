"""Product news: dated, of a brand, and served as the trainers have just saved it."""

import os
from datetime import date
from pathlib import Path

import pytest

from kefu.brands import brands
from kefu.knowledge.news import News, latest_news, load_news
from kefu.settings import settings
from kefu.yaml_file import DataError

NARROW = str.maketrans("，：；（）", ",:;()")  # which of the two widths a message has does not matter here
DAY = date(2026, 11, 23)
GOOD = """\
# 动态
- date: 2026-10-15
  brands: [post, my]
  title: 按月统计
  text: 在交易记录里。
  until:
  source: 产品部
"""


def piece(day: str, title: str, brands: str = "[post, my]", until: str = "") -> str:
    return f"- {{date: {day}, brands: {brands}, title: {title}, text: 好, until: {until}, source: 产品部}}\n"


def write(folder: Path, content: str) -> Path:
    path = folder / "news.yml"
    path.write_text(content, encoding="utf-8")
    return path


def titles(path: Path, brand: str = "post", day: date = DAY) -> list[str]:
    return [news.title for news in latest_news(brand, day, path)]


def problem(folder: Path, content: str) -> str:
    """The mistake as `file:line: text`, without the folder."""
    path = write(folder, content)
    with pytest.raises(DataError) as caught:
        load_news(path)
    return str(caught.value).removeprefix(f"{folder}/").translate(NARROW)


def test_the_project_s_own_news_can_be_shown() -> None:
    pieces = load_news(settings().data_dir / "news.yml")
    assert pieces
    assert all(news.title and news.text and news.source and news.brands for news in pieces)
    assert all(news.until is None or news.date <= news.until for news in pieces)
    for brand in brands():
        assert latest_news(brand, DAY)


def test_the_newest_three_of_the_brand(tmp_path: Path) -> None:
    content = [
        piece("2026-03-01", "三月"),
        piece("2026-06-01", "六月"),
        piece("2026-01-01", "一月"),
        piece("2026-05-01", "五月", "[my]"),
        piece("2026-04-01", "四月"),
    ]
    path = write(tmp_path, "".join(content))
    assert titles(path) == ["六月", "四月", "三月"]
    assert titles(path, "my") == ["六月", "五月", "四月"]
    assert titles(path, "other") == []


@pytest.mark.parametrize(
    ("day", "is_shown"),
    [("2026-09-30", False), ("2026-10-01", True), ("2026-10-07", True), ("2026-10-08", False)],
)
def test_a_piece_is_shown_from_its_first_to_its_last_day(tmp_path: Path, day: str, is_shown: bool) -> None:
    path = write(tmp_path, piece("2026-10-01", "国庆", until="2026-10-07"))
    assert titles(path, day=date.fromisoformat(day)) == (["国庆"] if is_shown else [])


def test_what_is_over_makes_room_for_older_news(tmp_path: Path) -> None:
    months = [piece(f"2026-0{month}-01", str(month)) for month in (1, 2, 3)]
    path = write(tmp_path, "".join(months) + piece("2026-10-01", "国庆", until="2026-10-07"))
    assert titles(path) == ["3", "2", "1"]


def test_an_edit_is_served_at_the_next_question(tmp_path: Path) -> None:
    path = write(tmp_path, piece("2026-01-01", "旧"))
    assert titles(path) == ["旧"]
    write(tmp_path, piece("2026-01-01", "新"))
    os.utime(path, ns=(0, 1))
    assert titles(path) == ["新"]


@pytest.mark.parametrize("broken", ["- date: [\n", "", GOOD.replace("2026-10-15", "明天"), None])
def test_a_broken_edit_keeps_the_last_good_version(tmp_path: Path, broken: str | None) -> None:
    path = write(tmp_path, GOOD)
    assert titles(path) == ["按月统计"]
    if broken is None:
        path.unlink()
    else:
        write(tmp_path, broken)
        os.utime(path, ns=(0, 1))
    assert titles(path) == ["按月统计"]


def test_reads_a_piece_as_it_is_written(tmp_path: Path) -> None:
    assert load_news(write(tmp_path, GOOD)) == (
        News(
            date=date(2026, 10, 15),
            brands=("post", "my"),
            title="按月统计",
            text="在交易记录里。",
            until=None,
            source="产品部",
        ),
    )


def test_pieces_of_one_day_keep_the_order_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, piece("2026-01-01", "甲") + piece("2026-01-01", "乙"))
    assert titles(path) == ["甲", "乙"]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("  source: 产品部\n", "", 2, "source:"),
        ("2026-10-15", "明天", 2, "date:"),
        ("[post, my]", "post", 3, "brands:"),
        ("[post, my]", "[post, yours]", 3, "没有品牌 yours"),
        ("按月统计", "[按月统计]", 4, "title:"),
        ("  until:", "  untill:", 6, "untill:"),
        ("  until:", "  until: 以后", 6, "until:"),
        ("  until:", "  title: 甲", 6, "重复的键“title”"),
        ("[post, my]", "[post, my", 4, "YAML 格式不对"),
        ("  until:", "  1:", 6, "1"),
        ("2026-10-15", "20261015", 2, "date:"),
        ("  until:", "  until: 2026-01-01", 6, "until"),
        ("[post, my]", "[]", 3, "brands"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, message: str
) -> None:
    assert right in GOOD
    found = problem(tmp_path, GOOD.replace(right, wrong))
    assert found.startswith(f"news.yml:{line}: ")
    assert message in found


def test_an_item_that_is_no_news_is_reported_with_its_line(tmp_path: Path) -> None:
    assert problem(tmp_path, GOOD + "- 新功能\n").startswith("news.yml:8: 每条应以“- date:”开头")


@pytest.mark.parametrize("content", ["", "date: 2026-10-15\n", "新功能\n"])
def test_a_file_must_be_a_list(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content) == "news.yml:1: 应是列表,每条以“- date:”开头"
