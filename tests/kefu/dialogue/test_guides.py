"""Guides: every choice leads to an answer, and a mistake in a file is named with its line."""

from pathlib import Path

import pytest
import yaml

from kefu.dialogue.guides import Guide, Guides, guides, load_guides, unknown_entries
from kefu.knowledge import load_faq
from kefu.topics import is_business
from kefu.yaml_file import DataError

ALL = sorted(guides().by_intent.values(), key=lambda guide: guide.intent)
OPTIONS = """\
    - {title: 商家不给退, faq: refund.refuses}
    - {title: 网点付的, value: branch, faq: refund.branch}
"""
GOOD = f"""\
# 退款
- intent: refund
  slot: pay_channel
  ask: 卡在哪一步?
  options:
{OPTIONS}"""


@pytest.fixture(scope="module")
def domain(root: Path) -> dict:
    return yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))


def load(folder: Path, content: str, name: str = "a.yml") -> Guides:
    (folder / name).write_text(content, encoding="utf-8")
    return load_guides(folder)


def problem(folder: Path, content: str) -> str:
    """The mistake as `file:line: text`, without the folder."""
    with pytest.raises(DataError) as caught:
        load(folder, content)
    return str(caught.value).removeprefix(f"{folder}/").replace("，", ",")


# --- data/guides


def test_there_are_guides_for_the_matters_that_people_get_stuck_in() -> None:
    assert {guide.intent for guide in ALL} >= {"forgot_password", "payment_failed", "refund", "top_up", "withdraw"}


def test_every_choice_leads_to_an_entry(root: Path) -> None:
    assert unknown_entries(guides(), [entry.id for entry in load_faq(root / "data/faq")]) == []


@pytest.mark.parametrize("guide", ALL, ids=lambda guide: guide.intent)
def test_a_guide_fits_the_domain_and_the_screen(guide: Guide, domain: dict) -> None:
    assert guide.intent in domain["intents"]
    assert is_business(guide.intent)
    assert guide.slot is None or guide.slot in domain["slots"]
    assert 2 <= len(guide.options) <= 8
    assert guide.ask.endswith(("?", "？", "。"))
    titles = [option.title for option in guide.options]
    assert [title for title in titles if len(title) > 12] == []
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("guide", ALL, ids=lambda guide: guide.intent)
def test_a_slot_chooses_one_branch_at_most(guide: Guide, root: Path) -> None:
    values = [option.value for option in guide.options if option.value]
    assert len(set(values)) == len(values)
    assert bool(values) == bool(guide.slot)
    if guide.slot:
        terms = yaml.safe_load((root / "data/lexicon/entities.yml").read_text(encoding="utf-8"))
        assert set(values) <= set(terms[guide.slot]), "no customer could say it"


def test_every_answer_of_a_guide_is_shown_to_both_brands(root: Path) -> None:
    entries = {entry.id: entry for entry in load_faq(root / "data/faq")}
    for guide in ALL:
        for option in guide.options:
            assert set(entries[option.faq].answer) & {"default", "post"}, option.faq
            assert set(entries[option.faq].answer) & {"default", "my"}, option.faq


# --- loading


def test_reads_all_files_of_the_folder(tmp_path: Path) -> None:
    load(tmp_path, GOOD)
    (tmp_path / "notes.txt").write_text("no guide")
    found = load(tmp_path, GOOD.replace("intent: refund", "intent: fee"), "b.yml")
    assert set(found.by_intent) == {"refund", "fee"}
    assert found.of("refund").ask == "卡在哪一步?"
    assert found.of("top_up") is None


def test_an_empty_folder_has_no_guides(tmp_path: Path) -> None:
    assert load_guides(tmp_path).by_intent == {}


@pytest.mark.parametrize(
    ("value", "faq"), [("branch", "refund.branch"), ("bank", None), ("", None), (None, None), ("Branch", None)]
)
def test_a_branch_is_chosen_by_value(tmp_path: Path, value: str | None, faq: str | None) -> None:
    option = load(tmp_path, GOOD).of("refund").branch(value)
    assert (option and option.faq) == faq


def test_entries_that_are_not_there_are_named_once(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD + GOOD.replace("intent: refund", "intent: fee"))
    assert unknown_entries(found, ["refund.branch"]) == ["refund.refuses"]
    assert unknown_entries(found, []) == ["refund.branch", "refund.refuses"]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("  ask: 卡在哪一步?\n", "", 2, "ask"),
        ("  ask:", "  aks:", 2, "ask"),
        ("  slot:", "  solt:", 3, "solt"),
        ("卡在哪一步?", "[卡]", 4, "ask"),
        (", faq: refund.refuses", "", 5, "options.0.faq"),
        ("value: branch", "vaule: branch", 5, "options.1.vaule"),
        ("- intent: refund", "- intent:", 2, "intent"),
        ("  slot: pay_channel", "  intent: fee", 3, "重复的键“intent”"),
        ("branch}", "branch", 8, "YAML 格式不对"),
        # BUG kefu/dialogue/guides.py:90: TypeError: `make check` ends in a traceback
        ("  slot: pay_channel", "  1: pay_channel", 3, "1"),
        # BUG kefu/dialogue/guides.py:32: a guide that asks and offers nothing
        ("  options:\n" + OPTIONS, "  options: []\n", 5, "options"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(
    tmp_path: Path, right: str, wrong: str, line: int, message: str
) -> None:
    assert right in GOOD
    found = problem(tmp_path, GOOD.replace(right, wrong))
    assert found.startswith(f"a.yml:{line}: ")
    assert message in found


# BUG kefu/dialogue/guides.py:88: the line is missing
def test_an_item_that_is_no_guide_is_reported_with_its_line(tmp_path: Path) -> None:
    assert problem(tmp_path, GOOD + "- 退款\n").startswith("a.yml:8: 引导应是")


@pytest.mark.parametrize("content", ["", "refund:\n  ask: 哪一步\n", "文字\n"])
def test_a_file_must_be_a_list(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content) == "a.yml:1: 应是引导的列表,每个以“- intent:”开头"


def test_a_second_guide_for_an_intent_is_refused(tmp_path: Path) -> None:
    load(tmp_path, GOOD, "0.yml")
    assert problem(tmp_path, GOOD) == "a.yml:2: 意图 refund 已经有引导了"
