"""Canned replies: filled with what is known, checked with file and line, served while an edit is broken."""

from pathlib import Path

import pytest

from kefu.desk.canned import VARIABLES, CannedReplies, load_canned
from kefu.trainer.lint import errors
from kefu.yaml_file import DataError

GOOD = (
    "- group: 开头\n  title: 问候\n  text: 您好，我是{agent}。\n- group: 处理\n  title: 单号\n  text: 单号 {ticket}\n"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "canned_replies.yml"
    found.write_text(GOOD, encoding="utf-8")
    return found


def test_variables_are_filled_and_what_lacks_one_is_left_out(path: Path) -> None:
    replies = CannedReplies(path)
    assert replies.for_talk({"agent": "李敏", "ticket": ""}) == {
        "开头": [{"title": "问候", "text": "您好，我是李敏。"}]
    }
    assert replies.for_talk({"agent": "李敏", "ticket": "KF1"})["处理"] == [{"title": "单号", "text": "单号 KF1"}]


def test_braces_in_a_value_stay_as_they_are(path: Path) -> None:
    [reply] = CannedReplies(path).for_talk({"agent": "{ticket}"})["开头"]
    assert reply["text"] == "您好，我是{ticket}。"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("'{customr}'", "没有变量 customr"),
        ("'{agent'", "大括号"),
        ("'{agent.__class__}'", "没有变量"),
        ("'{agent!r}'", "只能写变量名"),
        ("'{agent:>{ticket}}'", "只能写变量名"),
        ("''", "text"),
    ],
)
def test_a_wrong_text_is_refused_with_its_line(path: Path, text: str, says: str) -> None:
    path.write_text(f"{GOOD}- group: 处理\n  title: 坏\n  text: {text}\n", encoding="utf-8")
    with pytest.raises(DataError, match=says) as caught:
        load_canned(path)
    assert caught.value.line == 9


def test_while_an_edit_is_broken_the_last_good_version_is_served(path: Path) -> None:
    replies = CannedReplies(path)
    assert len(replies.all()) == 2
    path.write_text("- group: [", encoding="utf-8")
    assert len(replies.all()) == 2 and replies.error is not None
    path.write_text(GOOD + GOOD, encoding="utf-8")
    assert len(replies.all()) == 4 and replies.error is None


def test_the_replies_that_ship_are_good_and_use_every_kind_of_value(root: Path) -> None:
    shipped = CannedReplies(root / "data" / "canned_replies.yml")
    filled = shipped.for_talk({name: "甲" for name in VARIABLES})
    assert sum(map(len, filled.values())) == len(shipped.all()) >= 10


def test_the_trainers_check_reads_them(root: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(root / "data", tmp_path / "data")
    (tmp_path / "data" / "canned_replies.yml").write_text("- group: 甲\n", encoding="utf-8")
    assert any("canned_replies.yml" in str(error) for error in errors(tmp_path / "data", root / "domain.yml"))
