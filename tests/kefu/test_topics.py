"""Topics: every matter of the wallet has a title, and only money matters ask for an amount."""

from pathlib import Path

import pytest
import yaml

from kefu.topics import OTHER_MATTER, is_business, is_topic, load_topics, needs_amount, title, topics
from kefu.yaml_file import DataError


@pytest.fixture(scope="module")
def domain(root: Path) -> set[str]:
    return set(yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["intents"])


@pytest.fixture(scope="module")
def contract(root: Path) -> dict[str, dict[str, str]]:
    return yaml.safe_load((root / "tests/contracts/intents.yml").read_text(encoding="utf-8"))


def test_every_business_intent_of_the_domain_has_a_title(domain: set[str]) -> None:
    assert {intent for intent in domain if is_business(intent)} == set(topics())


def test_titles_tell_the_topics_apart() -> None:
    assert len({topic.title for topic in topics().values()}) == len(topics())
    assert title("refund") == "退款"
    assert title("nothing we know") == title(OTHER_MATTER) == "其他问题"


def test_business_is_what_the_contract_says(contract: dict[str, dict[str, str]]) -> None:
    for group, intents in contract.items():
        assert {intent for intent in intents if is_business(intent)} == (set() if group == "dialogue" else set(intents))


def test_a_ticket_may_be_about_something_else() -> None:
    assert is_topic("refund")
    assert is_topic(OTHER_MATTER)
    assert not is_topic("greet")
    assert not is_topic("退款")


@pytest.mark.parametrize("wrong", ["refund: 退款", "refund: {money: true}", "refund: {title: 退款, mony: true}"])
def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "topics.yml"
    file.write_text(f"fee: {{title: 手续费}}\n{wrong}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"topics.yml:2: refund (应是|的 )"):
        load_topics(file)
    file.write_text("- refund\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"topics.yml:1"):
        load_topics(file)


def test_words_that_are_no_pattern_are_reported_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "topics.yml"
    file.write_text("fee: {title: 手续费}\nrefund: {title: 退款, words: '退(款'}\n", encoding="utf-8")
    with pytest.raises(
        DataError, match=r"topics.yml:2: refund 的 words：正则“退\(款”不对：少了一个右括号（第 2 个字）"
    ):
        load_topics(file)


@pytest.mark.parametrize(
    ("topic", "needed"), [("refund", True), ("account_theft", True), ("forgot_password", False), (OTHER_MATTER, False)]
)
def test_only_money_matters_ask_for_an_amount(topic: str, needed: bool) -> None:
    assert needs_amount(topic) is needed
