"""Rules and stories that contradict each other, as Rasa finds them, told with both titles and places."""

from pathlib import Path

import pytest

from kefu.dialogue.rule_check import contradictions

DOMAIN = (
    'version: "3.1"\nintents: [refund, fee, deny]\nactions: [action_answer, action_other]\n'
    "slots: {faq_id: {type: text, influence_conversation: true, mappings: [{type: custom}]}}\n"
)
RULES = """version: "3.1"
rules:
  - rule: 客户问退款, 我们答
    steps:
      - intent: refund
      - action: action_answer
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "domain.yml").write_text(DOMAIN)
    for name in ("rules", "stories"):
        (tmp_path / "data" / name).mkdir(parents=True)
    (tmp_path / "data/rules/a.yml").write_text(RULES)
    return tmp_path


def found(project: Path) -> list[str]:
    return [str(error).removeprefix(f"{project}/") for error in contradictions(project / "data")]


def test_this_project_has_none(root: Path) -> None:
    assert contradictions(root / "data") == []


def test_a_rule_against_a_rule(project: Path) -> None:
    other = RULES.replace("客户问退款, 我们答", "退款另说").replace("action_answer", "action_other")
    (project / "data/rules/b.yml").write_text(other)
    assert found(project) == [
        "data/rules/a.yml:3: 规则“客户问退款, 我们答”这时做 action_answer，而规则“退款另说”（b.yml:3）做的是别的："
        "两边矛盾，删去一条，或者写上不同的 condition",
        "data/rules/b.yml:3: 规则“退款另说”这时做 action_other，而规则“客户问退款, 我们答”（a.yml:3）做的是别的："
        "两边矛盾，删去一条，或者写上不同的 condition",
    ]


def test_a_story_against_a_rule(project: Path) -> None:
    story = RULES.replace("rules:", "stories:").replace("rule: 客户问退款, 我们答", "story: 乱来")
    (project / "data/stories/s.yml").write_text(story.replace("action_answer", "action_other"))
    [line] = found(project)
    assert line.startswith(
        "data/stories/s.yml:3: 故事“乱来”这时做 action_other，而规则“客户问退款, 我们答”（a.yml:3）做 "
    )


def test_a_rule_that_leaves_out_what_others_say(project: Path) -> None:
    more = (
        "  - rule: 没解决\n    steps:\n      - intent: deny\n      - action: action_other\n"
        "      - slot_was_set:\n          - faq_id: null\n      - action: action_answer\n"
        "  - rule: 问收费\n    steps:\n      - intent: fee\n"
        "      - action: action_other\n      - action: action_answer\n"
    )
    (project / "data/rules/a.yml").write_text(RULES + more)
    assert found(project) == [
        "data/rules/a.yml:14: 规则“问收费”：action_other 之后少了 slot_was_set：faq_id（别的规则里写了）"
    ]


def test_a_rule_with_two_messages(project: Path) -> None:
    more = "      - intent: deny\n      - action: action_other\n"
    (project / "data/rules/a.yml").write_text(RULES + more)
    [line] = found(project)
    assert line.startswith("data/rules/a.yml:3: 规则“客户问退款, 我们答”里客户说了不止一句")
