"""Topics: every matter of the wallet has a title, and only money matters ask for an amount."""

from pathlib import Path

import pytest
import yaml

from kefu.topics import DIALOGUE_INTENTS, MONEY_TOPICS, OTHER_MATTER, TITLES, is_business, needs_amount, title


@pytest.fixture(scope="module")
def domain(root: Path) -> set[str]:
    return set(yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["intents"])


@pytest.fixture(scope="module")
def contract(root: Path) -> dict[str, dict[str, str]]:
    return yaml.safe_load((root / "tests/contracts/intents.yml").read_text(encoding="utf-8"))


# BUG kefu/topics.py:3-6: `rate` (a press on a star) counts as a matter of the wallet, without a title
def test_every_business_intent_of_the_domain_has_a_title(domain: set[str]) -> None:
    assert {intent for intent in domain if is_business(intent)} == set(TITLES) - {OTHER_MATTER}


def test_titles_tell_the_topics_apart() -> None:
    assert len(set(TITLES.values())) == len(TITLES)
    assert title("refund") == "退款"
    assert title("nothing we know") == title(OTHER_MATTER) == "其他问题"


def test_business_is_what_the_contract_says(contract: dict[str, dict[str, str]]) -> None:
    for group, intents in contract.items():
        assert {intent for intent in intents if is_business(intent)} == (set() if group == "dialogue" else set(intents))


def test_no_topic_is_a_leftover_of_an_intent_that_is_gone(domain: set[str]) -> None:
    assert not MONEY_TOPICS - set(TITLES)
    assert not DIALOGUE_INTENTS & (set(TITLES) - {OTHER_MATTER})


@pytest.mark.parametrize(
    ("topic", "needed"), [("refund", True), ("account_theft", True), ("forgot_password", False), (OTHER_MATTER, False)]
)
def test_only_money_matters_ask_for_an_amount(topic: str, needed: bool) -> None:
    assert needs_amount(topic) is needed
