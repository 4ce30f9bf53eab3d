"""`python -m kefu notice`: what an operator types during an incident, and what he is told."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kefu.__main__ import main
from kefu.database import Database, database
from kefu.desk.notices import NoticeService
from kefu.settings import settings


@pytest.fixture(autouse=True)
def own_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A database of this test; returns its address."""
    monkeypatch.setenv("KEFU_VAR_DIR", str(tmp_path))
    for read_once in (settings, database):
        read_once.cache_clear()
    yield settings().database
    for read_once in (settings, database):
        read_once.cache_clear()


def notice(*arguments: str) -> None:
    """One command; each is a process of its own, so its connections are not kept for the next."""
    assert main(["notice", *arguments]) == 0
    database.cache_clear()


def told(url: str, brand: str, topic: str | None = None) -> list[str]:
    async def ask() -> list[str]:
        opened = Database(url)
        try:
            return await NoticeService(opened).active(brand, topic)
        finally:
            await opened.close()

    return asyncio.run(ask())


def test_a_notice_is_switched_on_and_off(own_database: str, capsys: pytest.CaptureFixture) -> None:
    notice("post", "充值通道维护中，约一小时恢复")
    assert told(own_database, "post", "fee") == ["充值通道维护中，约一小时恢复"]
    assert told(own_database, "my", "fee") == []
    notice("post")
    assert told(own_database, "post", "fee") == []
    notice("post")
    on, off, again = capsys.readouterr().out.splitlines()
    assert on.startswith("公告 ") and on.endswith("已打开，两秒内生效")
    assert (off, again) == ("关闭了 1 条公告", "关闭了 0 条公告")


@pytest.mark.parametrize(
    "topics",
    [
        "top_up,refund",
        "top_up,,refund,",
        "top_up, refund",
    ],
)
def test_topics_narrow_it_down(own_database: str, topics: str) -> None:
    notice("my", "维护中", "--topics", topics)
    assert [told(own_database, "my", topic) for topic in ("top_up", "refund", "fee")] == [["维护中"], ["维护中"], []]


def test_a_topic_that_does_not_exist_is_refused(own_database: str, capsys: pytest.CaptureFixture) -> None:
    try:
        code = main(["notice", "post", "维护中", "--topics", "top_pu"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code != 0
    assert "top_pu" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["post", "维护中", "两条"], ["post", "--topic"]])
def test_what_is_not_understood_changes_nothing(
    own_database: str, arguments: list[str], capsys: pytest.CaptureFixture
) -> None:
    notice("post", "维护中")
    with pytest.raises(SystemExit) as ended:
        main(["notice", *arguments])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
    assert told(own_database, "post") == ["维护中"]


def test_an_unknown_brand_is_refused_in_one_line_that_names_the_known(
    own_database: str, capsys: pytest.CaptureFixture
) -> None:
    assert main(["notice", "yours", "维护中"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("错误")
    assert {"yours", "post", "my"} <= set(re.findall("[a-z]+", line))
