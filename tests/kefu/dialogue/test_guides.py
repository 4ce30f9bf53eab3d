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
    for faq_id in (faq_id for guide in ALL for option in guide.options for faq_id in option.entries):
        assert set(entries[faq_id].answer) & {"default", "post"}, faq_id
        assert set(entries[faq_id].answer) & {"default", "my"}, faq_id


@pytest.mark.parametrize("guide", ALL, ids=lambda guide: guide.intent)
def test_no_choice_shows_again_what_was_just_read(guide: Guide, root: Path) -> None:
    overview = next(entry.id for entry in load_faq(root / "data/faq") if entry.intent == guide.intent)
    assert [option.title for option in guide.options if overview in option.entries] == []
    assert [option.title for option in guide.options if len(set(option.entries)) < len(option.entries)] == []


@pytest.mark.parametrize("intent", ["forgot_password", "register"])
def test_guides_that_go_step_by_step(intent: str) -> None:
    guide = guides().of(intent)
    steps = [option for option in guide.options if option.step]
    assert len(steps) >= 4
    assert guide.steps_after(steps[0]) == steps[1:]
    assert guide.steps_after(steps[-1]) == []
    beside = next(option for option in guide.options if not option.step)
    assert guide.steps_after(beside) == []


@pytest.mark.parametrize(
    ("intent", "text", "title"),
    [
        ("forgot_password", "没得反应", "点忘记密码没反应"),
        ("forgot_password", "忘了当时用哪个手机号注册的", "忘了注册手机或邮箱"),
        ("forgot_password", "短信等不到", "收不到验证码"),
        ("register", "他说我的号码已经被注册了", "提示手机号已注册"),
        ("payment_failed", "卡", "银行卡不可用"),
        ("payment_failed", "它说系统繁忙", "系统或通道维护"),
        ("wrong_charge", "对 就是同一笔", "同一笔扣了两次"),
        ("refund", "卖家不给退", "商家不给退"),
        ("refund_arrival", "老板说退了", "商家说退了没收到"),
        ("top_up", "还没到", "充了没到账"),
        ("fee", "用微信充呢", "微信支付宝充值"),
        ("fee", "那提现呢", "提现手续费"),
        ("withdraw", "被退回来了", "钱被退回"),
        ("transfer", "对方说没收到", "对方没收到"),
        ("fee", "今天天气不错", None),
        ("fee", "充值", None),
        ("fee", "", None),
    ],
)
def test_an_answer_in_own_words_is_understood(intent: str, text: str, title: str | None) -> None:
    option = guides().of(intent).answered(text)
    assert (option and option.title) == title


def test_a_word_of_several_titles_is_asked_about() -> None:
    assert [option.title for option in guides().of("fee").titled("充值")] == [
        "银行卡充值",
        "网点充值",
        "微信支付宝充值",
    ]


@pytest.mark.parametrize("guide", ALL, ids=lambda guide: guide.intent)
def test_a_title_names_its_own_option(guide: Guide) -> None:
    assert [option.title for option in guide.options if guide.answered(option.title) != option] == []


@pytest.mark.parametrize("text", ["对", "是", "不"])
def test_a_mere_yes_or_no_names_nothing(text: str) -> None:
    guide = guides().of("wrong_charge")
    assert guide is not None
    assert guide.answered(text) is None


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


def test_entries_named_as_the_next_try_must_be_there_as_well(tmp_path: Path) -> None:
    more = GOOD.replace("value: branch", "value: branch, otherwise: [refund.x]").replace(
        "  ask:", "  after: [refund.y]\n  ask:"
    )
    assert unknown_entries(load(tmp_path, more), ["refund.branch", "refund.refuses"]) == ["refund.x", "refund.y"]


@pytest.mark.parametrize(
    ("right", "wrong", "line", "message"),
    [
        ("  ask: 卡在哪一步?\n", "", 2, "ask"),
        ("  ask:", "  aks:", 2, "ask"),
        ("  slot:", "  solt:", 3, "solt"),
        ("卡在哪一步?", "[卡]", 4, "ask"),
        (", faq: refund.refuses", "", 6, "options 第 1 项的 faq"),
        ("value: branch", "vaule: branch", 7, "options 第 2 项的 vaule"),
        ("value: branch", "said: ['(网点']", 7, "正则“(网点”不对"),
        ("value: branch", "said: ['网?']", 7, "什么话都算"),
        ("value: branch", "otherwise: refund.x", 7, "options 第 2 项的 otherwise"),
        ("- intent: refund", "- intent:", 2, "intent"),
        ("  slot: pay_channel", "  intent: fee", 3, "重复的键“intent”"),
        ("branch}", "branch", 8, "YAML 格式不对"),
        ("  slot: pay_channel", "  1: pay_channel", 3, "1"),
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


def test_an_item_that_is_no_guide_is_reported_with_its_line(tmp_path: Path) -> None:
    assert problem(tmp_path, GOOD + "- 退款\n").startswith("a.yml:8: 每条应以“- intent:”开头")


@pytest.mark.parametrize("content", ["", "refund:\n  ask: 哪一步\n", "文字\n"])
def test_a_file_must_be_a_list(tmp_path: Path, content: str) -> None:
    assert problem(tmp_path, content) == "a.yml:1: 应是列表,每条以“- intent:”开头"


def test_a_second_guide_for_an_intent_is_refused(tmp_path: Path) -> None:
    load(tmp_path, GOOD, "0.yml")
    assert problem(tmp_path, GOOD) == "a.yml:2: 意图 refund 已经有引导了"
