"""Rules and stories: every key and every name that would make a rule dead is told, with its line."""

from pathlib import Path

import pytest

from kefu.trainer.domain import load_names
from kefu.trainer.flows import flow_errors, read_flows

DOMAIN = (
    "intents: [refund, fee, deny]\nactions: [action_answer, action_unsolved]\nforms: {ticket_form: {}}\n"
    "slots: {faq_id: {type: text}}\nresponses: {utter_sorry: [{text: 抱歉}]}\n"
)
RULES = """version: "3.1"
rules:
  - rule: 客户问退款
    steps:
      - intent: refund
      - action: action_answer
  - rule: 没解决，登记
    condition:
      - slot_was_set:
          - faq_id: any
    steps:
      - intent: deny
      - action: action_unsolved
      - slot_was_set:
          - faq_id
      - action: utter_sorry
      - action: ticket_form
      - active_loop: ticket_form
"""
STORIES = """stories:
  - story: 问退款
    steps:
      - intent: refund
        entities: [bank]
      - or:
          - intent: fee
          - intent: deny
      - action: action_answer
      - active_loop: null
      - checkpoint: 之后
"""


def found(tmp_path: Path, rules: str = RULES, stories: str = STORIES) -> list[str]:
    for name, content in {"domain.yml": DOMAIN, "rules/a.yml": rules, "stories/b.yml": stories}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    flows, errors = read_flows(tmp_path)
    errors += flow_errors(flows, load_names(tmp_path / "domain.yml"))
    return [str(error).removeprefix(f"{tmp_path}/") for error in errors]


def test_good_rules_and_stories_have_no_errors(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "intent: refund",
            "intent: refnd",
            "rules/a.yml:5: intent：domain.yml 里没有意图 refnd（在规则“客户问退款”里）",
        ),
        ("intent: refund", "intent:", "rules/a.yml:5: intent：domain.yml 里没有意图 None"),
        ("action: action_answer", "action: action_anser", "rules/a.yml:6: action：domain.yml 里没有动作、话术或表单"),
        ("utter_sorry", "utter_sory", "rules/a.yml:16: action：domain.yml 里没有动作、话术或表单 utter_sory"),
        ("active_loop: ticket_form", "active_loop: form", "rules/a.yml:18: active_loop：domain.yml 里没有表单 form"),
        ("- faq_id: any", "- faqid: any", "rules/a.yml:9: slot_was_set：domain.yml 里没有槽位（slots） faqid"),
        ("- faq_id\n", "- faqid\n", "rules/a.yml:14: slot_was_set：domain.yml 里没有槽位（slots） faqid"),
        ("rules:", "rule:", "rules/a.yml:2: 文件最外层没有“rule”这个键"),
        ("steps:", "step:", "rules/a.yml:4: “客户问退款”没有“step”这个键"),
        ("    condition:", "    conditions:", "rules/a.yml:8: “没解决，登记”没有“conditions”这个键"),
        ("- rule: 客户", "- rul: 客户", "rules/a.yml:3: 规则应以“- rule: 标题”开头，这里的键是 rul、steps"),
        ("- intent: refund", "- intnt: refund", "rules/a.yml:5: “客户问退款”的一步没有“intnt”这个键"),
        ("- intent: refund", "- refund", "rules/a.yml:5: “客户问退款”：一步应写成“- intent: 意图”这样，这里是“refund”"),
        ("客户问退款", "没解决，登记", "rules/a.yml:7: 规则“没解决，登记”在 a.yml:3 已经有了"),
        ("      - action: action_answer\n", "", "rules/a.yml:4: “客户问退款”里没有 action"),
        ("rules:\n", "rules: 甲\nx:\n", "rules/a.yml:2: rules 下面应是列表"),
    ],
)
def test_a_slip_in_a_rule_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in RULES
    lines = found(tmp_path, RULES.replace(old, new, 1))
    assert any(line.startswith(expected) for line in lines), lines


def test_the_name_that_was_meant_is_offered(tmp_path: Path) -> None:
    [line] = found(tmp_path, RULES.replace("action_answer", "action_anwser"))
    assert line.endswith("；是不是 action_answer？")


def test_a_rule_that_is_there_twice_under_two_titles_is_told(tmp_path: Path) -> None:
    again = "  - rule: 客户又问退款\n    steps:\n      - intent: refund\n      - action: action_answer\n"
    [line] = found(tmp_path, RULES + again)
    assert line == "rules/a.yml:19: 和 a.yml:3 的“客户问退款”写的是同一件事，删去一条"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("intent: deny", "intent: dny", "stories/b.yml:8: intent：domain.yml 里没有意图 dny（在故事“问退款”里）"),
        ("stories:", "storys:", "stories/b.yml:1: 文件最外层没有“storys”这个键"),
        ("entities:", "entitis:", "stories/b.yml:5: “问退款”的一步没有“entitis”这个键"),
    ],
)
def test_a_slip_in_a_story_is_told_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    [line] = found(tmp_path, stories=STORIES.replace(old, new, 1))
    assert line.startswith(expected)


def test_an_empty_or_broken_file_does_not_hide_the_other(tmp_path: Path) -> None:
    wrong = STORIES.replace("action_answer", "action_nothing")
    first, second = found(tmp_path, rules="", stories=wrong)
    assert first == "rules/a.yml:1: 应以“rules:”开头，下面一条一条写"
    assert second.startswith("stories/b.yml:9: action：")
    first, second = found(tmp_path, rules="rules: [\n", stories=wrong)
    assert first.startswith("rules/a.yml:2: YAML 格式不对：")


def test_without_a_domain_only_the_form_is_checked(tmp_path: Path) -> None:
    found(tmp_path, RULES.replace("intent: refund", "intent: nix"))
    flows, _ = read_flows(tmp_path)
    assert list(flow_errors(flows, None)) == []
