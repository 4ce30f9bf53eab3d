"""What data/nlu promises: enough examples for every intent, each under one intent only."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from kefu.text import normalise
from kefu.topics import is_business


@pytest.fixture(scope="module")
def examples(root: Path) -> list[tuple[str, str]]:
    """Intent and text of every example, as YAML has them."""
    found = []
    for path in sorted((root / "data/nlu").glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = item["examples"].splitlines() if "intent" in item else []
            found += [(item["intent"], line.removeprefix("- ").strip()) for line in lines if line.strip()]
    return found


@pytest.fixture(scope="module")
def domain(root: Path) -> set[str]:
    return set(yaml.safe_load((root / "domain.yml").read_text(encoding="utf-8"))["intents"])


@pytest.fixture(scope="module")
def contract(root: Path) -> set[str]:
    groups = yaml.safe_load((root / "tests/contracts/intents.yml").read_text(encoding="utf-8"))
    return {intent for intents in groups.values() for intent in intents}


def test_the_domain_has_every_intent_of_the_contract(domain: set[str], contract: set[str]) -> None:
    assert contract - domain == set()


def test_the_domain_has_no_other_matter_of_the_wallet(domain: set[str], contract: set[str]) -> None:
    assert {intent for intent in domain - contract if is_business(intent)} == set()


def test_examples_are_of_intents_of_the_domain(examples: list[tuple[str, str]], domain: set[str]) -> None:
    assert {intent for intent, _ in examples} <= domain


def test_there_are_enough_examples(examples: list[tuple[str, str]], contract: set[str]) -> None:
    counts = Counter(intent for intent, _ in examples)
    wanted = {intent: 600 if intent == "out_of_scope" else 150 if is_business(intent) else 1 for intent in contract}
    assert {intent: counts[intent] for intent, least in wanted.items() if counts[intent] < least} == {}


def test_no_example_stands_twice_or_under_two_intents(examples: list[tuple[str, str]]) -> None:
    found = defaultdict(list)
    for intent, text in examples:
        found[normalise(text).text].append(intent)
    assert {text: intents for text, intents in found.items() if len(intents) > 1} == {}


def test_no_example_is_empty_or_longer_than_a_message(examples: list[tuple[str, str]]) -> None:
    assert [text for _, text in examples if not normalise(text).text or len(text) > 200] == []
