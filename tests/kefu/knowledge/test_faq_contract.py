"""What the FAQ in data/faq promises to customers and to the rest of the product."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from kefu.brands import Brand, brands
from kefu.knowledge import Band, FaqEntry, KnowledgeBase, load_faq
from kefu.topics import is_business

POST, MY = "邮政数字钱包", "MY钱包"
SOURCES = {POST, MY, f"{POST},{MY}", "待业务确认"}
TELLS_THE_WALLETS_APART = {"about_wallet.two_wallets"}


@pytest.fixture(scope="module")
def entries(root: Path) -> list[FaqEntry]:
    return load_faq(root / "data/faq")


@pytest.fixture(scope="module")
def business(root: Path) -> set[str]:
    groups = yaml.safe_load((root / "tests/contracts/intents.yml").read_text(encoding="utf-8"))
    return {intent for intents in groups.values() for intent in intents if is_business(intent)}


def served(entries: list[FaqEntry]) -> Iterator[tuple[FaqEntry, Brand, str]]:
    """Every text that some customer may see."""
    for entry in entries:
        for brand in brands().values():
            if entry.is_for(brand.id):
                for channel in (None, *entry.channels):
                    yield entry, brand, entry.text_for(brand, channel)


def test_is_large_enough(entries: list[FaqEntry]) -> None:
    assert len(entries) >= 120


def test_every_business_intent_has_three_entries_at_each_brand(entries: list[FaqEntry], business: set[str]) -> None:
    for brand in brands():
        counts = Counter(entry.intent for entry in entries if entry.is_for(brand))
        assert {intent: counts[intent] for intent in business if counts[intent] < 3} == {}


def test_no_entry_belongs_to_an_intent_that_does_not_exist(entries: list[FaqEntry], business: set[str]) -> None:
    assert {entry.intent for entry in entries} <= business


def test_an_entry_is_for_both_brands_unless_its_source_is_about_one(entries: list[FaqEntry]) -> None:
    for entry in entries:
        names = [brand.name for brand in brands().values() if entry.is_for(brand.id)]
        assert names == [POST, MY] or names == [entry.source], entry.id


def test_answers_have_no_braces_left(entries: list[FaqEntry]) -> None:
    assert [entry.id for entry, _, text in served(entries) if "{" in text or "}" in text] == []


def test_answers_name_the_customers_own_wallet_only(entries: list[FaqEntry]) -> None:
    other = {"post": MY, "my": POST}
    wrong = {(entry.id, brand.id) for entry, brand, text in served(entries) if other[brand.id] in text}
    assert {(entry, brand) for entry, brand in wrong if entry not in TELLS_THE_WALLETS_APART} == set()


def test_questions_are_short_enough_for_a_button(entries: list[FaqEntry]) -> None:
    assert [entry.id for entry in entries if len(entry.question) > 20] == []


def test_no_question_stands_twice(entries: list[FaqEntry]) -> None:
    assert [question for question, count in Counter(entry.question for entry in entries).items() if count > 1] == []


def test_every_source_is_known(entries: list[FaqEntry]) -> None:
    assert {entry.source for entry in entries} <= SOURCES


@pytest.mark.parametrize("brand", ["post", "my"])
def test_every_wording_finds_its_own_entry(entries: list[FaqEntry], root: Path, brand: str) -> None:
    knowledge = KnowledgeBase(root / "data/faq")
    for entry in entries:
        for wording in (entry.question, *entry.variants):
            found = knowledge.search(wording, entry.intent, brand, k=1, day=max(entry.valid_from, date(2026, 11, 23)))
            assert [hit.entry.id for hit in found.hits] == [entry.id], wording
            assert found.band is Band.ANSWER, wording
